import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { User } from '#domain';
import { linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person } from '../support/people.js';

const EMAIL = 'shared@example.com';

describe('a create at SendAuth whose answer never came', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  async function open(lateArrivalMs = 300): Promise<void> {
    mirror = await openMirror({ providers: ['sendauth'], engine: { lateArrivalMs } });
  }
  /** As a worker leaves it behind that sent the create and died. */
  async function sentFor(user: User): Promise<void> {
    await mirror.database.sql(
      `INSERT INTO intents (id, user_id, provider, kind, lease_token, remote_key, lookup_keys, status_revision,
                            attribute_revision)
       VALUES ($1, $2, 'sendauth', 'provision', $1, $3, $4, $5, $6)`,
      [
        randomUUID(),
        user.id,
        user.externalKey,
        JSON.stringify([{ kind: 'email', value: EMAIL }]),
        user.statusRevision,
        user.attributeRevision,
      ],
    );
  }
  function plant(createdAt: Date): void {
    mirror.simulators.providers.sendauth.plant({
      op: 'put',
      account: { firstName: 'Given', lastName: 'Family', email: EMAIL, createdAt: createdAt.toISOString() },
    });
  }
  const people = () => mirror.accounts('sendauth').filter(({ email }) => email === EMAIL);
  const writes = () => mirror.simulators.running.sendauth.log.counts.mutating;

  it('H20: is not sent again before the first one can no longer land, and finds it when it does', async () => {
    await open(1_500);
    const user = only(await enter(mirror.roster, [person(1, { email: EMAIL })]));
    await sentFor(user);
    await mirror.worker.pass();
    expect(writes()).toBe(0);
    plant(new Date());
    await mirror.converge();
    expect(people()).toMatchObject([
      { id: (await linkOf(mirror.database, user.id, 'sendauth'))['account_id'] },
    ]);
  });

  it('is sent again when the first one never landed', async () => {
    await open();
    const user = only(await enter(mirror.roster, [person(1, { email: EMAIL })]));
    await sentFor(user);
    await mirror.converge();
    expect(people()).toHaveLength(1);
  });

  it('is not believed to have made an account that was there long before', async () => {
    await open();
    plant(new Date('2024-01-01'));
    const before = people();
    const user = only(await enter(mirror.roster, [person(1, { email: EMAIL, familyName: 'Somebody Else' })]));
    await sentFor(user);
    await mirror.converge();
    expect(await linkOf(mirror.database, user.id, 'sendauth')).toMatchObject({
      park_code: 'disputed',
      account_id: null,
    });
    expect(people()).toEqual(before);
  });

  it('is not believed to have made the account of another user of ours', async () => {
    await open();
    const holder = only(await enter(mirror.roster, [person(1, { email: EMAIL })]));
    await mirror.converge();
    const before = people();
    const second = only(await enter(mirror.roster, [person(2, { email: EMAIL })]));
    await sentFor(second);
    await mirror.converge();
    expect(await linkOf(mirror.database, second.id, 'sendauth')).toMatchObject({
      park_code: 'identifier_taken',
      park_attribute: 'email',
      waits_for_user_id: holder.id,
      account_id: null,
    });
    expect(people()).toEqual(before);
  });
});
