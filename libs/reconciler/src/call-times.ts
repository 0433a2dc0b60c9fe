const KEPT = 128;
const FIRST_GUESS_MS = 250;

/** How long calls to one provider have lately taken, for sizing batches to what a lease can hold. */
export class CallTimes {
  private readonly ring: number[] = [];
  private next = 0;

  record(ms: number): void {
    this.ring[this.next] = ms;
    this.next = (this.next + 1) % KEPT;
  }

  /** The time that 95 of 100 calls keep under; a guess until there were any. */
  p95Ms(): number {
    if (this.ring.length === 0) return FIRST_GUESS_MS;
    const sorted = [...this.ring].sort((a, b) => a - b);
    return Math.max(1, sorted[Math.floor(sorted.length * 0.95)] ?? FIRST_GUESS_MS);
  }
}
