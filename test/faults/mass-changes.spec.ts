import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Allowance, Allowances, User } from '#domain';
import {
  changeStatus,
  comeBack,
  convergence,
  FourEyesRequired,
  HoldChanged,
  HoldExpired,
  importUsers,
  linksOfUser,
  openDatabase,
  patchUser,
  purgeUser,
} from '#store';
import { startApp } from '../support/app-process.js';
import { decide, holdsOf } from '../support/holds.js';
import { interposed, linkOf, openMirror, type Mirror, type MirrorOptions } from '../support/mirror.js';
import { only, person, range } from '../support/people.js';
import { until } from '../support/until.js';

/** What a deployment starts with. */
const DEFAULTS: Allowances = {
  suspend: { atLeast: 100, percent: 20 },
  remove: { atLeast: 25, percent: 5 },
  overwrite: { atLeast: 25, percent: 5 },
  create: { atLeast: 1_000, percent: 20 },
};
const exactly = (atLeast: number): Allowance => ({ atLeast, percent: 0 });

let mirror: Mirror;
afterEach(() => mirror.close());

/** A mirror in step with `count` people, its budgets as given. */
async function inStep(
  count: number,
  allowances: Partial<Allowances>,
  more: MirrorOptions = {},
): Promise<User[]> {
  mirror = await openMirror({
    providers: ['passage'],
    ...more,
    engine: { allowances: { ...DEFAULTS, ...allowances }, ...more.engine },
  });
  await load(range(count).map((n) => person(n)));
  await mirror.converge(30_000);
  return usersOf();
}

async function load(rows: readonly object[]): Promise<void> {
  const report = await importUsers(
    mirror.roster,
    { actor: 'key:hr', bytes: linesOf(rows) },
    { format: 'ndjson' },
  );
  expect(report).toMatchObject({ received: rows.length, failed: 0 });
}

async function* linesOf(rows: readonly object[]): AsyncGenerator<Uint8Array> {
  for (const row of rows) yield await Promise.resolve(Buffer.from(`${JSON.stringify(row)}\n`));
}

async function usersOf(): Promise<User[]> {
  return mirror.roster.database.sql<User & Record<string, unknown>>(
    `SELECT id, external_key AS "externalKey" FROM users ORDER BY length(external_key), external_key`,
  );
}

async function remove(users: readonly User[]): Promise<void> {
  for (const { id } of users) await changeStatus(mirror.roster, 'key:hr', { id, verb: 'delete' });
}

const suspended = () => mirror.accounts('passage').filter(({ state }) => state === 'suspended').length;
const calls = (path: RegExp, name: 'passage' | 'vault' = 'passage') =>
  [...mirror.simulators.running[name].log.since(0)].filter((call) => path.test(`${call.method} ${call.path}`))
    .length;

