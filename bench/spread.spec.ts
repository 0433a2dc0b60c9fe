import { describe, expect, it } from '@jest/globals';
import { percentileOf, spreadOf } from './spread.js';

describe('a spread', () => {
  it.each([
    [[3], { min: 3, median: 3, max: 3 }],
    [[9, 1, 5], { min: 1, median: 5, max: 9 }],
    [[4, 1, 2, 100], { min: 1, median: 3, max: 100 }],
  ])('of %j is %j', (values, spread) => {
    expect(spreadOf(values)).toEqual(spread);
  });

  it('is none of nothing', () => {
    expect(() => spreadOf([])).toThrow('nothing was measured');
  });
});

describe('a percentile', () => {
  it.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('%d of 1 to 100 is %d', (share, value) => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentileOf(values, share)).toBe(value);
  });
});
