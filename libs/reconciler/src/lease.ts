import type { EngineClock } from './settings.js';

/** Kept free at the end of every lease, for settling. */
export const LEASE_MARGIN_MS = 2_000;

/**
 * How long a claim may still be acted on, counted from before it was sent. A process that was frozen, or whose wall
 * clock was set, must not believe that it still holds it: the stricter of two clocks decides.
 */
export class Lease {
  private readonly wallEndMs: number;
  private readonly monotonicEndMs: number;

  constructor(
    private readonly clock: EngineClock,
    leaseMs: number,
  ) {
    const usableMs = leaseMs - Math.min(LEASE_MARGIN_MS, leaseMs / 4);
    this.wallEndMs = clock.now().getTime() + usableMs;
    this.monotonicEndMs = clock.monotonicMs() + usableMs;
  }

  /** Milliseconds left by the stricter clock; negative when it is over. */
  leftMs(): number {
    return Math.min(
      this.wallEndMs - this.clock.now().getTime(),
      this.monotonicEndMs - this.clock.monotonicMs(),
    );
  }
}
