import { describe, expect, it } from '@jest/globals';
import { afterWarmUp, callsPerSecond, callsPerSecondInTheMiddle, mostInASecond } from './rates.js';

const at = (...times: number[]) => times.map((time) => ({ time }));
const every = (ms: number, count: number) => at(...Array.from({ length: count }, (_, n) => 5_000 + n * ms));

describe('calls a second', () => {
  it('are those between the first and the last', () => {
    expect(callsPerSecond(every(10, 101))).toBe(100);
  });

  it.each([[[]], [[7]], [[7, 7]]])('cannot be told of calls at %j', (times) => {
    expect(() => callsPerSecond(at(...times))).toThrow('too few calls');
  });

  it('in the middle do not see a slow beginning and a slow end', () => {
    const slow = [...at(0, 1_000, 2_000, 3_000), ...every(10, 42), ...at(60_000, 70_000, 80_000, 90_000)];
    expect(callsPerSecondInTheMiddle(slow)).toBeCloseTo(100);
  });
});

describe('the most calls in a second', () => {
  it.each([
    ['none', [], 0],
    ['a burst over a full second', [900, 950, 1_000, 1_050, 1_100], 5],
    ['calls exactly a second apart, which no second holds together', [0, 1_000, 2_000], 1],
    ['calls just less than a second apart', [0, 999, 1_998], 2],
  ])('of %s', (_, times, most) => {
    expect(mostInASecond(at(...times))).toBe(most);
  });
});

describe('calls after the warm-up', () => {
  it('begin so long after the first', () => {
    expect(afterWarmUp(at(10, 1_000, 2_010, 3_000), 2_000)).toEqual(at(2_010, 3_000));
    expect(afterWarmUp([], 2_000)).toEqual([]);
  });
});
