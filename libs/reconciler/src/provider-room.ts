import { setMaxListeners } from 'node:events';
import type { ProviderInstance } from '#identity-provider';
import { sparingly, type Logger } from '#observability';
import {
  recordIntents,
  spellDeclaration,
  type HaltScope,
  type IntendRequest,
  type Permission,
  type ProviderState,
  type Settlement,
} from '#store';
import { CallTimes } from './call-times.js';
import { Grouped } from './grouped.js';
import { ProviderHealth } from './health.js';
import { NO_PACE, SharedPace, type Pace } from './pace.js';
import { retryOnDeadlock } from './retry.js';
import type { EngineDependencies } from './engine-dependencies.js';
import { settleWithOffendersParked } from './settler.js';
import { CallSlots } from './slots.js';

const INTENT_GROUP = { maxRows: 256, maxWaitMs: 3 };
const SETTLE_GROUP = { maxRows: 256, maxWaitMs: 50 };

/** Everything that one worker keeps for one provider: its call slots, its pace, its health, its open groups. */
export class ProviderRoom {
  /** How this process would have the accounts. */
  readonly declaration: string;
  readonly slots: CallSlots;
  readonly pace: Pace;
  readonly health = new ProviderHealth();
  readonly callTimes = new CallTimes();
  /** For what comes again with every attempt. */
  readonly sparing: Pick<Logger, 'warn' | 'error'>;
  readonly intents: Grouped<IntendRequest, Permission>;
  readonly settles: Grouped<Settlement, true>;
  /** Users whose revocation waits here; work on anything less urgent of theirs is let go. */
  readonly revoked = new Set<string>();
  /** Failed probes in a row; above 0 only one link at a time is tried. */
  probesFailed = 0;
  haltScope: HaltScope | null = null;
  enabled = true;
  /** Before the database has said anything, creates count. */
  firstSyncIsOver = true;
  /** The probe under way, if one is. */
  probing: Promise<void> | null = null;
  /** Times in a row that the provider asked for time without saying how much. */
  throttles = 0;
  private pausedUntilMs = 0;
  private readonly givenUp = new AbortController();

  constructor(
    readonly instance: ProviderInstance,
    readonly engine: EngineDependencies,
  ) {
    const { sql } = engine.database;
    const budgets = { provider: instance.slug, allowances: engine.settings.allowances };
    this.declaration = spellDeclaration(instance);
    this.sparing = sparingly(engine.log, engine.clock);
    // Every call in flight listens to it; there are as many as there are slots.
    setMaxListeners(0, this.givenUp.signal);
    this.slots = new CallSlots(instance.concurrency);
    this.pace =
      instance.callsPerSecond === null
        ? NO_PACE
        : new SharedPace(sql, instance.slug, instance.callsPerSecond);
    this.intents = new Grouped({
      ...INTENT_GROUP,
      run: (requests) => retryOnDeadlock(engine.random, () => recordIntents(sql, budgets, requests)),
    });
    this.settles = new Grouped({
      ...SETTLE_GROUP,
      run: async (settlements) => {
        await settleWithOffendersParked(this, settlements);
        return settlements.map(() => true as const);
      },
    });
  }

  /** Takes over what the database says of the provider: it speaks for all workers. */
  adopt(state: ProviderState): void {
    this.enabled = state.enabled;
    this.haltScope = state.halt?.scope ?? null;
    this.probesFailed = state.probesFailed;
    this.firstSyncIsOver = state.firstSyncIsOver;
    this.noteDeclaration(state.declaration);
    // Only ever longer: this state may have been read before the pause that a call of ours has just been told.
    this.notePause(state.pausedForMs);
  }

  /** Somebody started with other settings: during a rollout for a moment, else by mistake. */
  private noteDeclaration(declaration: string): void {
    if (declaration === this.declaration) return;
    this.sparing.warn('other settings elsewhere', {
      provider: this.instance.slug,
      reason:
        'a worker that started later has another mapping, policy or scope rule; this worker leaves backfill to such',
    });
  }

  /** Lets go of what is in hand for these users, before the next tick has read that they are revoked. */
  noteRevoked(userIds: readonly string[]): void {
    if (userIds.length > 0) this.adoptRevoked([...this.revoked, ...userIds]);
  }

  /** Takes over who is revoked, and lets go of what waits for them. */
  adoptRevoked(userIds: Iterable<string>): void {
    const now = [...userIds];
    this.revoked.clear();
    for (const userId of now) this.revoked.add(userId);
    this.slots.dropFutile();
  }

  /** Whoever comes back after it must not be let go of once more until the next tick. */
  noteRevocationOver(userId: string): void {
    this.revoked.delete(userId);
  }

  /** Aborted when calls under way are given up: the process has to end. */
  get abandoned(): AbortSignal {
    return this.givenUp.signal;
  }

  /** Gives up calls under way; each is recorded as of unknown outcome. */
  abandon(): void {
    this.givenUp.abort();
  }

  /** Leaves the provider alone from now on, before the database has told the other workers. */
  notePause(pauseMs: number): void {
    this.pausedUntilMs = Math.max(this.pausedUntilMs, this.engine.clock.monotonicMs() + pauseMs);
  }

  pausedForMs(): number {
    return Math.max(0, this.pausedUntilMs - this.engine.clock.monotonicMs());
  }

  /** Whether any call may be made: not disabled, not halted as a whole, not paused. */
  isOpen(): boolean {
    return this.enabled && this.haltScope !== 'all' && this.pausedForMs() === 0;
  }
}
