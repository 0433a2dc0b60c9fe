import { describe, expect, it } from '@jest/globals';
import { BadOptions, readOptions } from './options.js';

describe('the options of the benchmark', () => {
  it('are all figures for twenty thousand people in three rounds, unless told otherwise', () => {
    expect(readOptions([])).toEqual({ json: false, write: false, only: null, people: 20_000, rounds: 3 });
  });

  it('take figures in any case, and numbers', () => {
    const args = ['--json', '--only', 'B1, b7', '--people', '2000', '--rounds=1'];
    expect(readOptions(args)).toEqual({
      json: true,
      write: false,
      only: new Set(['B1', 'B7']),
      people: 2_000,
      rounds: 1,
    });
  });

  it.each([
    [['--only', 'B99'], '--only names no figure by "B99"; there are B1, B2'],
    [['--only', ''], '--only names no figure by ""'],
    [['--people', '10'], '--people must be a whole number from 500 to 100000, and is "10"'],
    [['--people', 'many'], 'and is "many"'],
    [['--people', '2e4'], 'and is "2e4"'],
    [['--rounds', '0'], '--rounds must be a whole number from 1 to 50, and is "0"'],
    [['--write', '--only', 'B1'], '--write puts all figures on the page: leave --only out'],
    [['--fast'], 'there are --json, --write, --only, --people and --rounds'],
    [['fast'], 'there are --json, --write, --only, --people and --rounds'],
  ])('of %j are refused: %s', (args, message) => {
    expect(() => readOptions(args)).toThrow(BadOptions);
    expect(() => readOptions(args)).toThrow(message);
  });
});
