/** One call slot in this many is kept for revocations. */
const RESERVED_ONE_IN = 8;

interface Waiter {
  readonly urgent: boolean;
  readonly admit: () => void;
}

/**
 * The calls that one worker may have in flight at one provider. Some slots serve revocations only, so that a leaver
 * never waits for a slow batch; where there are fewer slots than that, a revocation goes to the head of the queue.
 */
export class CallSlots {
  private inUse = 0;
  private readonly ordinary: number;
  private readonly urgentQueue: Waiter[] = [];
  private readonly queue: Waiter[] = [];

  constructor(private readonly total: number) {
    this.ordinary = total - Math.floor(total / RESERVED_ONE_IN);
  }

  /** Waits for a slot. The returned function gives it back and may be called once only. */
  acquire(urgent: boolean): Promise<() => void> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        urgent,
        admit: () => {
          this.inUse += 1;
          resolve(this.releaser());
        },
      };
      (urgent ? this.urgentQueue : this.queue).push(waiter);
      this.serve();
    });
  }

  private releaser(): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.inUse -= 1;
      this.serve();
    };
  }

  private serve(): void {
    while (this.inUse < this.total && this.urgentQueue.length > 0) this.urgentQueue.shift()?.admit();
    while (this.inUse < this.ordinary && this.queue.length > 0) this.queue.shift()?.admit();
  }
}
