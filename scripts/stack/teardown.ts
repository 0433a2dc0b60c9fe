type Close = () => Promise<void>;

/**
 * What has to be closed in the end, last opened first. Closing while things are still being opened is safe: what is
 * added afterwards is closed at once.
 */
export class Teardown {
  readonly #steps: Close[] = [];
  #closing: Promise<void> | undefined;

  get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  async add(close: Close): Promise<void> {
    if (this.#closing !== undefined) await close();
    else this.#steps.push(close);
  }

  /**
   * Closes everything, once; further calls wait for the first.
   * @throws AggregateError when some could not be closed; the others are closed all the same
   */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#steps.reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be closed');
  }
}
