import { afterEach, describe, expect, it } from '@jest/globals';
import type { User } from '#domain';
import { changeStatus, hashOfAccount, importUsers, purgeUser } from '#store';
import { everythingIn } from '../support/everything.js';
import {
  destructiveCalls,
  openLifecycleStage,
  PROVIDER_SLUGS,
  type LifecycleStage,
  type StageAnswer,
} from '../support/lifecycle-stage.js';
import { doubtEverything, linkOf, type MirrorOptions } from '../support/mirror.js';
import { enter, only, person } from '../support/people.js';
import { endsOf, erasureOf, verifiedReceipts } from '../support/receipts.js';

const EVERYWHERE = { vault: 'deleted', sunshine: 'deleted', passage: 'deleted', sendauth: 'deleted' };

describe('an erasure', () => {
  let stage: LifecycleStage;
  afterEach(() => stage.close());

  async function mirrored(options: MirrorOptions = {}): Promise<User> {
    stage = await openLifecycleStage(options);
    const user = only(await enter(stage.mirror.roster, [person(1)]));
    await stage.mirror.converge();
    return user;
  }
  const erase = ({ id, externalKey }: User, more: object = {}): Promise<StageAnswer> =>
    stage.ask('POST', `/users/${id}/erasure`, { confirm: externalKey, ...more });

  it('P25, A19: of an active person destroys every account, leaves nothing personal, and proves it', async () => {
    const user = await mirrored();
    const accountIds = await stage.accountIds();
    const asked = await erase(user);
    expect(asked).toMatchObject({ status: 202, body: { state: 'open' } });
    await stage.mirror.converge();

    for (const slug of PROVIDER_SLUGS) expect([slug, stage.held(slug).size]).toEqual([slug, 0]);
    const erasure = await erasureOf(stage, user.id);
    expect(erasure).toMatchObject({ state: 'complete', isOverdue: false });
    expect(endsOf(erasure)).toEqual(EVERYWHERE);
    const receipts = await verifiedReceipts(stage, erasure);
    for (const slug of PROVIDER_SLUGS) {
      const accountId = accountIds[slug].get(user.id) ?? '';
      expect(receipts[slug]).toMatchObject({
        sub: user.id,
        account: hashOfAccount(stage.mirror.roster.hashKey, slug, accountId).toString('hex'),
        evidence: { deletions: [{ status: expect.any(Number) }], verifyingRead: { found: 'nothing' } },
      });
    }
    expect(receipts['sunshine']).toMatchObject({ evidence: { profileErasure: { status: 200 } } });

    const everything = await everythingIn(stage.mirror.database);
    const personal = [user.externalKey, 'person.1@', '+4144668', 'Family 1', 'Person 1', 'Example'];
    for (const value of [...personal, ...PROVIDER_SLUGS.map((slug) => accountIds[slug].get(user.id))]) {
      expect([value, everything.includes(String(value))]).toEqual([value, false]);
    }
    expect((await stage.ask('GET', `/users/${user.id}`)).body).toMatchObject({
      status: 'purged',
      email: null,
      givenName: null,
      erasedAt: expect.any(String),
    });
  });

  it('removes what is personal at Sunshine before the user there', async () => {
    const user = await mirrored({ providers: ['sunshine'] });
    const { lastSeq } = stage.mirror.simulators.running.sunshine.log;
    await erase(user);
    await stage.mirror.converge();
    const deletions = [...stage.mirror.simulators.running.sunshine.log.since(lastSeq)]
      .filter(({ method }) => method === 'DELETE')
      .map(({ path }) => (path.endsWith('/personalinformation') ? 'profile' : 'user'));
    expect(deletions).toEqual(['profile', 'user']);
  });

  it('is asked for with the key of the person, once, and never taken back', async () => {
    const user = await mirrored({ providers: ['passage'] });
    const wrong = await stage.ask('POST', `/users/${user.id}/erasure`, { confirm: 'hr-2' });
    expect(wrong).toMatchObject({ status: 422, body: { code: 'confirmation_required' } });
    expect((await stage.ask('POST', `/users/${user.id}/erasure`)).status).toBe(422);
    expect((await stage.ask('GET', `/users/${user.id}/erasure`)).body).toMatchObject({
      code: 'erasure_not_found',
    });
    const first = await erase(user);
    expect((await erase(user)).body).toEqual(first.body);
    expect(await stage.move(user.id, 'restore')).toMatchObject({ status: 409, body: { state: 'purging' } });
    await stage.mirror.converge();
    expect(await erase(user)).toMatchObject({ status: 202, body: { state: 'complete' } });
    for (const move of ['restore', 'reactivate', 'delete', 'purge'] as const) {
      expect([move, await stage.move(user.id, move)]).toMatchObject([
        move,
        { status: 409, body: { code: 'erased' } },
      ]);
    }
    expect(await stage.ask('PATCH', `/users/${user.id}`, { email: 'b@example.com' })).toMatchObject({
      status: 409,
      body: { code: 'erased' },
    });
  });

  it.each(['deactivated', 'deleted', 'purging', 'purged'] as const)('goes on from %s', async (status) => {
    const user = await mirrored();
    const { roster } = stage.mirror;
    if (status === 'deactivated') await changeStatus(roster, 'test', { id: user.id, verb: 'deactivate' });
    else await changeStatus(roster, 'test', { id: user.id, verb: 'delete' });
    await stage.mirror.converge();
    if (status === 'purging' || status === 'purged') {
      await purgeUser(roster, 'test', { id: user.id, now: new Date() });
    }
    if (status === 'purged') await stage.mirror.converge();
    await erase(user);
    await stage.mirror.converge();
    const erasure = await erasureOf(stage, user.id);
    expect(erasure.state).toBe('complete');
    expect(endsOf(erasure)).toEqual(EVERYWHERE);
    for (const slug of PROVIDER_SLUGS) {
      const destroyed = destructiveCalls(slug, stage.mirror.simulators.running[slug].log.since(0));
      expect([slug, destroyed.filter(({ status: answer }) => answer < 300).length]).toEqual([slug, 1]);
    }
  });

  it('D06: stays open while one provider is down, says so, and ends when it is back', async () => {
    const user = await mirrored();
    stage.mirror.simulators.running.passage.addFaults({ status: 503, times: 'always' });
    await erase(user);
    for (let pass = 0; pass < 6; pass += 1) {
      await stage.mirror.worker.pass();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const partial = await erasureOf(stage, user.id);
    expect(partial.state).toBe('open');
    expect(endsOf(partial)).toEqual({ ...EVERYWHERE, passage: 'due' });
    expect(partial.providers.find(({ provider }) => provider === 'passage')?.because).toEqual(
      expect.any(String),
    );
    expect(Object.keys(await verifiedReceipts(stage, partial))).toHaveLength(3);
    expect((await stage.ask('GET', '/erasures?state=open')).body).toMatchObject({
      erasures: [{ userId: user.id, isOverdue: false }],
    });
    await stage.mirror.database.sql(
      `UPDATE erasures SET requested_at = now() - interval '20 days', deadline = now() + interval '10 days'`,
    );
    expect(await erasureOf(stage, user.id)).toMatchObject({ isAgeing: true, isOverdue: false });
    // Nothing is scrubbed before all is proven: what is left to do needs the account's id.
    expect((await linkOf(stage.mirror.database, user.id, 'passage'))['account_id']).not.toBeNull();
    stage.mirror.simulators.running.passage.clearFaults();
    await stage.mirror.database.sql('UPDATE providers SET paused_until = NULL');
    await stage.mirror.hire().pass();
    await stage.mirror.converge(30_000);
    expect(endsOf(await erasureOf(stage, user.id))).toEqual(EVERYWHERE);
  });

  it('waits for no proof that a person gave up, and says that it has none', async () => {
    const user = await mirrored({ providers: ['passage', 'vault'] });
    const waive = (body: object): Promise<StageAnswer> =>
      stage.ask('POST', `/users/${user.id}/providers/passage/waiver`, body);
    expect(await waive({ reason: 'too early' })).toMatchObject({
      status: 409,
      body: { code: 'waiver_refused', state: 'no_erasure' },
    });
    await erase(user);
    expect(await waive({ reason: 'it answers' })).toMatchObject({
      status: 409,
      body: { code: 'waiver_refused', state: 'provider_answers' },
    });
    stage.mirror.simulators.running.passage.addFaults({ status: 410, times: 'always' });
    await stage.mirror.worker.pass();
    await stage.mirror.worker.pass();
    expect(endsOf(await erasureOf(stage, user.id))).toMatchObject({ passage: 'due' });
    expect(await waive({})).toMatchObject({ status: 400 });
    expect((await waive({ reason: 'the vendor ended the service' })).status).toBe(204);
    expect((await waive({ reason: 'again' })).status).toBe(204);
    for (let pass = 0; pass < 4; pass += 1) await stage.mirror.worker.pass();
    const erasure = await erasureOf(stage, user.id);
    expect(erasure.state).toBe('complete');
    expect(endsOf(erasure)).toEqual({ vault: 'deleted', passage: 'unverifiable' });
    expect((await verifiedReceipts(stage, erasure))['passage']).toMatchObject({
      confirmedAt: null,
      evidence: { waiver: { reason: 'the vendor ended the service' } },
    });
    expect(await everythingIn(stage.mirror.database)).not.toContain('person.1@');
  });

  it('of somebody who could never be mirrored says that nothing was ever there', async () => {
    stage = await openLifecycleStage({ providers: ['passage', 'vault'] });
    const user = only(await enter(stage.mirror.roster, [person(1, { email: null, phone: null })]));
    await stage.mirror.converge();
    await erase(user);
    await stage.mirror.converge();
    expect(endsOf(await erasureOf(stage, user.id))).toEqual({ passage: 'never_mirrored', vault: 'deleted' });
  });

  it('of an account that is gone already needs no deletion', async () => {
    const user = await mirrored({ providers: ['passage', 'vault'] });
    const accounts = await stage.accountIds();
    stage.mirror.simulators.running.passage.plant({ op: 'remove', id: accounts.passage.get(user.id) });
    await erase(user);
    await stage.mirror.converge();
    expect(endsOf(await erasureOf(stage, user.id))).toEqual({ passage: 'absent', vault: 'deleted' });
    expect(destructiveCalls('passage', stage.mirror.simulators.running.passage.log.since(0))).toEqual([]);
  });

  it('waits for room in the budget like any other destruction', async () => {
    const remove = { atLeast: 0, percent: 0 };
    const open = { atLeast: 0, percent: 100 };
    const user = await mirrored({
      providers: ['passage'],
      engine: { allowances: { remove, suspend: open, overwrite: open, create: open } },
    });
    await erase(user);
    for (let pass = 0; pass < 3; pass += 1) await stage.mirror.worker.pass();
    expect(endsOf(await erasureOf(stage, user.id))).toEqual({ passage: 'held' });
    expect(stage.held('passage').size).toBe(1);
  }, 40_000);

  it.each(['vault', 'sunshine', 'passage', 'sendauth'] as const)(
    'D07: whose create at %s had an unknown outcome ends with the account gone',
    async (slug) => {
      stage = await openLifecycleStage({ providers: [slug] });
      // It lands, and later than anybody waits for the answer.
      stage.mirror.simulators.running[slug].addFaults({
        match: { method: 'POST' },
        delayMs: 1_100,
        drop: 'after',
      });
      const user = only(await enter(stage.mirror.roster, [person(1)]));
      await stage.mirror.worker.pass();
      await erase(user);
      await stage.mirror.converge(20_000);
      expect(stage.held(slug).size).toBe(0);
      expect(await erasureOf(stage, user.id)).toMatchObject({ state: 'complete' });
      expect(endsOf(await erasureOf(stage, user.id))).toEqual({ [slug]: 'deleted' });
    },
    40_000,
  );

  it.each(['vault', 'sunshine'] as const)(
    'D07: a create at %s that lands after the deletion is deleted as well',
    async (slug) => {
      stage = await openLifecycleStage({ providers: [slug], engine: { lateArrivalMs: 4_000 } });
      const { running } = stage.mirror.simulators;
      // Given up after a second and sent again; the first one still lands.
      running[slug].addFaults({ match: { method: 'POST' }, delayMs: 3_000 });
      const user = only(await enter(stage.mirror.roster, [person(1)]));
      for (let pass = 0; pass < 2; pass += 1) await stage.mirror.worker.pass();
      expect(stage.held(slug).size).toBe(1);
      await erase(user);
      for (let pass = 0; pass < 4; pass += 1) await stage.mirror.worker.pass();
      await stage.mirror.converge(20_000);
      expect(stage.held(slug).size).toBe(0);
      expect(endsOf(await erasureOf(stage, user.id))).toEqual({ [slug]: 'deleted' });
      const creates = [...running[slug].log.since(0)].filter(({ method }) => method === 'POST');
      expect(creates).toHaveLength(2);
    },
    40_000,
  );

  it('D08, P11: nothing brings the person back; another person may have the email', async () => {
    const user = await mirrored({ providers: ['vault'] });
    await erase(user);
    const erased = { status: 409, body: { code: 'erased' } };
    const { externalKey, email, phone } = person(1);
    // From the request on, not only from its end.
    expect(await stage.ask('POST', '/users', { externalKey, email: 'new@example.com' })).toMatchObject(
      erased,
    );
    await stage.mirror.converge();
    expect(await stage.ask('POST', '/users', { externalKey })).toMatchObject(erased);
    const another = { externalKey: 'hr-2', email: String(email).toUpperCase() };
    expect(await stage.ask('POST', '/users', another)).toMatchObject({
      status: 409,
      body: { code: 'erased_identifier', errors: [{ field: 'email' }] },
    });
    expect((await stage.ask('POST', '/users', { externalKey: 'hr-3', phone })).status).toBe(201);
    const entered = await stage.ask('POST', '/users', { externalKey: 'hr-4', email: 'four@example.com' });
    const patch = `/users/${String(entered.body['id'])}`;
    expect(await stage.ask('PATCH', patch, { email })).toMatchObject({ body: { code: 'erased_identifier' } });
    expect((await stage.ask('PATCH', `${patch}?acknowledgeErased=true`, { email })).status).toBe(200);
    expect((await stage.ask('POST', '/users?acknowledgeErased=true', another)).status).toBe(201);
    expect(await stage.ask('POST', '/users?acknowledgeErased=true', { externalKey })).toMatchObject(erased);
    expect(await stage.ask('POST', '/users?acknowledgeErased=yes', { externalKey: 'x' })).toMatchObject({
      status: 422,
    });
    await stage.mirror.converge();
    expect([...stage.held('vault').keys()].toSorted()).toEqual(['hr-2', 'hr-3', 'hr-4']);
  });

  it('D08: an import refuses the rows of erased people and takes the others', async () => {
    const user = await mirrored({ providers: ['vault'] });
    await erase(user);
    await stage.mirror.converge();
    const rows = [
      { externalKey: user.externalKey, email: 'again@example.com' },
      { externalKey: 'hr-2', email: user.email },
      { externalKey: 'hr-3', email: 'three@example.com', phone: user.phone },
    ];
    const file = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const report = await importUsers(
      stage.mirror.roster,
      // A file that arrives in one piece.
      {
        actor: 'test',
        bytes: (async function* () {
          yield await Promise.resolve(file);
        })(),
      },
      { format: 'ndjson' },
    );
    expect(report).toMatchObject({ created: 1, failed: 2 });
    expect(report.errors.map(({ line, field, code }) => [line, field, code])).toEqual([
      [1, 'externalKey', 'erased'],
      [2, 'email', 'erased_identifier'],
    ]);
  });

  it('asked for twice at once, beside a restore, and worked on by three, is one erasure', async () => {
    const user = await mirrored();
    await changeStatus(stage.mirror.roster, 'test', { id: user.id, verb: 'delete' });
    const [first, second, restored] = await Promise.all([
      erase(user),
      erase(user),
      stage.move(user.id, 'restore'),
    ]);
    expect([first.status, second.status]).toEqual([202, 202]);
    // Whoever came first: a restore before it is followed by the erasure, one behind it is refused.
    expect([200, 409]).toContain(restored.status);
    const workers = [stage.mirror.worker, stage.mirror.hire(), stage.mirror.hire()];
    for (let pass = 0; pass < 8; pass += 1) {
      await Promise.all(workers.map((worker) => worker.pass()));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await stage.mirror.converge();
    expect(endsOf(await erasureOf(stage, user.id))).toEqual(EVERYWHERE);
    const [counts] = await stage.mirror.database.sql<{ erasures: number; receipts: number; audited: number }>(
      `SELECT (SELECT count(*) FROM erasures)::int AS erasures, (SELECT count(*) FROM receipts)::int AS receipts,
              (SELECT count(*) FROM audit WHERE action = 'user.completeErasure')::int AS audited`,
    );
    expect(counts).toEqual({ erasures: 1, receipts: 4, audited: 1 });
  });

  it('asked for again tries what was parked once more, and lets a held one pass', async () => {
    const user = await mirrored({ providers: ['sunshine'] });
    const refuse = { match: { method: 'DELETE', path: '/personalinformation$' }, status: 400 };
    stage.mirror.simulators.running.sunshine.addFaults({ ...refuse, times: 'always' });
    await erase(user);
    for (let pass = 0; pass < 3; pass += 1) await stage.mirror.worker.pass();
    expect(endsOf(await erasureOf(stage, user.id))).toEqual({ sunshine: 'parked' });
    stage.mirror.simulators.running.sunshine.clearFaults();
    await erase(user);
    await stage.mirror.converge();
    expect(endsOf(await erasureOf(stage, user.id))).toEqual({ sunshine: 'deleted' });
  });

  it('takes no proof of a purge that was never read to be one', async () => {
    const user = await mirrored({ providers: ['passage', 'vault'] });
    const { database } = stage.mirror;
    await stage.move(user.id, 'delete');
    await stage.move(user.id, 'purge');
    await stage.mirror.converge();
    const [before] = await database.sql<{ at: string }>(
      `SELECT evidence -> 'absence' ->> 'at' AS at FROM intents WHERE kind = 'purge' AND provider = 'vault'`,
    );
    // A restored backup doubts everything; nothing is read for whoever is purged.
    await doubtEverything(database);
    await stage.mirror.converge();
    await erase(user);
    await stage.mirror.converge();
    const receipts = await verifiedReceipts(stage, await erasureOf(stage, user.id));
    expect(receipts['vault']).toMatchObject({ confirmedAt: before?.at, method: 'deleted' });
  });

  it('of somebody purged whose provider was switched off meanwhile can be waived', async () => {
    const user = await mirrored({ providers: ['passage', 'vault'] });
    await stage.move(user.id, 'delete');
    await stage.move(user.id, 'purge');
    await stage.mirror.converge();
    await stage.mirror.database.sql(`UPDATE providers SET enabled = false WHERE slug = 'passage'`);
    await doubtEverything(stage.mirror.database);
    await erase(user);
    for (let pass = 0; pass < 3; pass += 1) await stage.mirror.worker.pass();
    expect(endsOf(await erasureOf(stage, user.id))).toEqual({ vault: 'deleted', passage: 'disabled' });
    const waiver = { reason: 'switched off' };
    expect((await stage.ask('POST', `/users/${user.id}/providers/passage/waiver`, waiver)).status).toBe(204);
    for (let pass = 0; pass < 3; pass += 1) await stage.mirror.worker.pass();
    expect(await erasureOf(stage, user.id)).toMatchObject({ state: 'complete' });
  });

  it('says of a deletion that was refused, and done by others, that the account is absent', async () => {
    const user = await mirrored({ providers: ['passage'] });
    const { passage } = stage.mirror.simulators.running;
    const id = (await stage.accountIds()).passage.get(user.id);
    passage.addFaults({ match: { method: 'DELETE' }, status: 503, times: 'always' });
    await erase(user);
    await stage.mirror.worker.pass();
    passage.plant({ op: 'remove', id });
    passage.clearFaults();
    await stage.mirror.database.sql('UPDATE providers SET paused_until = NULL');
    await stage.mirror.hire().pass();
    await stage.mirror.converge(20_000);
    const erasure = await erasureOf(stage, user.id);
    expect(endsOf(erasure)).toEqual({ passage: 'absent' });
    expect((await verifiedReceipts(stage, erasure))['passage']).toMatchObject({
      evidence: { deletions: [{ status: null, answeredAt: null }] },
    });
  });

  it('can be waived where a provider could not be reached for a day', async () => {
    const user = await mirrored({ providers: ['passage'] });
    stage.mirror.simulators.running.passage.addFaults({ drop: 'before', times: 'always' });
    await erase(user);
    await stage.mirror.worker.pass();
    const waive = (): Promise<StageAnswer> =>
      stage.ask('POST', `/users/${user.id}/providers/passage/waiver`, { reason: 'its domain is gone' });
    expect(await waive()).toMatchObject({ status: 409, body: { state: 'provider_answers' } });
    await stage.mirror.database.sql(`UPDATE links SET wanted_since = now() - interval '25 hours'`);
    expect((await waive()).status).toBe(204);
  });

  it('a waiver is of erasures alone: nobody gets the key while an account may stand under it', async () => {
    const user = await mirrored({ providers: ['vault', 'passage'] });
    await stage.mirror.database.sql(`UPDATE providers SET enabled = false WHERE slug = 'vault'`);
    await stage.move(user.id, 'delete');
    await stage.move(user.id, 'purge');
    for (let pass = 0; pass < 3; pass += 1) await stage.mirror.worker.pass();
    expect(
      await stage.ask('POST', `/users/${user.id}/providers/vault/waiver`, { reason: 'off' }),
    ).toMatchObject({ status: 409, body: { code: 'waiver_refused', state: 'no_erasure' } });
    expect(await stage.ask('POST', '/users', { externalKey: user.externalKey })).toMatchObject({
      status: 409,
      body: { code: 'external_key_taken' },
    });
  });

  it('P11: a worker that thaws when all is over writes nothing back', async () => {
    const user = await mirrored({ providers: ['passage'], engine: { leaseMs: 60_000 } });
    const { database } = stage.mirror;
    const before = await linkOf(database, user.id, 'passage');
    await erase(user);
    await database.sql(`UPDATE providers SET enabled = false`);
    await stage.ask('POST', `/users/${user.id}/providers/passage/waiver`, { reason: 'switched off' });
    // Held by a worker that is frozen in the middle of its pass.
    const token = '018f0000-0000-7000-8000-000000000001';
    await database.sql(
      `UPDATE links SET in_flight = true, lease_token = $1, lease_until = now() + interval '1 minute'`,
      [token],
    );
    await stage.mirror.worker.pass();
    expect(await erasureOf(stage, user.id)).toMatchObject({ state: 'complete' });
    expect(await linkOf(database, user.id, 'passage')).toMatchObject({
      lease_token: null,
      account_id: null,
      asserted: null,
    });
    expect(await everythingIn(database)).not.toContain(String(before['account_id']));
  });
});
