import { LANES } from '#domain';
import {
  claimDue,
  claimLost,
  readWork,
  recordProviderAnswered,
  type ClaimedLink,
  type Settlement,
  type Work,
} from '#store';
import { Bell } from './bell.js';
import { Lease, LEASE_MARGIN_MS } from './lease.js';
import type { ProviderRoom } from './provider-room.js';
import { reconcileLink } from './reconcile.js';

const LOOK_AGAIN_MS = 50;
/** As much as is taken in hand, by how long its calls take. */
const IN_HAND_MS = 250;
/** However slow the calls are: the next are there before the slots run dry. */
const ROUNDS_AT_LEAST = 4;
/** More is claimed as soon as less than this share is in hand: what waits to be settled is in hand and needs no call. */
const CLAIM_BELOW = 0.8;
/** The longest that ordinary calls wait for revocations which are being claimed: a slow database must not stop them. */
const HOLD_MS = 250;

/** One run of a pump, asked for by a doorbell. */
export interface PumpRun {
  /** Only links at least this urgent. */
  readonly maxLane: number;
  /** Taken first. */
  readonly userIds: readonly string[];
  /** When to stop claiming, so that other doorbells get their turn. */
  readonly forMs: number;
  readonly signal: AbortSignal;
}

/**
 * Mirrors what is due at one provider until nothing is, or until its time is up. The next claim is sent while the last
 * one is still being worked on, so that the provider is never waited for by the database nor the other way round.
 */
export class ProviderPump {
  private readonly inFlight = new Set<Promise<void>>();
  /** Those of them that are revocations. */
  private readonly urgent = new Set<Promise<void>>();
  /** Whose links are in hand for something less urgent. */
  private readonly inHand = new Map<string, Promise<void>>();
  /** Rings whenever one of them is done. */
  private readonly done = new Bell();
  /** Users whose link was lost before when claimed as lost. One at a time: the next crash then says whose fault it is. */
  private readonly suspects = new Set<string>();

  constructor(
    private readonly room: ProviderRoom,
    private readonly onSettled: (settlement: Settlement) => void = () => undefined,
  ) {}

  async run(run: PumpRun): Promise<void> {
    const isUrgent = run.maxLane === LANES.revocation;
    if (isUrgent) this.room.noteRevoked(run.userIds);
    const own = isUrgent ? this.urgent : this.inFlight;
    const endMs = this.room.engine.clock.monotonicMs() + run.forMs;
    let hinted = run.userIds;
    try {
      while (!run.signal.aborted && this.room.isOpen() && this.room.engine.clock.monotonicMs() < endMs) {
        const room = isUrgent ? this.urgentRoom() : this.capacity() - this.inFlight.size;
        const claimed = room > 0 ? await this.claimFor(run, room, hinted) : 0;
        // A leaver whose link is still in hand here is let go of in a moment, and must not wait for the next tick.
        hinted = isUrgent ? hinted.filter((userId) => this.inHand.has(userId)) : [];
        if (claimed === 0 && own.size === 0 && hinted.length === 0) return;
        if (claimed === 0) await this.waitBriefly(hinted.flatMap((userId) => this.inHand.get(userId) ?? []));
        else if (!isUrgent) await this.waitForRoom();
      }
    } finally {
      // Also when a claim failed: whoever stops the worker counts on nothing being under way afterwards.
      await Promise.all(own);
    }
  }

  /** Revocations have room of their own: a batch of slow calls must not keep a leaver from being claimed. */
  private urgentRoom(): number {
    const room = this.capacity() - this.inFlight.size;
    return this.room.probesFailed > 0
      ? room
      : Math.max(room, this.room.instance.concurrency - this.urgent.size);
  }

  /**
   * No more links than can be called for within a lease, and no more than a moment's worth of them: what is in hand is
   * kept from other workers and held in memory. One while the provider is being tried again.
   */
  private capacity(): number {
    const { instance, engine, callTimes, probesFailed } = this.room;
    if (probesFailed > 0) return 1;
    const usableMs = engine.settings.leaseMs - LEASE_MARGIN_MS;
    const p95Ms = callTimes.p95Ms();
    const wanted = Math.max(ROUNDS_AT_LEAST, Math.floor(IN_HAND_MS / p95Ms));
    const rounds = Math.max(1, Math.min(wanted, Math.floor(usableMs / p95Ms)));
    // Others share the pace; half of it leaves room for at least one of them.
    const paced = ((instance.callsPerSecond ?? Number.POSITIVE_INFINITY) * usableMs) / 1_000 / 2;
    return Math.max(1, Math.floor(Math.min(engine.settings.batchSize, instance.concurrency * rounds, paced)));
  }

