import { Fleeting } from './fleeting.js';

/** Timers that end with the simulator: what a provider does later must not outlive a reset or a close. */
export class Scheduler {
  readonly #timers = new Fleeting<NodeJS.Timeout>();
  #abort = new AbortController();

  /** Tasks that wait for their time. */
  get pending(): number {
    return this.#timers.size;
  }

  /**
   * Runs a task once after `delayMs`. The signal is aborted when the scheduler is cleared, so that a task which talks
   * to someone else can stop; what a task rejects with after that is dropped.
   * @returns a function that calls the task off
   */
  after(delayMs: number, task: (signal: AbortSignal) => void | Promise<void>): () => void {
    const { signal } = this.#abort;
    const timer = setTimeout(() => {
      takeOut();
      void Promise.resolve(task(signal)).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }, delayMs);
    const takeOut = this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      takeOut();
    };
  }

  /** Calls off everything that waits and aborts what runs. The scheduler stays usable. */
  clear(): void {
    for (const timer of this.#timers.takeAll()) clearTimeout(timer);
    this.#abort.abort();
    this.#abort = new AbortController();
  }
}
