import { LANES } from '#domain';
import type { ProviderRegistry } from '#identity-provider';
import { sparingly, type Clock, type Logger } from '#observability';
import type { DoorbellJob, DoorbellQueue } from '#queue';
import { keep, ProviderPump, ProviderRoom, Sweeper, type EngineSettings } from '#reconciler';
import { upkeep, type DueWork, type Roster } from '#store';
import { AgeingErasures } from './ageing-erasures.js';

/** How long one doorbell is answered before others get their turn. */
const ANSWER_FOR_MS = 10_000;
/** Doorbells of one provider answered at once: a long run of ordinary work, of which there is one, leaves room for an urgent one. */
const ANSWERS_AT_ONCE = 2;

export interface WorkerEngineParts {
  readonly roster: Roster;
  readonly registry: ProviderRegistry;
  readonly queue: DoorbellQueue;
  readonly settings: EngineSettings;
  /** Days after which deleted users are purged; `null` keeps them. */
  readonly retentionDays: number | null;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly log: Logger;
}

/** The worker without its clockwork: answers doorbells, and on each tick sees to it that somebody rings. */
export class WorkerEngine {
  private readonly rooms: readonly ProviderRoom[];
  private readonly pumps: ReadonlyMap<string, ProviderPump>;
  /** Aborted when no new call may start. */
  private readonly stopping = new AbortController();
  private ticking: Promise<void> | null = null;
  private readonly answering = new Set<Promise<void>>();
  private readonly sparing: Pick<Logger, 'error'>;
  private readonly ageing: AgeingErasures;
  private readonly sweeper: Sweeper;
  /** What is being answered without a doorbell. */
  private readonly unasked = new Set<string>();
  /** Providers whose ordinary work goes on, and whether somebody rang for more meanwhile. */
  private readonly ordinary = new Map<string, { rungAgain: boolean }>();

  constructor(private readonly parts: WorkerEngineParts) {
    const { roster, settings, clock, random, newId, log } = parts;
    this.sparing = sparingly(log, clock);
    this.ageing = new AgeingErasures(roster.database.sql, clock, log);
    const { database, hashKey } = roster;
    const engine = { database, hashKey, settings, clock, random, newId, log };
    this.rooms = parts.registry.all().map((instance) => new ProviderRoom(instance, engine));
    this.pumps = new Map(this.rooms.map((room) => [room.instance.slug, new ProviderPump(room)]));
    this.sweeper = new Sweeper({ rooms: this.rooms, roster, stopping: this.stopping.signal });
  }

  /** Begins to answer doorbells. */
  start(): void {
    for (const slug of this.pumps.keys()) {
      this.parts.queue.answer(slug, ANSWERS_AT_ONCE, (job) => this.answer(job));
    }
  }

  /** Never overlaps itself; a tick that takes long simply delays the next. */
  tick(): Promise<void> {
    this.ticking ??= this.keepGoing().finally(() => {
      this.ticking = null;
    });
    return this.ticking;
  }

  /** Starts no new call, waits for those under way, and gives them up at the deadline. */
  async stop(graceMs: number): Promise<void> {
    this.stopping.abort();
    const giveUp = setTimeout(() => {
      for (const room of this.rooms) room.abandon();
    }, graceMs);
    await Promise.allSettled([...this.answering, this.ticking, this.sweeper.idle()]);
    clearTimeout(giveUp);
  }

  private async keepGoing(): Promise<void> {
    if (this.stopping.signal.aborted) return;
    // One person who cannot be moved on must not keep everybody else from being mirrored.
    await this.moveOn().catch((error: unknown) => {
      this.sparing.error('the roster could not be moved on', { error });
    });
    for (const work of await keep(this.rooms, this.stopping.signal)) await this.seeTo(work);
    this.sweeper.wake();
  }

  private async moveOn(): Promise<void> {
    const { roster, clock, log, retentionDays, settings } = this.parts;
    const retention = { days: retentionDays, remove: settings.allowances.remove };
    const moved = await upkeep(roster, { now: clock.now(), retention });
    if (moved.purges > 0) log.info('purges moved on', { count: moved.purges });
    if (moved.erasures > 0) log.info('erasures completed', { count: moved.erasures });
    await this.ageing.look();
  }

  /**
   * Rings, and answers for itself where nobody else might: without a queue to ring at, since a leaver does not wait for
   * Redis; and where this worker is at no ordinary work, since a bell may go to one that is and has no use for it. Once at a
   * time for each provider and kind of lane, however many ticks go by meanwhile.
   */
  private async seeTo(work: DueWork): Promise<void> {
    const isRung = await this.parts.queue.topUp(work.provider, work.lane);
    if (isRung && (work.lane === 'revocation' || this.ordinary.has(work.provider))) return;
    const bell = `${work.provider} ${work.lane === 'revocation' ? 'urgent' : 'ordinary'}`;
    if (this.unasked.has(bell)) return;
    this.unasked.add(bell);
    void this.answer({ v: 1, provider: work.provider, lane: work.lane }).finally(() => {
      this.unasked.delete(bell);
    });
  }

  /** A second run of ordinary work would add nothing to the first, and take the place of an urgent one. */
  private async answer(job: DoorbellJob): Promise<void> {
    if (job.lane === 'revocation') return this.work(job);
    const going = this.ordinary.get(job.provider);
    if (going !== undefined) {
      going.rungAgain = true;
      return;
    }
    const run = { rungAgain: false };
    this.ordinary.set(job.provider, run);
    try {
      await this.work(job);
      // What was committed as the run was ending must not wait for the next tick.
      if (run.rungAgain) await this.work({ v: 1, provider: job.provider, lane: job.lane });
    } finally {
      this.ordinary.delete(job.provider);
    }
  }

  private async work(job: DoorbellJob): Promise<void> {
    const pump = this.pumps.get(job.provider);
    if (pump === undefined || this.stopping.signal.aborted) return;
    const run = pump
      .run({
        maxLane: job.lane === 'revocation' ? LANES.revocation : LANES.backfill,
        userIds: job.hint ?? [],
        forMs: ANSWER_FOR_MS,
        signal: this.stopping.signal,
      })
      .catch((error: unknown) => {
        this.sparing.error('a doorbell was not answered to the end', { provider: job.provider, error });
      });
    this.answering.add(run);
    await run;
    this.answering.delete(run);
  }
}
