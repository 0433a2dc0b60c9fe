import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { patchUser } from '#store';
import type { User } from '#domain';
import { linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person } from '../support/people.js';

describe('Q11: a link whose work ends the worker', () => {
  let mirror: Mirror;
  let user: User;
  beforeEach(async () => {
    mirror = await openMirror({ providers: ['vault', 'passage'] });
    user = only(await enter(mirror.roster, [person(1)]));
  });
  afterEach(() => mirror.close());

  /** As a worker leaves a link behind that it had taken alone, for the so-many-th time. */
  async function crashed(times: number): Promise<void> {
    await mirror.database.sql(
      `UPDATE links SET in_flight = true, lease_token = gen_random_uuid(), solo_crashes = $2,
         lease_until = now() - interval '1 second'
       WHERE user_id = $1 AND provider = 'vault'`,
      [user.id, times],
    );
  }
  const calls = () => mirror.simulators.running.vault.log.counts.total;

  it('is parked after three times, without another call, and holds up nothing else', async () => {
    await crashed(3);
    await mirror.converge();
    expect(await linkOf(mirror.database, user.id, 'vault')).toMatchObject({ park_code: 'crashes_worker' });
    expect(calls()).toBe(0);
    expect(mirror.accounts('passage')).toHaveLength(1);
  });

  it('is tried once more after two, and what was counted is forgotten when it goes well', async () => {
    await crashed(2);
    await mirror.converge();
    expect(await linkOf(mirror.database, user.id, 'vault')).toMatchObject({
      park_code: null,
      solo_crashes: 0,
    });
    expect(mirror.accounts('vault')).toHaveLength(1);
  });

  it('is tried again when its user is edited', async () => {
    await crashed(3);
    await mirror.converge();
    await patchUser(mirror.roster, 'test', { id: user.id, patch: { displayName: 'Mended' } });
    await mirror.converge();
    expect(await linkOf(mirror.database, user.id, 'vault')).toMatchObject({ park_code: null });
    expect(mirror.accounts('vault')).toHaveLength(1);
  });
});
