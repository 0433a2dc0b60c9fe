import { describe, expect, it } from '@jest/globals';
import { SeenRows } from './seen-rows.js';

describe('rows that a file has had', () => {
  it('M07 are remembered through every growth of the table, with their line and content', () => {
    const seen = new SeenRows();
    const rows = 30_000;
    for (let line = 1; line <= rows; line += 1) {
      expect(seen.note(line, `key-${line}`, `content-${line % 7}`)).toBeNull();
    }
    for (let line = 1; line <= rows; line += 1) {
      expect(seen.note(rows + line, `key-${line}`, `content-${line % 7}`)).toEqual({ line, same: true });
    }
    expect(seen.note(99, 'key-5', 'another')).toEqual({ line: 5, same: false });
  });
});
