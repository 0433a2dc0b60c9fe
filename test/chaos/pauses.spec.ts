import { afterEach, describe, expect, it } from '@jest/globals';
import { readProviderStates } from '#store';
import { openMirror, type Mirror } from '../support/mirror.js';
import { enter, person, range } from '../support/people.js';

describe('a provider that asks to be left alone', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  it('H01: is left alone for the longest time that any of the calls under way was told', async () => {
    mirror = await openMirror({ providers: ['vault'] });
    await enter(
      mirror.roster,
      range(3).map((n) => person(n)),
    );
    for (const [index, seconds] of ['1', '30', '2'].entries()) {
      mirror.simulators.faults('vault', {
        match: { method: 'POST' },
        status: 429,
        headers: { 'retry-after': seconds },
        delayMs: 50 + 50 * index,
      });
    }
    await mirror.worker.pass();

    const [state] = await readProviderStates(mirror.database.sql);
    expect(state?.pausedForMs).toBeGreaterThan(25_000);
    expect(mirror.worker.room('vault').pausedForMs()).toBeGreaterThan(25_000);
  });

  it('stays alone when the state that a tick takes over was read before it asked', async () => {
    mirror = await openMirror({ providers: ['vault'] });
    const room = mirror.worker.room('vault');
    const [before] = await readProviderStates(mirror.database.sql);
    if (before === undefined) throw new Error('no provider');
    room.notePause(10_000);
    room.adopt(before);

    expect(room.isOpen()).toBe(false);
  });
});
