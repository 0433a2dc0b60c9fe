import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { withTurns } from './with-turns.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

it('gives every row once, in order, and lets others have their turn while a large group is worked through', async () => {
  const groups = [numbers(250), [], numbers(1), numbers(100)];
  const given: number[][] = [];
  const turnsBefore: number[] = [];
  let turns = 0;
  const count = (): void => {
    turns += 1;
    if (given.length < 5) setImmediate(count);
  };
  setImmediate(count);
  for await (const rows of withTurns<number>(Readable.from(groups))) {
    given.push(rows);
    turnsBefore.push(turns);
  }
  expect(given.flat()).toEqual(groups.flat());
  expect(given.map((rows) => rows.length)).toEqual([100, 100, 50, 1, 100]);
  expect(new Set(turnsBefore).size).toBe(given.length);
});
