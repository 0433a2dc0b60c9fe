import { setTimeout as delay } from 'node:timers/promises';
import { CallNotStarted, ProviderError, type CallContext, type CallRequest } from '#identity-provider';
import type { ProviderRoom } from '../provider-room.js';
import type { RunHold } from './run-hold.js';

const LOOK_AGAIN_MS = 50;
/** Pauses that last longer end the run instead. */
const LONGEST_WAIT_MS = 5 * 60_000;

/**
 * Admits the calls of a sweep: reads alone, which the HTTP client enforces, in the ordinary slots and at the provider's
 * pace. It sits out a pause, and stops for a halt, a cancellation, a lost lease and the end of the process.
 */
export class SweepContext implements CallContext {
  readonly readOnly = true;

  constructor(
    private readonly room: ProviderRoom,
    private readonly hold: RunHold,
  ) {}

  get signal(): AbortSignal {
    return this.hold.signal;
  }

  async admit(call: CallRequest): Promise<() => void> {
    if (call.mutating) throw new ProviderError('unsupported', { reason: 'read_only_context' });
    this.refuseIfOver();
    if (this.room.pausedForMs() > 0) await this.sitOutPause();
    const release = await this.room.slots.acquire(false, () => this.hold.stopped !== null);
    try {
      this.refuseIfOver();
      await this.room.pace.take(() => this.hold.stopped === null);
      this.refuseIfOver();
    } catch (error) {
      release();
      throw error;
    }
    const startedMs = this.room.engine.clock.monotonicMs();
    return () => {
      this.room.callTimes.record(this.room.engine.clock.monotonicMs() - startedMs);
      release();
    };
  }

  private async sitOutPause(): Promise<void> {
    const { clock } = this.room.engine;
    const endMs = clock.monotonicMs() + LONGEST_WAIT_MS;
    while (this.room.pausedForMs() > 0 && clock.monotonicMs() < endMs) {
      await delay(LOOK_AGAIN_MS);
      this.refuseIfOver();
    }
    if (this.room.pausedForMs() > 0) throw new CallNotStarted('paused');
  }

  private refuseIfOver(): void {
    if (this.hold.stopped !== null) throw new CallNotStarted('stopping');
    if (!this.room.enabled || this.room.haltScope === 'all') throw new CallNotStarted('paused');
  }
}
