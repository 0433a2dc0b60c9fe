import { leasePace, type Sql } from '#store';

/** Waits until this call may start, by the rate that all workers share. */
export interface Pace {
  /** Returns at once, and takes nothing, when the call is no longer wanted. */
  take(isWanted: () => boolean): Promise<void>;
}

/** A provider without a limit of ours. */
export const NO_PACE: Pace = { take: () => Promise.resolve() };

const BLOCKS_PER_SECOND = 20;
/** Permits kept longer would be used on top of a later second's. */
const PERMITS_LAST_MS = 50;

/**
 * Leases call permits from Postgres in small blocks, so that the limit holds over all workers and survives the loss of
 * the queue. Callers are served in order.
 */
export class SharedPace implements Pace {
  private permits = 0;
  private leasedAtMs = 0;
  private refill: Promise<void> | undefined;

  constructor(
    private readonly sql: Sql,
    private readonly slug: string,
    private readonly callsPerSecond: number,
  ) {}

  async take(isWanted: () => boolean): Promise<void> {
    if (performance.now() - this.leasedAtMs > PERMITS_LAST_MS) this.permits = 0;
    while (this.permits < 1) {
      this.refill ??= this.lease().finally(() => {
        this.refill = undefined;
      });
      await this.refill;
      // Those who waited too long must not use up what others could still spend.
      if (!isWanted()) return;
    }
    this.permits -= 1;
  }

  private async lease(): Promise<void> {
    const block = Math.max(1, Math.floor(this.callsPerSecond / BLOCKS_PER_SECOND));
    const { granted, waitMs } = await leasePace(this.sql, this.slug, block);
    this.permits += granted;
    this.leasedAtMs = performance.now();
    if (granted === 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}
