/** How many requests share one statement, and how long the first of them waits for company. */
export interface GroupOptions<Request, Answer> {
  readonly maxRows: number;
  readonly maxWaitMs: number;
  /** Runs one group; its answers are in the order of the requests. */
  readonly run: (requests: readonly Request[]) => Promise<readonly Answer[]>;
}

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Lets many links, each reconciled by straight-line code, share statements: each asks for itself, and what is asked
 * within a moment is answered by one round trip.
 */
export class Grouped<Request, Answer> {
  private waiting: Waiting<Request, Answer>[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: GroupOptions<Request, Answer>) {}

  /** @throws whatever the group's statement throws */
  ask(request: Request): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      this.waiting.push({ request, resolve, reject });
      if (this.waiting.length >= this.options.maxRows) this.flush();
      else
        this.timer ??= setTimeout(() => {
          this.flush();
        }, this.options.maxWaitMs);
    });
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const group = this.waiting;
    this.waiting = [];
    if (group.length > 0) void this.answer(group);
  }

  private async answer(group: readonly Waiting<Request, Answer>[]): Promise<void> {
    try {
      const answers = await this.options.run(group.map((one) => one.request));
      group.forEach((one, index) => {
        // The runner answers every request, in order; a missing answer would be a defect and is thrown as one.
        const answer = answers[index];
        if (answer === undefined) one.reject(new Error('a group left a request unanswered'));
        else one.resolve(answer);
      });
    } catch (error) {
      for (const one of group) one.reject(error);
    }
  }
}
