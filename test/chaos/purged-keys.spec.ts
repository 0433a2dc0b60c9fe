import { afterEach, describe, expect, it } from '@jest/globals';
import { changeStatus, createUser, markLinks, purgeUser } from '#store';
import { linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person } from '../support/people.js';
import type { User } from '#domain';

const NAMES = ['vault', 'sunshine', 'passage', 'sendauth'] as const;

describe('a key that a purge set free', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  async function enterAndPurge(): Promise<User> {
    mirror = await openMirror({});
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    await changeStatus(mirror.roster, 'test', { id: user.id, verb: 'delete' });
    await purgeUser(mirror.roster, 'test', { id: user.id, now: new Date() });
    await mirror.converge();
    return user;
  }

  it('serves its next holder everywhere, also where the key is the account id', async () => {
    await enterAndPurge();
    const next = await createUser(mirror.roster, 'test', person(1));
    await mirror.converge();

    for (const name of NAMES) {
      const link = await linkOf(mirror.database, next.id, name);
      expect(link).toMatchObject({ park_code: null, observed_state: 'live' });
    }
  });

  it('never brings the next holder into reach of the purged user, whatever is doubted later', async () => {
    const purged = await enterAndPurge();
    await createUser(mirror.roster, 'test', person(1));
    await mirror.converge();
    const calls = mirror.simulators.running.vault.log.counts.total;
    await markLinks(mirror.database.sql, [purged.id], { lane: 'backfill', doubt: true });
    await mirror.converge();

    expect(mirror.simulators.running.vault.log.counts.total).toBe(calls);
    expect(mirror.accounts('vault').filter((account) => account.state === 'live')).toHaveLength(1);
  });
});
