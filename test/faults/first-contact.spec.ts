import { afterEach, describe, expect, it } from '@jest/globals';
import { changeStatus, importUsers, purgeUser, type Roster } from '#store';
import { linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { only, person } from '../support/people.js';

let mirror: Mirror;
afterEach(() => mirror.close());

async function* one(row: object): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(`${JSON.stringify(row)}\n`));
}

/** Enters somebody who had left before we came. */
async function enterLeaver(roster: Roster): Promise<string> {
  const bytes = one({ ...person(1), status: 'deactivated' });
  await importUsers(roster, { actor: 'test', bytes }, { format: 'ndjson' });
  return only(await roster.database.sql<{ id: string }>('SELECT id FROM users')).id;
}

describe('a leaver whose account was there before us, under our key', () => {
  it('is found: marked where that can be done, and shown as not enforceable where not', async () => {
    mirror = await openMirror({ providers: ['vault', 'sunshine'] });
    mirror.simulators.providers.vault.plant({ op: 'put', account: { consumer_id: 'hr-1' } });
    mirror.simulators.providers.sunshine.plant({ op: 'put', account: { externalId: 'hr-1' } });
    const id = await enterLeaver(mirror.roster);
    await mirror.converge();

    expect(await linkOf(mirror.database, id, 'vault')).toMatchObject({
      not_enforceable: true,
      observed_state: 'live',
    });
    expect(await linkOf(mirror.database, id, 'sunshine')).toMatchObject({ observed_state: 'suspended' });
    expect(JSON.stringify(only(mirror.accounts('sunshine')))).toContain('deactivated');
  });

  it('is gone after a purge', async () => {
    mirror = await openMirror({ providers: ['vault', 'sunshine'] });
    mirror.simulators.providers.vault.plant({ op: 'put', account: { consumer_id: 'hr-1' } });
    mirror.simulators.providers.sunshine.plant({ op: 'put', account: { externalId: 'hr-1' } });
    const id = await enterLeaver(mirror.roster);
    await mirror.converge();
    await changeStatus(mirror.roster, 'test', { id, verb: 'delete' });
    await purgeUser(mirror.roster, 'test', { id, now: new Date() });
    await mirror.converge();

    expect(mirror.accounts('vault')).toEqual([]);
    expect(mirror.accounts('sunshine')).toEqual([]);
  });

  it('costs one read and no write where there is nothing', async () => {
    mirror = await openMirror({ providers: ['vault', 'sunshine', 'passage', 'sendauth'] });
    await enterLeaver(mirror.roster);
    await mirror.converge();

    const totals = Object.values(mirror.simulators.running).map((running) => running.log.counts);
    expect(totals.map(({ total }) => total)).toEqual([1, 1, 0, 0]);
    expect(totals.map(({ writes }) => writes)).toEqual([0, 0, 0, 0]);
  });
});
