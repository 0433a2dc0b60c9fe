interface Held<Item> {
  readonly item: Item;
  at: number;
}

/**
 * Items that come and go by the thousand a second. A plain list and no `Set`: a set that has much come and go is copied
 * again and again inside, and copies that outlived two collections of young objects keep alive what left them since.
 */
export class Fleeting<Item> {
  readonly #held: Held<Item>[] = [];

  get size(): number {
    return this.#held.length;
  }

  /** @returns a function that takes it out again; more than once does nothing */
  add(item: Item): () => void {
    const own: Held<Item> = { item, at: this.#held.length };
    this.#held.push(own);
    return () => {
      this.#takeOut(own);
    };
  }

  /** Takes out everything. @returns what was in */
  takeAll(): Item[] {
    return this.#held.splice(0).map(({ item }) => item);
  }

  /** The last one takes the place that becomes free. */
  #takeOut(own: Held<Item>): void {
    if (this.#held[own.at] !== own) return;
    const last = this.#held.pop();
    if (last === undefined || last === own) return;
    last.at = own.at;
    this.#held[own.at] = last;
  }
}
