import { describe, expect, it } from '@jest/globals';
import { isHealthy, missingAtMost, suspicionOf } from './absence.js';

describe('how many may be missing', () => {
  it('is 25, or one in twenty where that is more', () => {
    expect([0, 10, 500, 520, 20_000].map(missingAtMost)).toEqual([25, 25, 25, 26, 1_000]);
  });

  it.each([
    ['nobody missing', { seen: 3, known: 3, compared: 3, missing: 0 }, null],
    ['an empty list, and nobody expected', { seen: 0, known: 0, compared: 0, missing: 0 }, null],
    ['L05: an empty list', { seen: 0, known: 3, compared: 3, missing: 3 }, 'listing_empty'],
    [
      'L05: an empty list, and nobody comparable',
      { seen: 0, known: 3, compared: 0, missing: 0 },
      'listing_empty',
    ],
    ['only strangers', { seen: 9, known: 3, compared: 3, missing: 3 }, 'everybody_missing'],
    ['the only one', { seen: 1, known: 1, compared: 1, missing: 1 }, 'everybody_missing'],
    ['as many as may be', { seen: 5, known: 30, compared: 30, missing: 25 }, null],
    ['L06: one more', { seen: 4, known: 30, compared: 30, missing: 26 }, 'too_many_missing'],
    ['one in twenty of many', { seen: 19_000, known: 20_000, compared: 20_000, missing: 1_000 }, null],
    ['and one more', { seen: 18_999, known: 20_000, compared: 20_000, missing: 1_001 }, 'too_many_missing'],
  ] as const)('%s', (_, looked, suspicion) => {
    expect(suspicionOf(looked)).toBe(suspicion);
  });
});

describe('a list that shows our accounts', () => {
  it.each([
    ['nobody of whom one could be missing', { known: 0, shown: 0 }, true],
    ['nobody of some', { known: 3, shown: 0 }, false],
    ['all but as many as may be missing', { known: 30, shown: 5 }, true],
    ['and one less', { known: 30, shown: 4 }, false],
    ['more than were known before', { known: 3, shown: 9 }, true],
  ] as const)('%s', (_, looked, healthy) => {
    expect(isHealthy(looked)).toBe(healthy);
  });
});
