interface Version<T> {
  readonly value: T | undefined;
  readonly since: number;
}

interface Slot<T> {
  latest: Version<T>;
  /** Earlier versions, oldest first. */
  readonly past: Version<T>[];
}

/** Earlier versions kept for each account; a read that reaches further back sees nothing. */
const VERSIONS_KEPT = 8;

/**
 * Accounts by key, in order of creation, with a little of their past.
 *
 * Positions are handed out once and never reused, so a cursor that is a position survives inserts and removals around
 * it, and a page costs only its own length. Values must be treated as immutable: a change is a `set` of a new value.
 */
export class AccountStore<T> {
  readonly #slots: Slot<T>[] = [];
  readonly #byKey = new Map<string, Slot<T>>();
  #asOf: number | undefined;
  #size = 0;
  #revision = 0;

  /** @param now milliseconds since the epoch */
  constructor(private readonly now: () => number) {}

  /** Accounts held now. */
  get size(): number {
    return this.#size;
  }

  /** Grows with every write: what was derived from the store is good as long as this stands still. */
  get revision(): number {
    return this.#revision;
  }

  /** True inside `readAsOf`: what is derived now must not be kept. */
  get readsThePast(): boolean {
    return this.#asOf !== undefined;
  }

  get(key: string): T | undefined {
    const slot = this.#byKey.get(key);
    return slot && this.#read(slot);
  }

  /** Creates or replaces. An account that comes back after a `delete` is a new one, at a new position. */
  set(key: string, value: T): void {
    const slot = this.#byKey.get(key);
    const latest = { value, since: this.now() };
    if (slot?.latest.value === undefined) this.#append(key, latest);
    else advance(slot, latest);
    this.#revision += 1;
  }

  /** @returns whether it was there */
  delete(key: string): boolean {
    const slot = this.#byKey.get(key);
    if (slot?.latest.value === undefined) return false;
    advance(slot, { value: undefined, since: this.now() });
    this.#size -= 1;
    this.#revision += 1;
    return true;
  }

  /** The account that was deleted under this key less than `withinMs` ago, if none is held there now. */
  recentlyDeleted(key: string, withinMs: number): T | undefined {
    const slot = this.#byKey.get(key);
    if (slot === undefined || slot.latest.value !== undefined) return undefined;
    return this.now() - slot.latest.since < withinMs ? slot.past.at(-1)?.value : undefined;
  }

  *values(): Generator<T> {
    for (const [, value] of this.from(0)) yield value;
  }

  /** Accounts with their positions, oldest first, beginning at a position. */
  *from(position: number): Generator<[position: number, value: T]> {
    for (let at = position; at < this.#slots.length; at += 1) {
      const slot = this.#slots[at];
      const value = slot && this.#read(slot);
      if (value !== undefined) yield [at, value];
    }
  }

  /** Runs a read that sees every account as it was at `timeMs`. It must not write. */
  readAsOf<R>(timeMs: number, read: () => R): R {
    this.#asOf = timeMs;
    try {
      return read();
    } finally {
      this.#asOf = undefined;
    }
  }

  clear(): void {
    this.#slots.length = 0;
    this.#byKey.clear();
    this.#size = 0;
    this.#revision += 1;
  }

  #append(key: string, latest: Version<T>): void {
    const slot = { latest, past: [] };
    this.#slots.push(slot);
    this.#byKey.set(key, slot);
    this.#size += 1;
  }

  #read(slot: Slot<T>): T | undefined {
    const asOf = this.#asOf;
    if (asOf === undefined || slot.latest.since <= asOf) return slot.latest.value;
    return slot.past.findLast((version) => version.since <= asOf)?.value;
  }
}

function advance<T>(slot: Slot<T>, latest: Version<T>): void {
  slot.past.push(slot.latest);
  if (slot.past.length > VERSIONS_KEPT) slot.past.shift();
  slot.latest = latest;
}
