import { afterEach, describe, expect, it } from '@jest/globals';
import type { User } from '#domain';
import { changeStatus, listFindings, patchUser, type Finding } from '#store';
import { accountOf, plantStranger } from '../support/damage.js';
import { decide, holdsOf } from '../support/holds.js';
import {
  destructiveCalls,
  openLifecycleStage,
  type LifecycleStage,
  type StageAnswer,
} from '../support/lifecycle-stage.js';
import { linkOf, type MirrorOptions } from '../support/mirror.js';
import { enter, only, person, range } from '../support/people.js';

let stage: LifecycleStage;
afterEach(() => stage.close());

/** Providers that give out their own ids. */
const ASSIGNING = ['passage', 'sendauth'] as const;
type Assigning = (typeof ASSIGNING)[number];

const ESTATE: Readonly<Record<Assigning, (n: number) => object>> = {
  passage: (n) => ({ email: `person.${n}@example.com` }),
  sendauth: (n) => ({ firstName: 'Before', lastName: 'Us', email: `person.${n}@example.com` }),
};

const open = async (options: MirrorOptions): Promise<void> => {
  stage = await openLifecycleStage(options);
};
const plant = (slug: Assigning, account: object): void => {
  stage.mirror.simulators.running[slug].plant({ op: 'put', account });
};
const decideOn = (finding: Finding, verb: string, body?: object): Promise<StageAnswer> =>
  stage.ask('POST', `/findings/${finding.id}/${verb}`, body);
const openOnes = async (): Promise<readonly Finding[]> =>
  (await listFindings(stage.mirror.database, { state: 'open', limit: 50 })).findings;
const sweep = async (): Promise<readonly Finding[]> => {
  await stage.mirror.worker.sweep('apply');
  await stage.mirror.converge();
  return openOnes();
};
const destroyed = (slug: Assigning | 'vault'): string[] =>
  destructiveCalls(slug, stage.mirror.simulators.running[slug].log.since(0)).map(
    ({ accountId }) => accountId,
  );
const audited = async (action: string): Promise<number> =>
  (await stage.mirror.database.sql('SELECT 1 FROM audit WHERE action = $1', [action])).length;

/** People whose accounts stood there before us, parked as disputed, and what a sweep says of them. */
async function strangersOf(slug: Assigning, count = 1): Promise<{ users: User[]; findings: Finding[] }> {
  await open({ providers: [slug] });
  for (const n of range(count)) plant(slug, ESTATE[slug](n));
  const users = await enter(
    stage.mirror.roster,
    range(count).map((n) => person(n)),
  );
  await stage.mirror.converge();
  return { users, findings: [...(await sweep())] };
}

/** An account of nobody, beside people who are in step. */
async function orphanAt(
  slug: Assigning | 'vault',
  more: MirrorOptions & { readonly count?: number; readonly strangers?: number } = {},
): Promise<Finding[]> {
  const { count = 3, strangers = 1, ...options } = more;
  await open({ providers: [slug], ...options });
  await enter(
    stage.mirror.roster,
    range(count).map((n) => person(n)),
  );
  await stage.mirror.converge();
  for (const n of range(strangers)) plantStranger(stage.mirror, slug, n);
  return [...(await sweep())];
}

describe('a finding that is ignored', () => {
  it('is not brought up again by any sweep, until it is opened by hand', async () => {
    const orphan = only(await orphanAt('passage'));
    const reason = 'the test account of the vendor';
    expect(await decideOn(orphan, 'ignore', { reason })).toMatchObject({
      status: 200,
      body: { state: 'ignored', reason, closedBy: expect.stringMatching(/^key:/) },
    });
    expect(await sweep()).toEqual([]);
    const others = {
      link: { userId: orphan.id, confirm: 'hr-1' },
      adopt: { externalKey: 'hr-9' },
      remove: { confirm: orphan.accountId, reason },
      ignore: { reason },
    };
    for (const [verb, body] of Object.entries(others)) {
      expect(await decideOn(orphan, verb, body)).toMatchObject({
        status: 409,
        body: { code: 'finding_state', state: 'ignored' },
      });
    }
    expect(await decideOn(orphan, 'reopen')).toMatchObject({ status: 200, body: { state: 'open' } });
    expect(await decideOn(orphan, 'reopen')).toMatchObject({ status: 409, body: { code: 'finding_state' } });
    expect((await sweep()).map(({ id }) => id)).toEqual([orphan.id]);
    expect([await audited('finding.ignore'), await audited('finding.reopen')]).toEqual([1, 1]);
  });
});