describe('P9: more than a budget', () => {
  it('G01: 1,000 of 1,500 who leave in one import are held beyond the budget, and the rest of the import is done', async () => {
    await inStep(1_500, {});
    const leavers = range(1_000).map((n) => ({ externalKey: `hr-${n}`, status: 'deactivated' }));
    const edits = range(100, 1_001).map((n) => ({ externalKey: `hr-${n}`, email: `new.${n}@example.com` }));
    await load([...leavers, ...edits]);
    await mirror.converge(30_000);

    // 20 % of 1,500
    expect(suspended()).toBe(300);
    expect(calls(/\/deactivate$/)).toBe(300);
    expect(mirror.accounts('passage').filter(({ email }) => String(email).startsWith('new.'))).toHaveLength(
      100,
    );
    const hold = only(await holdsOf(mirror));
    expect(hold).toMatchObject({ provider: 'passage', class: 'suspend', count: 700 });
    expect(only(await convergence(mirror.database))).toMatchObject({ held: 700, due: 0 });
  }, 90_000);

  it('G02: so are as many who are deleted one by one, and an hour that goes by lets none of them go', async () => {
    const users = await inStep(150, { suspend: exactly(20) });
    for (let from = 0; from < 60; from += 12) {
      await remove(users.slice(from, from + 12));
      await mirror.converge();
    }
    expect([suspended(), only(await holdsOf(mirror)).count]).toEqual([20, 40]);
    await mirror.database.sql(`UPDATE budgets SET spent = '{}'`);
    for (const { id } of users.slice(0, 60)) await patchTags(id);
    await mirror.converge();
    expect([suspended(), only(await holdsOf(mirror)).count]).toEqual([20, 40]);
  });

  it('G03: three workers together let no more go than one', async () => {
    const users = await inStep(300, { suspend: exactly(37) });
    await remove(users.slice(0, 250));
    const others = [mirror.hire({ batchSize: 20 }), mirror.hire({ batchSize: 30 })];
    await Promise.all([mirror.worker, ...others].map((worker) => worker.pass()));
    await mirror.converge();
    expect([suspended(), calls(/\/deactivate$/), only(await holdsOf(mirror)).count]).toEqual([37, 37, 213]);
  });

  it('counts purges for themselves, and no account is destroyed beyond the budget', async () => {
    const users = await inStep(120, { remove: exactly(5) }, { providers: ['vault'] });
    await remove(users.slice(0, 30));
    for (const { id } of users.slice(0, 30)) await purge(id);
    await expect(mirror.converge(2_000)).rejects.toThrow('purging');
    expect([mirror.accounts('vault').length, calls(/^DELETE/, 'vault')]).toEqual([115, 5]);
    const hold = only(await holdsOf(mirror));
    expect(hold).toMatchObject({ class: 'remove', steps: { purge: 25 } });
    await decide(mirror, hold);
    await mirror.converge();
    expect([mirror.accounts('vault').length, calls(/^DELETE/, 'vault')]).toEqual([90, 30]);
  });

  it('counts new accounts once the first sync is over, and not before', async () => {
    await inStep(30, { create: exactly(2) });
    expect(mirror.accounts('passage')).toHaveLength(30);
    await mirror.database.sql(`UPDATE links SET created_at = now() - interval '1 hour'`);
    await mirror.worker.pass();
    await load(range(5, 31).map((n) => person(n)));
    await mirror.converge();
    expect(mirror.accounts('passage')).toHaveLength(32);
    const hold = only(await holdsOf(mirror));
    expect(hold).toMatchObject({ class: 'create', count: 3 });
    await decide(mirror, hold);
    await mirror.converge();
    expect(mirror.accounts('passage')).toHaveLength(35);
  });

  it('counts what a new mapping or drift would overwrite, and never what people edited', async () => {
    const users = await inStep(150, { overwrite: exactly(10) });
    for (const { id } of users.slice(0, 40))
      await patchUser(mirror.roster, 'key:hr', { id, patch: { email: `${id}@example.com` } });
    await mirror.converge();
    expect(await holdsOf(mirror)).toEqual([]);
    await mirror.database.sql(
      `UPDATE links SET asserted = jsonb_set(asserted, '{attributes,email}', '"x@example.com"'), wanted = wanted + 1
       WHERE user_id = ANY($1::uuid[])`,
      [users.slice(0, 40).map(({ id }) => id)],
    );
    await mirror.converge();
    expect(only(await holdsOf(mirror))).toMatchObject({
      class: 'overwrite',
      count: 30,
      steps: { update: 30 },
    });
  });
});

