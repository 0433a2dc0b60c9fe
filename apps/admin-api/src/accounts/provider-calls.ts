import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ProviderError } from '#identity-provider';
import type { Clock } from '#observability';
import { NO_PACE, type Pace, SharedPace } from '#reconciler';
import { pauseProvider, type ProviderState, readProviderStates, type Roster } from '#store';
import { Problem } from '../http/problem.js';
import { CLOCK, ROSTER } from '../tokens.js';
import { CallHeldBack } from './call-held-back.js';
import { type Called, problemOf } from './provider-problem.js';
import { RequestContext } from './request-context.js';

/** Requests of this process under way at one provider: callers of the API must not crowd the mirror out. */
const MAX_REQUESTS_AT_ONCE = 4;
/** Where a provider asked for time and did not say how much. */
const DEFAULT_PAUSE_MS = 1_000;
const RETRY_AFTER_S = 1;

/** What this process keeps for one provider. */
interface Desk {
  readonly pace: Pace;
  underWay: number;
  /** Until when it was told to leave the provider alone. */
  pausedUntilMs: number;
}

/** Calls providers on behalf of requests: within bounds, never past a halt or a pause, and told in the API's words. */
@Injectable()
export class ProviderCalls implements OnModuleDestroy {
  private readonly desks = new Map<string, Desk>();
  private readonly stopping = new AbortController();

  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** No call begins from here on; what is under way ends by itself. */
  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /**
   * Does the work of one request at one provider.
   * @throws Problem for everything that a provider does, and when it must be left alone
   */
  async make<Result>(called: Called, work: (context: RequestContext) => Promise<Result>): Promise<Result> {
    const { slug } = called.instance;
    const desk = this.deskOf(called);
    if (desk.underWay >= MAX_REQUESTS_AT_ONCE) {
      const detail = `too many requests are under way at ${slug}; ask again when one has ended`;
      throw new Problem(429, 'too_many_calls', { detail, retryAfterS: RETRY_AFTER_S });
    }
    desk.underWay += 1;
    try {
      return await work(this.contextFor(slug, desk));
    } catch (error) {
      await this.leaveAloneIfTold(slug, desk, error);
      throw problemOf(error, called);
    } finally {
      desk.underWay -= 1;
    }
  }

  private contextFor(slug: string, { pace }: Desk): RequestContext {
    return new RequestContext({
      clock: this.clock,
      stopping: this.stopping.signal,
      pace,
      requireOpen: () => this.requireOpen(slug),
    });
  }

  private deskOf({ instance }: Called): Desk {
    const { slug, callsPerSecond } = instance;
    const known = this.desks.get(slug);
    if (known !== undefined) return known;
    const pace =
      callsPerSecond === null ? NO_PACE : new SharedPace(this.roster.database.sql, slug, callsPerSecond);
    const desk = { pace, underWay: 0, pausedUntilMs: 0 };
    this.desks.set(slug, desk);
    return desk;
  }

  /** The database speaks for all processes: what stopped the workers stops requests too. */
  private async requireOpen(slug: string): Promise<void> {
    const states = await readProviderStates(this.roster.database.sql);
    const state = states.find((each) => each.slug === slug);
    const closed = state === undefined ? null : closedFor(state);
    if (closed !== null) throw new CallHeldBack(closed);
  }

  private async leaveAloneIfTold(slug: string, desk: Desk, error: unknown): Promise<void> {
    if (!(error instanceof ProviderError) || error.kind !== 'rateLimited') return;
    const pauseMs = error.detail.retryAfterMs ?? DEFAULT_PAUSE_MS;
    const nowMs = this.clock.monotonicMs();
    // Several calls may be told at once: the first slows the pace down for all of them.
    const slowDown = desk.pausedUntilMs <= nowMs;
    desk.pausedUntilMs = Math.max(desk.pausedUntilMs, nowMs + pauseMs);
    await pauseProvider(this.roster.database.sql, slug, { pauseMs, slowDown, probeFailed: false });
  }
}

function closedFor({ slug, enabled, halt, probeInMs, pausedForMs }: ProviderState): Problem | null {
  if (!enabled) {
    const detail = `${slug} is disabled: another process was started without its settings`;
    return new Problem(409, 'provider_disabled', { detail });
  }
  if (halt?.scope === 'all') {
    const detail = `${slug} is halted (${halt.reason}) until it answers as it should; nothing was sent`;
    return new Problem(503, 'provider_halted', { detail, retryAfterS: seconds(probeInMs ?? 0) });
  }
  if (pausedForMs <= 0) return null;
  const detail = `${slug} is left alone for a while; nothing was sent`;
  return new Problem(503, 'provider_paused', { detail, retryAfterS: seconds(pausedForMs) });
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
