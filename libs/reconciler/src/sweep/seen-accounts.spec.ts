import { describe, expect, it } from '@jest/globals';
import { SeenAccounts } from './seen-accounts.js';

const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `account-${n}`);

describe('seen accounts', () => {
  it('L02: tells new ones from those that were shown before', () => {
    const seen = new SeenAccounts();
    expect([seen.add('a'), seen.add('b'), seen.add('a')]).toEqual([true, true, false]);
    expect([seen.has('a'), seen.has('c'), seen.size]).toEqual([true, false, 2]);
  });

  it('takes any text, the empty one too', () => {
    const seen = new SeenAccounts();
    const texts = ['', ' ', '\u0000', 'ä', 'a\u0308', '🦊', 'x'.repeat(10_000)];
    for (const text of texts) expect(seen.add(text)).toBe(true);
    for (const text of texts) expect(seen.add(text)).toBe(false);
  });

  it('grows, forgets nobody, and takes 16 to 32 bytes an account', () => {
    const seen = new SeenAccounts();
    const many = ids(100_000);
    expect(many.filter((id) => !seen.add(id))).toEqual([]);
    expect(many.every((id) => seen.has(id))).toBe(true);
    expect(ids(100).some((id) => seen.has(`other ${id}`))).toBe(false);
    expect(seen.size).toBe(100_000);
    expect(seen.bytes / seen.size).toBeGreaterThanOrEqual(16);
    expect(seen.bytes / seen.size).toBeLessThanOrEqual(32);
  });
});