describe('an account that a person gives to somebody', () => {
  it.each(ASSIGNING)('%s: is read, brought in step, and nobody is made', async (slug) => {
    const { users, findings } = await strangersOf(slug);
    const [user, finding] = [only(users), only(findings)];
    const asked = { userId: user.id, confirm: user.externalKey };
    expect(await decideOn(finding, 'link', asked)).toMatchObject({
      status: 202,
      body: { state: 'resolved', userId: user.id },
    });
    await stage.mirror.converge();
    expect(await linkOf(stage.mirror.database, user.id, slug)).toMatchObject({
      account_id: finding.accountId,
      observed_state: 'live',
      certainty: 'certain',
      park_code: null,
    });
    expect([...stage.held(slug).keys()]).toEqual([finding.accountId]);
    expect(JSON.stringify(stage.mirror.accounts(slug))).not.toContain('Before');
    expect(await sweep()).toEqual([]);
    expect(await decideOn(finding, 'link', asked)).toMatchObject({ body: { code: 'finding_state' } });
    expect(await audited('finding.link')).toBe(1);
  });

  it('is that of whoever holds its email now, also where somebody else did when it was found', async () => {
    const { users, findings } = await strangersOf('passage');
    const [former, found] = [only(users), only(findings)];
    await patchUser(stage.mirror.roster, 'test', { id: former.id, patch: { email: 'moved@example.com' } });
    const heir = only(await enter(stage.mirror.roster, [person(3, { email: former.email })]));
    const linkTo = ({ id, externalKey }: User): Promise<StageAnswer> =>
      decideOn(found, 'link', { userId: id, confirm: externalKey });
    expect(await linkTo(former)).toMatchObject({
      status: 409,
      body: { code: 'finding_outdated', state: 'claimed' },
    });
    await stage.mirror.converge();
    expect(only(await sweep())).toMatchObject({
      id: found.id,
      userId: heir.id,
      detail: { userIds: [heir.id] },
    });
    expect(await linkTo(heir)).toMatchObject({ status: 202 });
  });

  it('of a leaver is shut', async () => {
    const { users, findings } = await strangersOf('passage');
    const user = only(users);
    await changeStatus(stage.mirror.roster, 'test', { id: user.id, verb: 'deactivate' });
    await stage.mirror.converge();
    await decideOn(only(findings), 'link', { userId: user.id, confirm: user.externalKey });
    await stage.mirror.converge();
    expect(await linkOf(stage.mirror.database, user.id, 'passage')).toMatchObject({
      observed_state: 'suspended',
    });
  });

  it('that is gone when it is asked for is refused; gone after that, it is missed like any other', async () => {
    const { users } = await strangersOf('passage', 3);
    const findingOf = async ({ id }: User): Promise<Finding> =>
      only((await openOnes()).filter(({ userId }) => userId === id));
    const removeThere = ({ accountId }: Finding): void =>
      void stage.mirror.simulators.running.passage.plant({ op: 'remove', id: accountId });
    const link = (finding: Finding, user: User): Promise<StageAnswer> =>
      decideOn(finding, 'link', { userId: user.id, confirm: user.externalKey });
    const [stays, goes, late] = await Promise.all(
      users.map(async (user) => [user, await findingOf(user)] as const),
    );
    if (stays === undefined || goes === undefined || late === undefined) throw new Error('three are needed');
    // The canary of those who are missed.
    await link(stays[1], stays[0]);
    await stage.mirror.converge();
    removeThere(goes[1]);
    expect(await link(goes[1], goes[0])).toMatchObject({
      status: 409,
      body: { code: 'finding_outdated', state: 'gone' },
    });
    expect(await link(late[1], late[0])).toMatchObject({ status: 202 });
    removeThere(late[1]);
    await stage.mirror.converge();
    expect(await linkOf(stage.mirror.database, late[0].id, 'passage')).toMatchObject({
      park_code: 'gone_at_provider',
      observed_state: 'absent',
    });
  });

  it('takes the place of a create whose answer was lost, and waits for nothing that is under way', async () => {
    const { users, findings } = await strangersOf('passage');
    const [user, finding] = [only(users), only(findings)];
    const { sql } = stage.mirror.database;
    await sql(
      `INSERT INTO intents (id, user_id, provider, kind, lease_token, remote_key, lookup_keys, status_revision, attribute_revision)
       VALUES ($1, $1, 'passage', 'provision', $1, 'hr-1', '[{"kind":"email","value":"person.1@example.com"}]', 1, 1)`,
      [user.id],
    );
    const link = (): Promise<StageAnswer> =>
      decideOn(finding, 'link', { userId: user.id, confirm: user.externalKey });
    const busy = { status: 409, body: { code: 'link_occupied', state: 'under_way' } };
    await sql(`UPDATE links SET in_flight = true`);
    expect(await link()).toMatchObject(busy);
    await sql(`UPDATE links SET in_flight = false, wanted = wanted + 1`);
    expect(await link()).toMatchObject({ body: { code: 'finding_outdated', state: 'being_made' } });
    await sql(`UPDATE links SET wanted = handled`);
    expect(await link()).toMatchObject({ status: 202 });
    await stage.mirror.converge();
    expect(await linkOf(stage.mirror.database, user.id, 'passage')).toMatchObject({
      account_id: finding.accountId,
      observed_state: 'live',
      park_code: null,
    });
    expect(stage.held('passage').size).toBe(1);
  });

  it('P12: of two who are given one account at once, one gets it', async () => {
    const orphan = only(await orphanAt('passage', { count: 0 }));
    plant('passage', ESTATE.passage(1));
    plant('passage', ESTATE.passage(2));
    const users = await enter(stage.mirror.roster, [person(1), person(2)]);
    await stage.mirror.converge();
    const answers = await Promise.all(
      users.map((user) => decideOn(orphan, 'link', { userId: user.id, confirm: user.externalKey })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409]);
    expect(answers.find(({ status }) => status === 409)?.body['code']).toBe('finding_state');
    const rows = await stage.mirror.database.sql('SELECT 1 FROM links WHERE account_id = $1', [
      orphan.accountId,
    ]);
    expect(rows).toHaveLength(1);
  });

  it('and whose user is purged at that moment is either refused, or purged with the user', async () => {
    const { users, findings } = await strangersOf('passage');
    const [user, finding] = [only(users), only(findings)];
    await stage.move(user.id, 'delete');
    await stage.mirror.converge();
    const [linked, purged] = await Promise.all([
      decideOn(finding, 'link', { userId: user.id, confirm: user.externalKey }),
      stage.move(user.id, 'purge'),
    ]);
    expect(purged.status).toBeLessThan(300);
    await stage.mirror.converge();
    if (linked.status === 202) expect(stage.held('passage').size).toBe(0);
    else expect([linked.body['code'], stage.held('passage').size]).toEqual(['wrong_status', 1]);
    expect(destroyed('passage')).toEqual(linked.status === 202 ? [finding.accountId] : []);
  });

  it('is refused without the key, to whoever has another account, and to whoever is purging', async () => {
    const orphan = only(await orphanAt('passage'));
    const [first, second] = await stage.mirror.database.sql<{ id: string; external_key: string }>(
      'SELECT id, external_key FROM users ORDER BY external_key',
    );
    const link = (user: typeof first, confirm = user?.external_key): Promise<StageAnswer> =>
      decideOn(orphan, 'link', { userId: user?.id, confirm });
    expect(await link(first, 'hr-9')).toMatchObject({ status: 422, body: { code: 'confirmation_required' } });
    expect(await link(first)).toMatchObject({
      status: 409,
      body: { code: 'link_occupied', state: 'has_account' },
    });
    await stage.move(second?.id ?? '', 'delete');
    await stage.move(second?.id ?? '', 'purge');
    expect(await link(second)).toMatchObject({
      status: 409,
      body: { code: 'wrong_status', state: 'purging' },
    });
    const nobody = { id: orphan.id, external_key: 'hr-1' };
    expect(await link(nobody)).toMatchObject({ status: 404, body: { code: 'user_not_found' } });
    expect(await openOnes()).toHaveLength(1);
  });

  it('under a key of ours belongs to the user of that key alone', async () => {
    const orphan = only(await orphanAt('vault', { count: 0 }));
    const [user] = await enter(stage.mirror.roster, [person(1)]);
    await stage.mirror.database.sql(`UPDATE links SET wanted = 1, handled = 1`);
    const asked = { userId: user?.id, confirm: user?.externalKey };
    expect(await decideOn(orphan, 'link', asked)).toMatchObject({
      status: 409,
      body: { code: 'key_differs' },
    });
    expect(await decideOn(orphan, 'adopt', { externalKey: 'hr-2' })).toMatchObject({
      status: 409,
      body: { code: 'key_differs' },
    });
  });
});

