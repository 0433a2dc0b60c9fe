import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { brokenLimit } from './normalize.js';

const LIMIT = { path: 'name', minLength: 2, maxLength: 5, source: 'nowhere' };
const TOO_SHORT = 'must have at least 2 characters there';
const TOO_LONG = 'must have at most 5 characters there';

describe('what a value breaks of its limits', () => {
  it.each([
    ['', TOO_SHORT],
    ['a', TOO_SHORT],
    ['\u{20bb7}', TOO_SHORT],
    ['\ud842', TOO_SHORT],
    ['\u{20bb7}a', null],
    ['\u{20bb7}\u{20bb7}', null],
    ['aaaaa', null],
    ['\u{20bb7}'.repeat(5), null],
    ['aaaaaa', TOO_LONG],
    ['\u{20bb7}'.repeat(6), TOO_LONG],
    [null, null],
    [7, null],
  ])('of %j is %j', (value, expected) => {
    expect(brokenLimit(value, LIMIT)).toBe(expected);
  });

  it('is what counting every character says, whatever the text', () => {
    const text = fc.array(fc.constantFrom('a', '\u{20bb7}', '\ud842'), { maxLength: 8 });
    fc.assert(
      fc.property(text, (parts) => {
        const value = parts.join('');
        const { length } = Array.from(value);
        expect(brokenLimit(value, LIMIT)).toBe(length < 2 ? TOO_SHORT : length > 5 ? TOO_LONG : null);
      }),
    );
  });

  it('is nothing where nothing is known, and a missing value where one is required', () => {
    expect(brokenLimit('a', undefined)).toBeNull();
    expect(brokenLimit(null, { ...LIMIT, required: true })).toBe('is required there');
    expect(brokenLimit('a'.repeat(1_000), { path: 'name', source: 'nowhere' })).toBeNull();
  });
});
