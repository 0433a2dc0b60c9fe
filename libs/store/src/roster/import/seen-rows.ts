import { digestWords } from '../../digest-words.js';

const LANES_A_ROW = 4; // two of the key's digest, one of the content's, one for the line
const FIRST_SLOTS = 1 << 12;
const MAX_LOAD = 0.6;

/**
 * Remembers which rows a file has had so far: 16 bytes a row, whatever a row is like, in one open-addressed table.
 * Keys are compared by 64 bits of their digest: in a file of a million rows the odds of taking two keys for one are
 * below one in ten million, and the outcome would be a row error.
 */
export class SeenRows {
  private slots = FIRST_SLOTS;
  private used = 0;
  private table = new Uint32Array(FIRST_SLOTS * LANES_A_ROW);

  /**
   * Notes a row, unless the file had its key before.
   * @returns the line of the earlier row with this key and whether it said the same, or `null` when there was none
   */
  note(line: number, key: string, content: string): { readonly line: number; readonly same: boolean } | null {
    if (this.used >= this.slots * MAX_LOAD) this.grow();
    const [said] = digestWords(content);
    const row = [...digestWords(key), said, line];
    const at = this.find(row);
    const earlierLine = this.table[at + 3] ?? 0;
    if (earlierLine > 0) return { line: earlierLine, same: this.table[at + 2] === row[2] };
    this.table.set(row, at);
    this.used += 1;
    return null;
  }

  /** The offset of the row with this key, or of the free slot where it belongs. Lines count from 1, so 0 is free. */
  private find(row: readonly (number | undefined)[]): number {
    let slot = (row[0] ?? 0) & (this.slots - 1);
    for (;;) {
      const at = slot * LANES_A_ROW;
      const isFree = this.table[at + 3] === 0;
      if (isFree || (this.table[at] === row[0] && this.table[at + 1] === row[1])) return at;
      slot = (slot + 1) & (this.slots - 1);
    }
  }

  private grow(): void {
    const former = this.table;
    this.slots *= 2;
    this.table = new Uint32Array(this.slots * LANES_A_ROW);
    for (let from = 0; from < former.length; from += LANES_A_ROW) {
      const row = former.subarray(from, from + LANES_A_ROW);
      if (row[3] !== 0) this.table.set(row, this.find([row[0], row[1]]));
    }
  }
}