describe('an account of nobody that is adopted', () => {
  it.each([...ASSIGNING, 'vault'] as const)(
    '%s: is that of a new user, who gets ordinary accounts elsewhere',
    async (slug) => {
      const orphan = only(await orphanAt(slug, { providers: [slug, 'sunshine'] }));
      const key = slug === 'vault' ? String(orphan.accountId) : 'hr-77';
      const entry = { ...person(77), externalKey: key };
      const { status, body } = await decideOn(orphan, 'adopt', entry);
      expect([status, body]).toMatchObject([
        201,
        { finding: { state: 'resolved' }, user: { externalKey: key } },
      ]);
      await stage.mirror.converge();
      const user = only(
        await stage.mirror.database.sql<{ id: string }>('SELECT id FROM users WHERE external_key = $1', [
          key,
        ]),
      );
      expect(await accountOf(stage.mirror.database, user.id, slug)).toBe(orphan.accountId);
      expect([stage.held(slug).size, stage.held('sunshine').size]).toEqual([4, 4]);
      expect(JSON.stringify(stage.mirror.accounts(slug))).not.toMatch(/"email":"stranger|"Stranger/);
      expect(await sweep()).toEqual([]);
      expect(await audited('finding.adopt')).toBe(1);
    },
  );

  it('is refused under a key that is taken, and when somebody could claim it by now', async () => {
    const orphan = only(await orphanAt('passage'));
    expect(await decideOn(orphan, 'adopt', person(1))).toMatchObject({
      status: 409,
      body: { code: 'external_key_taken' },
    });
    await enter(stage.mirror.roster, [person(8, { email: 'stranger.1@example.org' })]);
    await stage.mirror.converge();
    const claimed = { status: 409, body: { code: 'finding_outdated', state: 'claimed' } };
    expect(await decideOn(orphan, 'adopt', person(9))).toMatchObject(claimed);
    const remove = { confirm: orphan.accountId, reason: 'nobody knows it' };
    expect(await decideOn(orphan, 'remove', remove)).toMatchObject(claimed);
  });

  it('of somebody who was erased is not taken over by accident', async () => {
    await open({ providers: ['passage'] });
    const [gone] = await enter(stage.mirror.roster, [person(1), person(2)]);
    await stage.mirror.converge();
    await stage.ask('POST', `/users/${gone?.id ?? ''}/erasure`, { confirm: gone?.externalKey });
    await stage.mirror.converge();
    plant('passage', ESTATE.passage(1));
    const orphan = only(await sweep());
    expect(await decideOn(orphan, 'adopt', { externalKey: 'hr-9' })).toMatchObject({
      status: 409,
      body: { code: 'erased_identifier' },
    });
    const remove = { confirm: orphan.accountId, reason: 'came back by itself' };
    expect(await decideOn(orphan, 'remove', remove)).toMatchObject({ status: 202 });
    await stage.mirror.converge();
    expect(stage.held('passage').size).toBe(1);
  });
});

