import { renewRun, type HeldRun, type TakenRun } from '#store';
import { Lease } from '../lease.js';
import type { ProviderRoom } from '../provider-room.js';

/** Why a run goes no further. */
export type Stop = 'cancelled' | 'leaseLost' | 'stopping';

const LONGEST_BEAT_MS = 1_000;

/**
 * A run while it is ours: its lease is renewed by itself, and a cancellation is heard within a second, also while a call
 * hangs. Whatever ends it aborts the calls under way; they only read.
 */
export class RunHold {
  private readonly over = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private lease: Lease;
  private why: Stop | null = null;

  constructor(
    private readonly room: ProviderRoom,
    private readonly run: TakenRun,
    private readonly stopping: AbortSignal,
  ) {
    const { clock, settings } = room.engine;
    this.lease = new Lease(clock, settings.leaseMs);
    this.timer = setInterval(
      () => {
        this.renew().catch(() => undefined); // without the database the lease runs out, and is then seen to have
      },
      Math.min(LONGEST_BEAT_MS, settings.leaseMs / 3),
    );
    stopping.addEventListener('abort', this.onStopping, { once: true });
  }

  /** Aborted when the run goes no further. */
  get signal(): AbortSignal {
    return this.over.signal;
  }

  /** Why it goes no further; `null` while it does. */
  get stopped(): Stop | null {
    if (this.why === null && this.stopping.aborted) this.stop('stopping');
    if (this.why === null && this.lease.leftMs() <= 0) this.stop('leaseLost');
    return this.why;
  }

  /**
   * Prolongs the lease and hears whether the run is to end.
   * @returns the moment, by the database's clock, that whatever is asked for next is after; `null` when it goes no further
   */
  async renew(): Promise<string | null> {
    if (this.stopped !== null) return null;
    const { engine } = this.room;
    const lease = new Lease(engine.clock, engine.settings.leaseMs);
    const held = await renewRun(engine.database.sql, this.run, engine.settings.leaseMs);
    return this.takeOver(held, lease);
  }

  /** Ends the renewing. */
  close(): void {
    clearInterval(this.timer);
    this.stopping.removeEventListener('abort', this.onStopping);
  }

  private readonly onStopping = (): void => {
    this.stop('stopping');
  };

  private takeOver(held: HeldRun | null, lease: Lease): string | null {
    if (held === null) this.stop('leaseLost');
    else if (held.cancelAsked) this.stop('cancelled');
    else {
      this.lease = lease;
      // The process may have been told to end meanwhile.
      return this.stopped === null ? held.at : null;
    }
    return null;
  }

  private stop(why: Stop): void {
    this.why ??= why;
    this.over.abort();
  }
}
