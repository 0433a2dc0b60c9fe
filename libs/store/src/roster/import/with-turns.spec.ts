import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { withTurns } from './with-turns.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

/** Counts turns of the event loop until it is told to stop. */
function countTurns(): { soFar: number; stop(): void } {
  let isStopped = false;
  const turns = { soFar: 0, stop: () => (isStopped = true) };
  const count = async (): Promise<void> => {
    while (!isStopped) {
      await setImmediate();
      turns.soFar += 1;
    }
  };
  void count();
  return turns;
}

it('gives every row once, in order, and lets others have their turn while a large group is worked through', async () => {
  const groups = [numbers(250), [], numbers(1), numbers(100)];
  const given: number[][] = [];
  const turnsBefore: number[] = [];
  const turns = countTurns();
  try {
    for await (const rows of withTurns<number>(Readable.from(groups))) {
      given.push(rows);
      turnsBefore.push(turns.soFar);
    }
  } finally {
    turns.stop();
  }
  expect(given.flat()).toEqual(groups.flat());
  expect(given.map((rows) => rows.length)).toEqual([100, 100, 50, 1, 100]);
  expect(new Set(turnsBefore).size).toBe(given.length);
});

it('passes on what its source fails with', async () => {
  const broken = Readable.from(
    (async function* () {
      yield numbers(150);
      await setImmediate();
      throw new Error('broken off');
    })(),
  );
  const given: number[] = [];
  const readAll = async (): Promise<void> => {
    for await (const rows of withTurns<number>(broken)) given.push(...rows);
  };
  await expect(readAll()).rejects.toThrow('broken off');
  expect(given).toEqual(numbers(150));
});

it('lets go of its source when whoever reads it stops', async () => {
  const source = Readable.from([numbers(250), numbers(250)]);
  for await (const rows of withTurns<number>(source)) {
    expect(rows).toHaveLength(100);
    break;
  }
  expect(source.destroyed).toBe(true);
});
