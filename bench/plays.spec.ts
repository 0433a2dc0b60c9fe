import { expect, it } from '@jest/globals';
import { playsOf } from './plays.js';

it('plays three times a round, of which the first does not count', () => {
  expect([...playsOf(1)]).toEqual([
    { round: 0, play: 1, counts: false },
    { round: 0, play: 2, counts: false },
    { round: 0, play: 3, counts: false },
    { round: 1, play: 1, counts: true },
    { round: 1, play: 2, counts: true },
    { round: 1, play: 3, counts: true },
  ]);
});
