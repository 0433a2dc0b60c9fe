import { digestWords } from '#store';

const FIRST_SLOTS = 1_024;
/** Words of 32 bits that one hash takes. */
const WORDS = 2;

/**
 * Remembers which accounts were shown, as 64-bit hashes in a typed array that is at most half full: 16 to 32 bytes an
 * account, however long their ids are. Two ids with one hash (2^-64 a pair) make an absence go unnoticed, never a
 * presence.
 */
export class SeenAccounts {
  private slots = new Uint32Array(FIRST_SLOTS * WORDS);
  private count = 0;

  /** How many different ones were added. */
  get size(): number {
    return this.count;
  }

  /** Bytes that are taken by what is remembered. */
  get bytes(): number {
    return this.slots.byteLength;
  }

  /** @returns whether it is new */
  add(id: string): boolean {
    const [high, low] = hashOf(id);
    const at = this.find(high, low);
    if (this.isTaken(at)) return false;
    this.slots[at] = high;
    this.slots[at + 1] = low;
    this.count += 1;
    if (this.count * WORDS * 2 >= this.slots.length) this.grow();
    return true;
  }

  has(id: string): boolean {
    const [high, low] = hashOf(id);
    return this.isTaken(this.find(high, low));
  }

  private isTaken(at: number): boolean {
    return this.slots[at] !== 0 || this.slots[at + 1] !== 0;
  }

  /** Where a hash is, or would be: the first slot from its own on that holds it or nothing. */
  private find(high: number, low: number): number {
    const { slots } = this;
    let at = (low * WORDS) % slots.length;
    while (this.isTaken(at) && (slots[at] !== high || slots[at + 1] !== low))
      at = (at + WORDS) % slots.length;
    return at;
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new Uint32Array(before.length * 2);
    for (let from = 0; from < before.length; from += WORDS) {
      const high = before[from] ?? 0;
      const low = before[from + 1] ?? 0;
      if (high === 0 && low === 0) continue;
      const at = this.find(high, low);
      this.slots[at] = high;
      this.slots[at + 1] = low;
    }
  }
}

/** Never two zeros, which mark a free slot. */
function hashOf(id: string): readonly [high: number, low: number] {
  const [high, low] = digestWords(id);
  return high === 0 && low === 0 ? [0, 1] : [high, low];
}
