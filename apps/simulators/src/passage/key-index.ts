/**
 * Ids by a key that is unique in health. Keeps every holder, since accounts planted behind our back may share a key,
 * and a lookup must then show both.
 */
export class KeyIndex {
  readonly #ids = new Map<string, readonly string[]>();

  /** Ids holding the key, the longest holder first. */
  holders(key: string): readonly string[] {
    return this.#ids.get(key) ?? [];
  }

  /** How many keys have more than one holder. */
  get shared(): number {
    let count = 0;
    for (const ids of this.#ids.values()) if (ids.length > 1) count += 1;
    return count;
  }

  add(key: string, id: string): void {
    this.#ids.set(key, [...this.holders(key), id]);
  }

  remove(key: string, id: string): void {
    const left = this.holders(key).filter((each) => each !== id);
    if (left.length === 0) this.#ids.delete(key);
    else this.#ids.set(key, left);
  }

  clear(): void {
    this.#ids.clear();
  }
}