  /**
   * Nothing is due now, but what is in flight may become due again; one hanging call must not hide that.
   * @param awaited ends the wait as soon as one of them is done
   */
  private async waitBriefly(awaited: readonly Promise<void>[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const pause = new Promise((resolve) => {
      timer = setTimeout(resolve, LOOK_AGAIN_MS);
    });
    await Promise.race([pause, Promise.all(this.inFlight), ...awaited]);
    clearTimeout(timer);
  }

  private async waitForRoom(): Promise<void> {
    while (this.inFlight.size > this.capacity() * CLAIM_BELOW) await this.done.next();
  }

  /** From the claim of a revocation to its first call nothing ordinary is started: a leaver waits for nobody. */
  private async claimFor(run: PumpRun, limit: number, hinted: readonly string[]): Promise<number> {
    if (run.maxLane !== LANES.revocation) return (await this.claim(run, limit, hinted)).length;
    const hold = this.room.slots.holdOrdinary(HOLD_MS);
    let begun: readonly Promise<void>[] = [];
    try {
      begun = await this.claim(run, limit, hinted);
    } finally {
      hold.endAfter(begun.length);
    }
    // Some need no call, or may not make one.
    void Promise.all(begun).then(() => {
      hold.endAfter(0);
    });
    return begun.length;
  }

  private async claim(run: PumpRun, limit: number, hinted: readonly string[]): Promise<Promise<void>[]> {
    const lease = new Lease(this.room.engine.clock, this.room.engine.settings.leaseMs);
    const claimed = await this.claimLinks(run, limit, hinted);
    if (claimed.length === 0) return [];
    const { sql } = this.room.engine.database;
    const { slug, assignment } = this.room.instance;
    const works = await readWork(sql, slug, claimed, assignment);
    return works.map((work) => this.start(work, lease, run.signal));
  }

  private async claimLinks(run: PumpRun, limit: number, hinted: readonly string[]): Promise<ClaimedLink[]> {
    const { engine, instance } = this.room;
    const { sql } = engine.database;
    const request = {
      provider: instance.slug,
      declaration: this.room.declaration,
      leaseToken: engine.newId(),
      leaseMs: engine.settings.leaseMs,
      limit,
      maxLane: run.maxLane,
    };
    const first = hinted.length > 0 ? await claimDue(sql, { ...request, userIds: hinted }) : [];
    if (first.length > 0) return first;
    const due = await claimDue(sql, request);
    // However much is due: who crashed beside a backlog must not wait for its end.
    return [...due, ...(await claimLost(sql, { ...request, sparesSuspects: this.suspects.size > 0 }))];
  }

  private start(work: Work, lease: Lease, signal: AbortSignal): Promise<void> {
    const done = this.work(work, lease, signal).finally(() => {
      this.inFlight.delete(done);
      this.urgent.delete(done);
      if (work.lane === LANES.revocation) this.room.noteRevocationOver(work.userId);
      else this.inHand.delete(work.userId);
      this.suspects.delete(work.userId);
      this.done.ring();
    });
    this.inFlight.add(done);
    if (work.lane === LANES.revocation) this.urgent.add(done);
    else this.inHand.set(work.userId, done);
    if (work.soloCrashes > 0) this.suspects.add(work.userId);
    return done;
  }

  /** A link whose settle cannot be written stays in flight until its lease ends, and is then claimed alone. */
  private async work(work: Work, lease: Lease, signal: AbortSignal): Promise<void> {
    try {
      const settlement = await reconcileLink(this.room, work, lease, signal);
      await this.room.settles.ask(settlement);
      if (settlement.lastError === null && settlement.outcome !== 'released') await this.noteAnswer();
      this.onSettled(settlement);
    } catch (error) {
      this.room.sparing.error('a link could not be settled', {
        provider: work.provider,
        userId: work.userId,
        error,
      });
    }
  }

  private async noteAnswer(): Promise<void> {
    this.room.health.recordCall(true);
    this.room.throttles = 0;
    if (this.room.probesFailed === 0) return;
    this.room.probesFailed = 0;
    this.room.engine.log.warn('provider answers again', { provider: this.room.instance.slug });
    await recordProviderAnswered(this.room.engine.database.sql, this.room.instance.slug);
  }
}