describe('a held step', () => {
  it('keeps nothing else of its link waiting', async () => {
    const users = await inStep(3, { suspend: exactly(0) });
    const [leaver] = users;
    if (leaver === undefined) throw new Error('nobody was entered');
    await changeStatus(mirror.roster, 'key:hr', { id: leaver.id, verb: 'deactivate' });
    await patchUser(mirror.roster, 'key:hr', { id: leaver.id, patch: { email: 'later@example.com' } });
    await mirror.converge();
    const account = mirror.accounts('passage').find(({ email }) => email === 'later@example.com');
    expect(account?.state).toBe('live');
    expect(only(await linksOfUser(mirror.database, leaver.id))).toMatchObject({
      standing: 'held',
      heldStep: 'suspend',
      hold: { class: 'suspend', decision: null },
      owed: [],
    });
  });

  it('is dissolved by a change of status', async () => {
    const [leaver] = await inStep(3, { suspend: exactly(0) });
    if (leaver === undefined) throw new Error('nobody was entered');
    await remove([leaver]);
    await mirror.converge();
    await comeBack(mirror.roster, 'key:hr', { id: leaver.id, verb: 'restore' });
    expect(await holdsOf(mirror)).toEqual([]);
    await mirror.converge();
    expect(only(await linksOfUser(mirror.database, leaver.id))).toMatchObject({
      standing: 'inSync',
      hold: null,
    });
  });

  it('G10: of a small roster is one of two who leave, and is told of in the log', async () => {
    const users = await inStep(3, {});
    const warned = jest.spyOn(mirror.worker.room('passage').sparing, 'warn');
    await remove(users.slice(0, 2));
    await mirror.converge();
    expect(warned.mock.calls).toEqual([
      ['suspensions wait for approval', { provider: 'passage', reason: 'budget' }],
    ]);
    expect([suspended(), only(await holdsOf(mirror)).count]).toEqual([1, 1]);
  });

  it('G06: goes by its own hash only, once, in time, and with four eyes not by who asked for it', async () => {
    const users = await inStep(10, { suspend: exactly(2) });
    await remove(users.slice(0, 6));
    await mirror.converge();
    const hold = only(await holdsOf(mirror));
    const hourLater = new Date(Date.now() + 3_700_000);
    await expect(decide(mirror, { ...hold, hash: 'abc' })).rejects.toThrow(HoldChanged);
    await expect(decide(mirror, { ...hold, hash: `${hold.hash.slice(0, -1)}_` })).rejects.toThrow(
      HoldChanged,
    );
    await expect(decide(mirror, { ...hold, class: 'remove' })).rejects.toThrow(HoldChanged);
    await expect(decide(mirror, hold, { now: hourLater })).rejects.toThrow(HoldExpired);
    await expect(decide(mirror, hold, { fourEyes: true, actor: 'key:hr' })).rejects.toThrow(FourEyesRequired);
    expect(suspended()).toBe(2);

    const twice = await Promise.allSettled([
      decide(mirror, hold, { fourEyes: true }),
      decide(mirror, hold, { fourEyes: true }),
    ]);
    expect(twice.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await mirror.converge();
    expect([suspended(), calls(/\/deactivate$/)]).toEqual([6, 6]);
    await expect(decide(mirror, hold)).rejects.toThrow(HoldChanged);
    expect(
      await mirror.database.sql(`SELECT actor, detail ->> 'count' AS count FROM audit
      WHERE action = 'hold.approve' AND user_id IS NULL`),
    ).toEqual([{ actor: 'key:other', count: '4' }]);
  });

  it('G07: that came after the set was listed is not covered, and a set of which one is gone is listed anew', async () => {
    const users = await inStep(20, { suspend: exactly(0) });
    await remove(users.slice(0, 5));
    await mirror.converge();
    const listed = only(await holdsOf(mirror));
    expect(only(await holdsOf(mirror)).hash).toBe(listed.hash);
    await mirror.database.sql('SELECT pg_sleep(0.01)');
    await remove(users.slice(5, 8));
    await mirror.converge();
    await decide(mirror, listed);
    await mirror.converge();
    expect([suspended(), only(await holdsOf(mirror)).count]).toEqual([5, 3]);

    const rest = only(await holdsOf(mirror));
    const restored = users[5]?.id ?? '';
    await comeBack(mirror.roster, 'key:hr', { id: restored, verb: 'restore' });
    await expect(decide(mirror, rest)).rejects.toThrow(HoldChanged);
    await mirror.converge();
    await decide(mirror, only(await holdsOf(mirror)));
    await mirror.converge();
    expect(suspended()).toBe(7);
    expect((await linkOf(mirror.database, restored, 'passage'))['observed_state']).toBe('live');
  });

  it('that is approved and whose person came back meanwhile is not taken', async () => {
    const users = await inStep(4, { suspend: exactly(0) });
    await remove(users.slice(0, 2));
    await mirror.converge();
    await decide(mirror, only(await holdsOf(mirror)));
    await comeBack(mirror.roster, 'key:hr', { id: users[0]?.id ?? '', verb: 'restore' });
    await mirror.converge();
    expect([suspended(), calls(/\/deactivate$/)]).toEqual([1, 1]);
  });

  it('that is approved waits for approval again when its time is up before its provider is', async () => {
    const users = await inStep(4, { suspend: exactly(0) });
    await remove(users.slice(0, 2));
    await mirror.converge();
    await decide(mirror, only(await holdsOf(mirror)));
    await mirror.database.sql(`UPDATE links SET approved_until = now() - interval '1 second'`);
    await mirror.converge();
    expect([suspended(), only(await holdsOf(mirror)).count]).toEqual([0, 2]);
  });

  it('that is approved is tried again until it is done', async () => {
    const users = await inStep(4, { suspend: exactly(0) });
    await remove(users.slice(0, 2));
    await mirror.converge();
    await decide(mirror, only(await holdsOf(mirror)));
    mirror.simulators.faults('passage', { match: { path: 'deactivate' }, times: 3, status: 503 });
    await mirror.converge();
    expect([suspended(), await holdsOf(mirror)]).toEqual([2, []]);
  });

  it('that is rejected leaves the person, says so, and goes by override or not at all', async () => {
    const users = await inStep(4, { suspend: exactly(0) });
    const [first, second] = users;
    if (first === undefined || second === undefined) throw new Error('too few');
    await remove([first, second]);
    await mirror.converge();
    await decide(mirror, only(await holdsOf(mirror)), { decision: 'rejected', reason: 'a mistake' });
    const parked = {
      standing: 'parked',
      parked: { code: 'change_rejected' },
      hold: { decision: 'rejected' },
    };
    expect(only(await linksOfUser(mirror.database, first.id))).toMatchObject(parked);
    await mirror.database.sql('UPDATE links SET wanted = wanted + 1');
    await mirror.converge();
    expect(only(await linksOfUser(mirror.database, first.id))).toMatchObject(parked);
    expect([suspended(), await holdsOf(mirror)]).toEqual([0, []]);

    const overrideBudget = { reason: 'they did leave' };
    await changeStatus(mirror.roster, 'key:hr', { id: first.id, verb: 'delete', overrideBudget });
    await comeBack(mirror.roster, 'key:hr', { id: second.id, verb: 'restore' });
    await mirror.converge();
    expect(suspended()).toBe(1);
    expect(only(await linksOfUser(mirror.database, second.id))).toMatchObject({ standing: 'inSync' });
  });
});

describe('a held step of somebody who may no longer come in', () => {
  it('leaves nobody in whose account was to be destroyed before it was shut', async () => {
    const users = await inStep(6, { remove: exactly(0) });
    for (const { id } of users.slice(0, 2)) {
      await changeStatus(mirror.roster, 'key:hr', { id, verb: 'delete' });
      await purge(id);
    }
    await mirror.converge(2_000).catch(() => undefined);
    expect([suspended(), mirror.accounts('passage').length]).toEqual([2, 6]);
    expect(only(await holdsOf(mirror))).toMatchObject({ class: 'remove', count: 2 });
    await mirror.database.sql(`UPDATE links SET wanted = wanted + 1`);
    await mirror.converge(2_000).catch(() => undefined);
    const hold = only(await holdsOf(mirror));
    expect(hold).toMatchObject({ class: 'remove', count: 2 });
    await decide(mirror, hold);
    await mirror.converge();
    expect(mirror.accounts('passage')).toHaveLength(4);
  });

  it('is told of when there is no room for shutting the account either', async () => {
    const [leaver] = await inStep(6, { remove: exactly(0), suspend: exactly(0) });
    if (leaver === undefined) throw new Error('nobody was entered');
    const warned = jest.spyOn(mirror.worker.room('passage').sparing, 'warn');
    await changeStatus(mirror.roster, 'key:hr', { id: leaver.id, verb: 'delete' });
    await purge(leaver.id);
    await mirror.converge(2_000).catch(() => undefined);
    expect(suspended()).toBe(0);
    expect(warned).toHaveBeenCalledWith('suspensions wait for approval', expect.anything());
  });

  it('says that it was rejected, also when a worker had just asked for it again', async () => {
    const [leaver] = await inStep(6, { suspend: exactly(0) });
    if (leaver === undefined) throw new Error('nobody was entered');
    await remove([leaver]);
    await mirror.converge();
    const hold = only(await holdsOf(mirror));
    await patchTags(leaver.id);
    let asked = false;
    const meanwhile = interposed(mirror.database, async (text) => {
      if (asked || !text.includes('settled AS (')) return;
      asked = true;
      await decide(mirror, hold, { decision: 'rejected' });
    });
    await mirror.hire({}, meanwhile).pass();
    await mirror.converge();
    expect(asked).toBe(true);
    expect(only(await linksOfUser(mirror.database, leaver.id))).toMatchObject({
      standing: 'parked',
      parked: { code: 'change_rejected' },
    });
  });
});

describe('room that was reserved', () => {
  it('comes back when the provider refused the step for certain, or was never reached', async () => {
    const users = await inStep(120, { suspend: exactly(3) });
    mirror.simulators.faults('passage', { match: { path: 'deactivate' }, times: 2, status: 400, body: {} });
    await remove(users.slice(0, 2));
    await mirror.converge();
    expect(suspended()).toBe(0);
    await remove(users.slice(2, 5));
    await mirror.converge();
    expect(suspended()).toBe(3);
  });

  it('is taken once for a step whose answer was lost', async () => {
    const users = await inStep(120, { suspend: exactly(2) });
    mirror.simulators.faults('passage', { match: { path: 'deactivate' }, times: 2, drop: 'before' });
    await remove(users.slice(0, 2));
    await mirror.converge();
    expect([suspended(), await holdsOf(mirror)]).toEqual([2, []]);
  });

  it('G08: stays taken when its worker is killed, and what is done is counted by whoever comes next', async () => {
    const users = await inStep(120, {});
    const environment = {
      ...mirror.simulators.environment,
      DATABASE_URL: mirror.databaseUrl,
      ROLLCALL_CALL_TIMEOUT_MS: '1000',
      ROLLCALL_LEASE_MS: '6500',
      ROLLCALL_LATE_ARRIVAL_MS: '500',
      ROLLCALL_TICK_MS: '100',
      ROLLCALL_BUDGET_SUSPEND: '30,0%',
    };
    for (const key of Object.keys(environment))
      if (/^(?:VAULT|SUNSHINE|SENDAUTH)_/.test(key)) Reflect.deleteProperty(environment, key);
    mirror.simulators.running.passage.latencyMs = 150;
    const worker = await startApp('worker', { ...environment, PASSAGE_CONCURRENCY: '4' });
    await remove(users.slice(0, 90));
    await until(() => suspended() >= 6, 15_000);
    await worker.kill();
    expect(suspended()).toBeLessThan(30);
    mirror.simulators.running.passage.latencyMs = 0;
    const others = [await startApp('worker', environment), await startApp('worker', environment)];
    await until(async () => {
      const [row] = await mirror.database.sql<{ due: string }>(
        'SELECT count(*) AS due FROM links WHERE wanted > handled',
      );
      return row?.due === '0';
    }, 30_000);
    for (const each of others) await each.stop();
    expect([suspended(), only(await holdsOf(mirror)).count]).toEqual([30, 60]);
  }, 60_000);

  it('G09: nothing goes while the budget cannot be locked, or its database fails', async () => {
    const users = await inStep(120, {});
    const impatient = openDatabase({
      url: mirror.databaseUrl,
      poolSize: 3,
      applicationName: 'impatient',
      statementTimeoutMs: 300,
      onPoolError: () => undefined,
    });
    const worker = mirror.hire({}, impatient);
    await remove(users.slice(0, 5));
    await mirror.database.transaction(async (sql) => {
      await sql(`SELECT FROM budgets WHERE class = 'suspend' FOR UPDATE`);
      await worker.pass(1_500);
      expect(suspended()).toBe(0);
    });
    await impatient.close();
    const cutOff = interposed(mirror.database, (text) =>
      text.includes('budget_reserve')
        ? Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNRESET' }))
        : Promise.resolve(),
    );
    await mirror.hire({}, cutOff).pass(500);
    expect(calls(/\/deactivate$/)).toBe(0);
    await mirror.converge();
    expect(suspended()).toBe(5);
  });
});

async function purge(id: string): Promise<void> {
  await purgeUser(mirror.roster, 'key:hr', { id, now: new Date() });
}

/** Makes the link due again without changing anything that is mirrored. */
async function patchTags(id: string): Promise<void> {
  await mirror.database.sql('UPDATE links SET wanted = wanted + 1 WHERE user_id = $1', [id]);
}