describe('P8: an account of nobody that is removed', () => {
  it.each([...ASSIGNING, 'vault'] as const)('%s: is destroyed once, and nobody else is', async (slug) => {
    const orphan = only(await orphanAt(slug));
    const asked = { confirm: orphan.accountId, reason: 'nobody knows it' };
    const before = [...stage.held(slug).keys()].filter((id) => id !== orphan.accountId).toSorted();
    const answers = await Promise.all([
      decideOn(orphan, 'remove', asked),
      decideOn(orphan, 'remove', asked),
      decideOn(orphan, 'remove', { ...asked, confirm: before[0] }),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => status === 202)).toHaveLength(1);
    expect(destroyed(slug)).toEqual([]);
    await stage.mirror.converge();
    await stage.mirror.worker.pass();
    expect(destroyed(slug)).toEqual([orphan.accountId]);
    expect([...stage.held(slug).keys()].toSorted()).toEqual(before);
    expect(await sweep()).toEqual([]);
    expect(destroyed(slug)).toHaveLength(1);

    const intents = await stage.mirror.database.sql(
      `SELECT account_id, outcome FROM intents WHERE kind = 'purge'`,
    );
    expect(intents).toEqual([{ account_id: orphan.accountId, outcome: 'applied' }]);
    const [standIn] = await stage.mirror.database.sql(
      `SELECT u.status, u.email, u.attributes FROM users u JOIN findings f ON f.user_id = u.id WHERE f.id = $1`,
      [orphan.id],
    );
    expect(standIn).toMatchObject({ status: 'purged', email: null, attributes: {} });
    expect(await audited('finding.remove')).toBe(1);
  });

  it('that is rejected stays, shut, until somebody lets it pass the budget', async () => {
    const none = { atLeast: 0, percent: 0 };
    const all = { atLeast: 0, percent: 100 };
    const allowances = { suspend: all, overwrite: all, create: all, remove: none };
    const orphan = only(await orphanAt('sendauth', { engine: { allowances } }));
    const asked = { confirm: orphan.accountId, reason: 'a clean-up' };
    const { body } = await decideOn(orphan, 'remove', asked);
    await stage.mirror.worker.pass();
    await decide(stage.mirror, only(await holdsOf(stage.mirror)), { decision: 'rejected' });
    for (let pass = 0; pass < 3; pass += 1) await stage.mirror.worker.pass();
    expect(destroyed('sendauth')).toEqual([]);
    await stage.mirror.worker.sweep('apply');
    expect(await openOnes()).toEqual([]);
    expect(stage.held('sendauth').get(String(orphan.accountId))).toMatchObject({ state: 'softDeleted' });
    const overrideBudget = { reason: 'it was looked at' };
    const passed = await stage.ask('POST', `/users/${String(body['userId'])}/purge`, { overrideBudget });
    expect(passed.status).toBe(200);
    await stage.mirror.converge();
    expect(destroyed('sendauth')).toEqual([orphan.accountId]);
  });

  it('waits beyond the budget for removals, and goes when that is approved', async () => {
    const allowances = {
      suspend: { atLeast: 100, percent: 100 },
      overwrite: { atLeast: 100, percent: 100 },
      create: { atLeast: 100, percent: 100 },
      remove: { atLeast: 1, percent: 0 },
    };
    const orphans = await orphanAt('passage', { strangers: 3, engine: { allowances } });
    for (const orphan of orphans) {
      const asked = { confirm: orphan.accountId, reason: 'a clean-up' };
      expect(await decideOn(orphan, 'remove', asked)).toMatchObject({ status: 202 });
    }
    for (let pass = 0; pass < 3; pass += 1) await stage.mirror.worker.pass();
    expect(destroyed('passage')).toHaveLength(1);
    const hold = only(await holdsOf(stage.mirror));
    expect(hold).toMatchObject({ class: 'remove', count: 2 });
    // Nobody can use meanwhile what is to go.
    expect(stage.mirror.accounts('passage').filter(({ state }) => state === 'suspended')).toHaveLength(2);
    await decide(stage.mirror, hold);
    await stage.mirror.converge();
    expect(destroyed('passage').toSorted()).toEqual(orphans.map(({ accountId }) => accountId).toSorted());
    expect(stage.held('passage').size).toBe(3);
  });

  it('H28: may be the second one of somebody, and never the one that a link holds', async () => {
    await open({ providers: ['passage'] });
    const [user] = await enter(stage.mirror.roster, [person(1), person(2)]);
    await stage.mirror.converge();
    const own = await accountOf(stage.mirror.database, user?.id ?? '', 'passage');
    plant('passage', ESTATE.passage(1));
    const duplicate = only(await sweep());
    expect(duplicate.kind).toBe('duplicate_remote');
    const remove = (confirm: string | null): Promise<StageAnswer> =>
      decideOn(duplicate, 'remove', { confirm, reason: 'made by hand' });
    expect(await remove(own)).toMatchObject({ status: 422, body: { code: 'confirmation_required' } });
    expect(await decideOn(duplicate, 'link', { userId: user?.id, confirm: user?.externalKey })).toMatchObject(
      {
        status: 409,
        body: { code: 'finding_kind', state: 'duplicate_remote' },
      },
    );
    await stage.mirror.database.sql(`UPDATE links SET certainty = 'stale' WHERE account_id = $1`, [own]);
    expect(await remove(duplicate.accountId)).toMatchObject({ body: { state: 'not_a_duplicate' } });
    await stage.mirror.database.sql(`UPDATE links SET certainty = 'certain' WHERE account_id = $1`, [own]);
    await stage.ask('PUT', `/users/${user?.id}/legal-hold`, { reason: 'a claim' });
    expect(await remove(duplicate.accountId)).toMatchObject({ status: 409, body: { code: 'legal_hold' } });
    await stage.ask('DELETE', `/users/${user?.id}/legal-hold`);
    expect(destroyed('passage')).toEqual([]);
    expect(await remove(duplicate.accountId)).toMatchObject({ status: 202 });
    await stage.mirror.converge();
    expect(destroyed('passage')).toEqual([duplicate.accountId]);
    expect(stage.held('passage').has(own)).toBe(true);

    await stage.mirror.database.sql(
      `UPDATE findings SET state = 'open', account_id = $1, kind = 'orphan' WHERE id = $2`,
      [own, duplicate.id],
    );
    expect(await remove(own)).toMatchObject({
      status: 409,
      body: { code: 'finding_outdated', state: 'linked' },
    });
  });

  it.each([
    [
      'is under legal hold',
      async ({ id }: User): Promise<void> => {
        await stage.ask('PUT', `/users/${id}/legal-hold`, { reason: 'a claim' });
      },
    ],
    [
      'has lost the other one',
      (_user: User, own: string): Promise<void> => {
        stage.mirror.simulators.running.passage.plant({ op: 'remove', id: own });
        return Promise.resolve();
      },
    ],
  ])('of somebody who has another email by now and %s is not removed', async (_, befall) => {
    const none = { atLeast: 0, percent: 0 };
    const all = { atLeast: 0, percent: 100 };
    const allowances = { suspend: all, overwrite: all, create: all, remove: none };
    await open({ providers: ['passage'], engine: { allowances } });
    const [user] = await enter(stage.mirror.roster, [person(1), person(2)]);
    if (user === undefined) throw new Error('nobody');
    await stage.mirror.converge();
    const own = await accountOf(stage.mirror.database, user.id, 'passage');
    plant('passage', ESTATE.passage(1));
    const duplicate = only(await sweep());
    const asked = { confirm: duplicate.accountId, reason: 'made by hand' };
    expect(await decideOn(duplicate, 'remove', asked)).toMatchObject({ status: 202 });
    await stage.mirror.worker.pass();
    await patchUser(stage.mirror.roster, 'test', { id: user.id, patch: { email: 'another@example.com' } });
    for (let pass = 0; pass < 3; pass += 1) await stage.mirror.worker.pass();
    await befall(user, own);
    await decide(stage.mirror, only(await holdsOf(stage.mirror)));
    await stage.mirror.converge();
    expect(destroyed('passage')).toEqual([]);
    expect(stage.held('passage').has(duplicate.accountId ?? '')).toBe(true);
  });

  it.each([
    ['put off', { status: 429 }],
    ['lost', { drop: 'before' }],
  ] as const)(
    'and whose owner is entered after a deletion that was %s is let go of once none can arrive, and can be linked',
    async (_, fault) => {
      const orphan = only(await orphanAt('passage', { engine: { lateArrivalMs: 1_500 } }));
      const { sql } = stage.mirror.database;
      const holders = (): Promise<object[]> =>
        sql('SELECT 1 FROM links WHERE account_id = $1', [orphan.accountId]);
      stage.mirror.simulators.faults('passage', { match: { method: 'DELETE' }, times: 'always', ...fault });
      const asked = { confirm: orphan.accountId, reason: 'nobody knows it' };
      const standInId = String((await decideOn(orphan, 'remove', asked)).body['userId']);
      await stage.mirror.worker.pass(100);
      expect(await sql(`SELECT DISTINCT outcome FROM intents WHERE kind = 'purge'`)).toEqual([
        { outcome: null },
      ]);
      const owner = only(await enter(stage.mirror.roster, [person(8, { email: 'stranger.1@example.org' })]));
      await stage.mirror.worker.pass(100);
      await stage.mirror.converge();
      expect(await holders()).toEqual([]);
      expect(stage.held('passage').has(orphan.accountId ?? '')).toBe(true);
      expect(await sql(`SELECT DISTINCT outcome FROM intents WHERE kind = 'purge'`)).toEqual([
        { outcome: 'calledOff' },
      ]);
      const finding = only(await sweep());
      expect(finding).toMatchObject({ kind: 'unlinked', accountId: orphan.accountId, userId: owner.id });
      const link = { userId: owner.id, confirm: owner.externalKey };
      expect(await decideOn(finding, 'link', link)).toMatchObject({ status: 202 });
      await stage.mirror.converge();
      expect(await accountOf(stage.mirror.database, owner.id, 'passage')).toBe(orphan.accountId);

      // A receipt for what stood there tells of nothing that was destroyed.
      await stage.ask('POST', `/users/${standInId}/erasure`, { confirm: `removed:${standInId}` });
      await stage.mirror.converge();
      expect(await sql('SELECT method FROM receipts')).toEqual([{ method: 'never_mirrored' }]);
    },
  );

  it('is not let go of while a deletion may still arrive, which then is the end of it', async () => {
    const engine = { lateArrivalMs: 2_500, callTimeoutMs: 200 };
    const orphan = only(await orphanAt('passage', { engine }));
    const match = { method: 'DELETE' };
    stage.mirror.simulators.faults('passage', [
      { match, delayMs: 1_500 },
      { match, drop: 'before', times: 'always' },
    ]);
    await decideOn(orphan, 'remove', { confirm: orphan.accountId, reason: 'nobody knows it' });
    await stage.mirror.worker.pass(300);
    const owner = only(await enter(stage.mirror.roster, [person(8, { email: 'stranger.1@example.org' })]));
    await stage.mirror.converge();
    expect(
      await stage.mirror.database.sql(`SELECT DISTINCT outcome FROM intents WHERE kind = 'purge'`),
    ).toEqual([{ outcome: 'applied' }]);
    const own = await accountOf(stage.mirror.database, owner.id, 'passage');
    expect([...stage.held('passage').keys()]).toContain(own);
    expect(own).not.toBe(orphan.accountId);
  });

  it('is not removed when by now it is all that its user has', async () => {
    await open({ providers: ['passage'] });
    const user = only(await enter(stage.mirror.roster, [person(1)]));
    await stage.mirror.converge();
    const own = await accountOf(stage.mirror.database, user.id, 'passage');
    plant('passage', ESTATE.passage(1));
    const duplicate = only(await sweep());
    stage.mirror.simulators.running.passage.plant({ op: 'remove', id: own });
    const asked = await decideOn(duplicate, 'remove', { confirm: duplicate.accountId, reason: 'by hand' });
    await stage.mirror.converge();

    expect(asked).toMatchObject({ status: 409, body: { state: 'not_a_duplicate' } });
    expect(destroyed('passage')).toEqual([]);
    expect(stage.held('passage').has(duplicate.accountId ?? '')).toBe(true);
  });

  it('keeps its key from everybody until it is gone, where that key is ours', async () => {
    const orphan = only(await orphanAt('vault'));
    await decideOn(orphan, 'remove', { confirm: orphan.accountId, reason: 'nobody knows it' });
    const entry = { ...person(5), externalKey: orphan.accountId };
    expect(await stage.ask('POST', '/users', entry)).toMatchObject({ body: { code: 'external_key_taken' } });
    await stage.mirror.converge();
    await stage.mirror.worker.pass();
    expect(await stage.ask('POST', '/users', entry)).toMatchObject({ status: 201 });
    await stage.mirror.converge();
    expect(stage.held('vault').has(String(orphan.accountId))).toBe(true);
    expect(destroyed('vault')).toHaveLength(1);
  });
});

describe('at Sunshine, which cannot be listed', () => {
  it('a finding about the account of a link is ignored, and nothing else', async () => {
    await open({ providers: ['sunshine'] });
    const user = only(await enter(stage.mirror.roster, [person(1)]));
    await stage.mirror.converge();
    const accountId = await accountOf(stage.mirror.database, user.id, 'sunshine');
    await stage.mirror.database.sql(
      `INSERT INTO findings (id, provider, kind, subject, user_id, account_id)
       VALUES ($1, 'sunshine', 'identity_mismatch', 'x', $2, $3)`,
      [user.id, user.id, accountId],
    );
    const finding = only(await openOnes());
    expect(await decideOn(finding, 'remove', { confirm: accountId, reason: 'is not theirs' })).toMatchObject({
      status: 409,
      body: { code: 'finding_kind' },
    });
    expect(await decideOn(finding, 'ignore', { reason: 'looked at' })).toMatchObject({ status: 200 });
  });
});
