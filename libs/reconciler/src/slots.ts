import { callsAtMost, CallNotStarted } from '#identity-provider';

interface Waiter {
  readonly admit: () => void;
  /** Whether the call is not wanted any more. */
  readonly isFutile: () => boolean;
  readonly giveUp: () => void;
}

/** Ordinary calls are kept from starting. It ends by itself when its time is up. */
export interface Hold {
  /** Ends it when this many calls of revocations have started, or at once for none. */
  endAfter(urgentCalls: number): void;
}

interface HoldUnderWay {
  started: number;
  goal: number;
  readonly end: () => void;
}

/**
 * The calls that one worker may have in flight at one provider. Revocations have some slots on top, so that a leaver
 * never waits for a slow batch; where there are none, a revocation goes to the head of the queue.
 */
export class CallSlots {
  private inUse = 0;
  private readonly atMost: number;
  private readonly urgentQueue: Waiter[] = [];
  private queue: Waiter[] = [];
  private readonly holds = new Set<HoldUnderWay>();

  /** @param ordinary calls in flight without those of revocations */
  constructor(private readonly ordinary: number) {
    this.atMost = callsAtMost(ordinary);
  }

  /**
   * Waits for a slot. The returned function gives it back and may be called once only.
   * @param isFutile asked when something may have changed; a call that is futile does not wait for a slot it would only
   * give back, and fails as preempted (Default: never)
   */
  acquire(urgent: boolean, isFutile: () => boolean = () => false): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        admit: () => {
          this.inUse += 1;
          resolve(this.releaser());
        },
        isFutile,
        giveUp: () => {
          reject(new CallNotStarted('preempted'));
        },
      };
      (urgent ? this.urgentQueue : this.queue).push(waiter);
      this.serve();
    });
  }

  /** Lets no ordinary call start for a while: a revocation is on its way to its first call. */
  holdOrdinary(forMs: number): Hold {
    const hold: HoldUnderWay = {
      started: 0,
      goal: Number.POSITIVE_INFINITY,
      end: () => {
        clearTimeout(timer);
        if (this.holds.delete(hold)) this.serve();
      },
    };
    const timer = setTimeout(hold.end, forMs);
    this.holds.add(hold);
    return {
      endAfter: (urgentCalls) => {
        hold.goal = urgentCalls;
        if (hold.started >= urgentCalls) hold.end();
      },
    };
  }

  /** Gives up the calls that wait and are not wanted any more. */
  dropFutile(): void {
    const futile = this.queue.filter((waiter) => waiter.isFutile());
    if (futile.length === 0) return;
    this.queue = this.queue.filter((waiter) => !futile.includes(waiter));
    for (const waiter of futile) waiter.giveUp();
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
    while (this.inUse < this.atMost && this.urgentQueue.length > 0) {
      this.urgentQueue.shift()?.admit();
      this.noteUrgent();
    }
    if (this.holds.size > 0) return;
    while (this.inUse < this.ordinary && this.queue.length > 0) this.queue.shift()?.admit();
  }

  private noteUrgent(): void {
    for (const hold of this.holds) {
      hold.started += 1;
      if (hold.started >= hold.goal) hold.end();
    }
  }
}
