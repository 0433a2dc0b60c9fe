interface Task {
  readonly work: () => Promise<void>;
  readonly fail: (error: unknown) => void;
}

/**
 * Does what it is given a few at a time, whoever gives it: each is begun when one before it is done, in the order they were
 * given. After the first that fails nothing is begun any more. What is done must not itself give more and wait for it.
 */
export class FewAtATime {
  private readonly waiting: Task[] = [];
  private underWay = 0;
  private failure: { readonly error: unknown } | null = null;
  private readonly onIdle: (() => void)[] = [];

  constructor(private readonly atOnce: number) {}

  /**
   * Does something for each. What comes of it is in no order.
   * @throws whatever the first that failed threw, here or elsewhere, when those under way have ended
   */
  async each<Item, Outcome>(
    items: readonly Item[],
    work: (item: Item) => Promise<Outcome>,
  ): Promise<Outcome[]> {
    if (items.length === 0) return [];
    const outcomes: Outcome[] = [];
    await new Promise<void>((resolve, fail) => {
      const add = async (item: Item): Promise<void> => {
        if (outcomes.push(await work(item)) === items.length) resolve();
      };
      for (const item of items) this.waiting.push({ work: () => add(item), fail });
      this.begin();
    });
    return outcomes;
  }

  /** Begins nothing of what waits, which is never answered, and resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.waiting.length = 0;
    if (this.underWay > 0) await new Promise<void>((resolve) => this.onIdle.push(resolve));
  }

  private begin(): void {
    while (this.failure === null && this.underWay < this.atOnce) {
      const task = this.waiting.shift();
      if (task === undefined) break;
      this.underWay += 1;
      void this.carryOut(task);
    }
    if (this.underWay === 0) this.tellIdle();
  }

  private async carryOut(task: Task): Promise<void> {
    try {
      await task.work();
    } catch (error) {
      this.failure ??= { error };
      this.waiting.unshift(task); // to be told of it with those who wait
    }
    this.underWay -= 1;
    this.begin();
  }

  private tellIdle(): void {
    if (this.failure !== null) {
      // They would wait for ever.
      for (const { fail } of this.waiting.splice(0)) fail(this.failure.error);
    }
    for (const tell of this.onIdle.splice(0)) tell();
  }
}
