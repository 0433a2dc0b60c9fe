import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SpacedBells } from './spaced-bells.js';

describe('spaced bells', () => {
  let rung: [string, string, readonly string[]][];
  let bells: SpacedBells;

  beforeEach(() => {
    jest.useFakeTimers();
    rung = [];
    bells = new SpacedBells(50, (provider, lane, userIds) => rung.push([provider, lane, userIds]));
  });
  afterEach(() => {
    bells.close();
    jest.useRealTimers();
  });

  it('ring at once, and once more for all that came meanwhile', () => {
    for (const user of ['a', 'b', 'c', 'b']) bells.ring('vault', 'live', [user]);
    expect(rung).toEqual([['vault', 'live', ['a']]]);
    jest.advanceTimersByTime(50);
    expect(rung).toEqual([
      ['vault', 'live', ['a']],
      ['vault', 'live', ['b', 'c']],
    ]);
  });

  it('ring again for nobody when nobody came', () => {
    bells.ring('vault', 'live', ['a']);
    jest.advanceTimersByTime(500);
    bells.ring('vault', 'live', []);
    expect(rung).toHaveLength(2);
  });

  it('ring once more for somebody who gave no hint', () => {
    bells.ring('vault', 'backfill', []);
    bells.ring('vault', 'backfill', []);
    jest.advanceTimersByTime(50);
    expect(rung).toHaveLength(2);
  });

  it('keep providers and lanes apart', () => {
    bells.ring('vault', 'live', ['a']);
    bells.ring('passage', 'live', ['a']);
    bells.ring('vault', 'restore', ['a']);
    expect(rung).toHaveLength(3);
  });

  it('never keep a leaver waiting', () => {
    for (const user of ['a', 'b', 'c']) bells.ring('vault', 'revocation', [user]);
    expect(rung).toHaveLength(3);
  });

  it('are silent once they are closed', () => {
    bells.ring('vault', 'live', ['a']);
    bells.ring('vault', 'live', ['b']);
    bells.close();
    jest.advanceTimersByTime(500);
    expect(rung).toHaveLength(1);
  });
});
