/** Tells whoever waits that something has happened. Unlike a race of many promises, waiting costs the same however many there are. */
export class Bell {
  private waiting: (() => void)[] = [];

  /** Ends every wait that has begun. */
  ring(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const wake of waiting) wake();
  }

  /** Waits for the next ring. */
  next(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
