import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { User } from '#domain';
import { listFindings } from '#store';
import { destructiveCalls, openLifecycleStage, type LifecycleStage } from '../support/lifecycle-stage.js';
import { doubtEverything, linkOf, openMirror, type Mirror } from '../support/mirror.js';
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

  it('that stands in the way of an account from long before is a finding, and can be linked', async () => {
    await open();
    await enter(mirror.roster, [person(2), person(3)]);
    await mirror.converge();
    plant(new Date('2024-01-01'));
    const dropped = { match: { method: 'POST', path: '/users$' }, drop: 'before' } as const;
    mirror.simulators.faults('sendauth', dropped);
    const user = only(await enter(mirror.roster, [person(1, { email: EMAIL })]));
    await mirror.converge();
    expect(await linkOf(mirror.database, user.id, 'sendauth')).toMatchObject({ park_code: 'disputed' });
    expect(only(await mirror.worker.sweep('apply')).counts).toMatchObject({ unlinked: 1, inStep: 2 });
    const { findings } = await listFindings(mirror.database, { state: 'open', limit: 10 });
    expect(only(findings)).toMatchObject({ kind: 'unlinked', userId: user.id });
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

describe.each(['passage', 'sendauth'] as const)('a new account at %s whose create was lost', (slug) => {
  let stage: LifecycleStage;
  let id: string;
  afterEach(() => stage.close());
  const link = () => linkOf(stage.mirror.database, id, slug);
  const destroyed = () => destructiveCalls(slug, stage.mirror.simulators.running[slug].log.since(0));

  /** Somebody among others, who is in step. */
  async function entered(): Promise<void> {
    stage = await openLifecycleStage({ providers: [slug], engine: { lateArrivalMs: 600 } });
    const ids: string[] = [];
    for (const n of [1, 2, 3, 4])
      ids.push(String((await stage.ask('POST', '/users', person(n, { email: emailOf(n) }))).body['id']));
    [id = ''] = ids;
    await stage.mirror.converge();
  }

  const emailOf = (n: number): string => `person.${n}@example.com`;
  const account = (accountId: string, createdAt = new Date()) => {
    const at = createdAt.toISOString();
    const named = { firstName: 'Given', lastName: 'Family', createdAt: at };
    return { id: accountId, email: emailOf(1), ...(slug === 'passage' ? { created_at: at } : named) };
  };
  const plant = (planted: ReturnType<typeof account>): void => {
    stage.mirror.simulators.providers[slug].plant({ op: 'put', account: planted });
  };
  /** `late`: it lands when nobody waits for its answer any more. */
  const loseCreate = (how: 'never' | 'late'): void => {
    stage.mirror.simulators.faults(slug, {
      match: { method: 'POST', path: '/users$' },
      ...(how === 'never' ? { drop: 'before' } : { drop: 'after', delayMs: 1_100 }),
    });
  };

  /** The account is gone, a new one is asked for, and the answer to its create is lost. @returns what was there before */
  async function lost(how: 'never' | 'late'): Promise<string> {
    await entered();
    const before = String((await link())['account_id']);
    stage.mirror.simulators.providers[slug].plant({ op: 'remove', id: before });
    await doubtEverything(stage.mirror.database);
    await stage.mirror.converge();
    loseCreate(how);
    await stage.move(id, 'reactivate', { recreate: true });
    await stage.mirror.worker.pass(300);
    return before;
  }
  /** The service was away for a while. */
  async function hoursLater(hours: number): Promise<void> {
    const earlier = (column: string) => `${column} = ${column} - ${hours} * interval '1 hour'`;
    await stage.mirror.database.sql(`UPDATE intents SET ${earlier('created_at')}`);
    await stage.mirror.database.sql(`UPDATE links SET ${earlier('doubtful_write_at')}`);
  }
  async function purge(): Promise<void> {
    await stage.move(id, 'delete');
    await stage.move(id, 'purge');
    for (let pass = 0; pass < 8; pass += 1) {
      await stage.mirror.worker.pass(300);
      await delay(100);
    }
  }

  it('leaves the recorded account what it is when it is brought back, and a leaver is shut out of it', async () => {
    const before = await lost('never');
    plant(account(before, new Date('2024-01-01')));
    await stage.mirror.converge();
    expect(await link()).toMatchObject({ account_id: before, park_code: null, observed_state: 'live' });
    expect(await stage.mirror.database.sql('SELECT FROM intents WHERE settled_at IS NULL')).toEqual([]);
    await stage.move(id, 'deactivate');
    await stage.mirror.converge();
    expect(stage.held(slug).get(before)?.state).toBe(slug === 'passage' ? 'suspended' : 'softDeleted');
    expect(stage.held(slug).size).toBe(4);
  });

  it('P8: is not looked for in an account that was made hours after', async () => {
    await lost('never');
    await hoursLater(3);
    plant(account('7d9f7d0e-1111-4111-8111-111111111111'));
    await purge();
    expect(await link()).toMatchObject({ park_code: 'disputed', park_attribute: 'email' });
    expect([destroyed(), stage.held(slug).size]).toEqual([[], 4]);
  });

  it('P8: a purge ends beside an account that was made days after, and leaves it alone', async () => {
    await lost('never');
    await hoursLater(49);
    plant(account('7d9f7d0e-1111-4111-8111-111111111111'));
    await purge();
    expect((await stage.ask('GET', `/users/${id}`)).body['status']).toBe('purged');
    expect([destroyed(), stage.held(slug).size]).toEqual([[], 4]);
  });

  it('P8: is not destroyed in place of the one that the link recorded', async () => {
    await lost('late');
    await purge();
    expect(await link()).toMatchObject({ park_code: 'disputed' });
    expect([destroyed(), stage.held(slug).size]).toEqual([[], 4]);
  });

  it('P8: of somebody who never had one is not looked for in an account that was made hours after either', async () => {
    await entered();
    loseCreate('never');
    const { body } = await stage.ask('POST', '/users', person(5, { email: 'person.5@example.com' }));
    id = String(body['id']);
    await stage.mirror.worker.pass(300);
    await hoursLater(3);
    plant({ ...account('7d9f7d0e-2222-4222-8222-222222222222'), email: 'person.5@example.com' });
    await purge();
    expect(await link()).toMatchObject({ park_code: 'disputed', account_id: null });
    expect([destroyed(), stage.held(slug).size]).toEqual([[], 5]);
  });
});
