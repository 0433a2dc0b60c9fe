import { describe, expect, it } from '@jest/globals';
import { validate, version } from 'uuid';
import { newId } from './ids.js';

describe('newId', () => {
  const ids = Array.from({ length: 5_000 }, newId);

  it('makes UUIDs of version 7 whose time is now', () => {
    expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
    const madeMs = Number.parseInt(newId().replaceAll('-', '').slice(0, 12), 16);
    expect(Math.abs(Date.now() - madeMs)).toBeLessThan(1_000);
  });

  it('makes ids that sort in the order in which they were made, many of them within a millisecond', () => {
    expect(ids.toSorted()).toEqual(ids);
  });

  it('never makes one twice, nor one that tells the next', () => {
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids.map((id) => id.slice(-10))).size).toBe(ids.length);
  });
});
