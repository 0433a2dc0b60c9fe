import { CallNotStarted, type CallContext, type CallRequest } from '#identity-provider';
import { LANES } from '#domain';
import type { Work } from '#store';
import type { Charged } from './budget.js';
import type { Lease } from './lease.js';
import type { ProviderRoom } from './provider-room.js';

/**
 * Admits the calls of one link: each needs time left in the lease, a provider that is not stopped, a call slot, and a
 * share of the pace. Remembers whether a mutating call was started, because then the outcome is no longer ours alone.
 */
export class LinkContext implements CallContext {
  /** A mutating call was started for this link in this pass. */
  mutated = false;
  /** The step that a budget had room for, or that none had to have room for; `null` when nothing was charged. */
  charged: Charged | null = null;

  constructor(
    private readonly room: ProviderRoom,
    private readonly work: Work,
    private readonly lease: Lease,
    private readonly stopping: AbortSignal,
  ) {}

  get signal(): AbortSignal {
    return this.room.abandoned;
  }

  async admit(call: CallRequest): Promise<() => void> {
    this.refuseIfTooLate(call);
    const release = await this.room.slots.acquire(this.isUrgent(), () => this.isPreempted());
    try {
      this.refuseIfTooLate(call);
      await this.room.pace.take(() => this.leaseLasts(call) && !this.stopping.aborted);
      // Waiting for a slot or for the pace may have taken longer than the lease had left.
      this.refuseIfTooLate(call);
    } catch (error) {
      release();
      throw error;
    }
    if (call.mutating) this.mutated = true;
    return this.timed(release);
  }

  mayStillSend(call: CallRequest): boolean {
    return this.leaseLasts(call);
  }

  private leaseLasts(call: CallRequest): boolean {
    return this.lease.leftMs() >= (call.mutating ? call.timeoutMs : 0);
  }

  private refuseIfTooLate(call: CallRequest): void {
    if (this.stopping.aborted) throw new CallNotStarted('stopping');
    if (!this.room.isOpen()) throw new CallNotStarted('paused');
    if (this.isPreempted()) throw new CallNotStarted('preempted');
    if (!this.leaseLasts(call)) throw new CallNotStarted('leaseEnding');
  }

  private isPreempted(): boolean {
    return !this.isUrgent() && this.room.revoked.has(this.work.userId);
  }

  private isUrgent(): boolean {
    return this.work.lane === LANES.revocation;
  }

  private timed(release: () => void): () => void {
    const startedMs = this.room.engine.clock.monotonicMs();
    return () => {
      this.room.callTimes.record(this.room.engine.clock.monotonicMs() - startedMs);
      release();
    };
  }
}
