import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from '@jest/globals';
import { changeStatus, importUsers, patchUser, type Database } from '#store';
import { linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person, range } from '../support/people.js';
import { describeWithOwnRedis, startRedis, type RunningRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { startApp, type AppProcess } from '../support/app-process.js';

const NAMES = ['vault', 'sunshine', 'passage', 'sendauth'] as const;

/** Short leases and waits, so that what production takes minutes for takes seconds. */
const QUICK = {
  ROLLCALL_CALL_TIMEOUT_MS: '1000',
  ROLLCALL_LEASE_MS: '6500',
  ROLLCALL_LATE_ARRIVAL_MS: '500',
  ROLLCALL_TICK_MS: '200',
  ROLLCALL_SHUTDOWN_MS: '8000',
};

function environmentOf(mirror: Mirror, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { ...mirror.simulators.environment, ...QUICK, DATABASE_URL: mirror.databaseUrl, ...more };
}

async function untilNothingIsDue(database: Database, withinMs: number): Promise<void> {
  await until(async () => {
    const [row] = await database.sql<{ due: string }>(
      'SELECT count(*) AS due FROM links WHERE wanted > handled',
    );
    return row?.due === '0';
  }, withinMs);
}

async function importPeople(mirror: Mirror, count: number): Promise<void> {
  const lines = range(count).map((n) => `${JSON.stringify(person(n))}\n`);
  const report = await importUsers(
    mirror.roster,
    { actor: 'test', bytes: bytes(lines) },
    { format: 'ndjson' },
  );
  expect(report).toMatchObject({ created: count, failed: 0 });
}

/**
 * Every call has been sent, and no answer has come. A process that is frozen between the last look at its lease and the
 * first byte of a call sends that one when it thaws, whatever it does; such a moment is not what is to be judged.
 */
async function untilAllCallsAreWaitedFor(mirror: Mirror): Promise<void> {
  const arrived = (): number =>
    NAMES.reduce((sum, name) => sum + mirror.simulators.running[name].log.counts.total, 0);
  await until(async () => {
    const before = arrived();
    await new Promise((resolve) => setTimeout(resolve, 100));
    return arrived() === before;
  }, 20_000);
}

async function count(database: Database, from: string): Promise<number> {
  const [row] = await database.sql<{ count: string }>(`SELECT count(*) FROM ${from}`);
  return Number(row?.count);
}

/** Where an app says that it listens. */
function urlOf(app: AppProcess): string {
  const line = app.lines.find((each) => each.includes('"port"')) ?? '{}';
  const { hostname, port } = JSON.parse(line) as { hostname: string; port: number }; // the app's ready line
  return `http://${hostname}:${port}`;
}

async function* bytes(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield await Promise.resolve(Buffer.from(line));
}

function expectEverybodyOnce(mirror: Mirror, count: number): void {
  for (const name of NAMES) {
    expect(mirror.accounts(name)).toHaveLength(count);
    expect(mirror.simulators.running[name].summary()).toMatchObject({ states: { live: count } });
    expect(Object.values(mirror.simulators.providers[name].duplicates()).every((twice) => twice === 0)).toBe(
      true,
    );
  }
}

describe('worker processes', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  it('kill -9 in the middle of an import loses nobody and doubles nobody', async () => {
    mirror = await openMirror();
    for (const name of NAMES) mirror.simulators.running[name].latencyMs = 30;
    await importPeople(mirror, 600);
    const first = await startApp('worker', environmentOf(mirror));
    await until(() => mirror.accounts('sendauth').length > 100, 20_000);
    await first.kill();
    for (const name of NAMES) mirror.simulators.running[name].latencyMs = 0;
    const [lost] = await mirror.database.sql<{ count: string }>('SELECT count(*) FROM links WHERE in_flight');
    await startApp('worker', environmentOf(mirror));
    await untilNothingIsDue(mirror.database, 60_000);

    expect(Number(lost?.count)).toBeGreaterThan(0);
    expectEverybodyOnce(mirror, 600);
  }, 120_000);

  it('F01: an import whose API is killed on the way keeps what was committed, and the same file completes it', async () => {
    mirror = await openMirror();
    const people = 4_000;
    const key = 'import-test-key-of-some-length';
    const environment = environmentOf(mirror, { ROLLCALL_ADMIN_KEY: key });
    const file = range(people)
      .map((n) => `${JSON.stringify(person(n))}\n`)
      .join('');
    const send = async (api: AppProcess): Promise<Record<string, unknown>> => {
      const answer = await fetch(`${urlOf(api)}/v1/users/import`, {
        method: 'POST',
        body: file,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
      });
      return (await answer.json()) as Record<string, unknown>; // the import's report
    };
    const worker = await startApp('worker', environment);
    const first = await startApp('admin-api', environment);
    const interrupted = send(first).catch(() => 'cut off');
    await until(async () => (await count(mirror.database, 'users')) > 0, 20_000);
    await first.kill();
    expect(await interrupted).toBe('cut off');
    const kept = await count(mirror.database, 'users');
    const report = await send(await startApp('admin-api', environment));
    await untilNothingIsDue(mirror.database, 60_000);
    await worker.stop();

    expect(kept).toBeLessThan(people);
    expect(report).toMatchObject({ created: people - kept, unchanged: kept, failed: 0 });
    expect(await count(mirror.database, 'links')).toBe(people * NAMES.length);
    expect(await count(mirror.database, `audit WHERE action = 'user.create'`)).toBe(people);
    expectEverybodyOnce(mirror, people);
  }, 120_000);

  it('Q07: a worker frozen past its lease makes no call when it thaws, and leaves no green link that is wrong', async () => {
    mirror = await openMirror();
    for (const name of NAMES) mirror.simulators.running[name].latencyMs = 500;
    await importPeople(mirror, 300);
    const frozen = await startApp('worker', environmentOf(mirror));
    await until(() => mirror.accounts('passage').length > 50, 20_000);
    await untilAllCallsAreWaitedFor(mirror);
    frozen.signal('SIGSTOP');
    const inHand = await count(mirror.database, 'links WHERE in_flight');
    for (const name of NAMES) mirror.simulators.running[name].latencyMs = 0;
    const second = await startApp('worker', environmentOf(mirror));
    await untilNothingIsDue(mirror.database, 60_000);
    const users = await mirror.database.sql<{ id: string }>('SELECT id FROM users');
    for (const { id } of users) {
      await patchUser(mirror.roster, 'test', { id, patch: { displayName: 'Changed Meanwhile' } });
    }
    await untilNothingIsDue(mirror.database, 30_000);
    await second.stop();
    const before = NAMES.map((name) => mirror.simulators.running[name].log.counts.writes);
    frozen.signal('SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const after = NAMES.map((name) => mirror.simulators.running[name].log.counts.writes);
    await untilNothingIsDue(mirror.database, 30_000);

    // More than are called for at once: what had not been sent when the worker froze is what must not be sent any more.
    expect(inHand).toBeGreaterThan(NAMES.length * 32);
    expect(after).toEqual(before);
    expectEverybodyOnce(mirror, 300);
    for (const account of mirror.accounts('vault')) {
      expect(account['metadata']).toMatchObject({ user_name: 'Changed Meanwhile' });
    }
  }, 150_000);

  it('a deactivation whose worker dies before the tokens are revoked is finished by the next one', async () => {
    mirror = await openMirror({ providers: ['passage'] });
    mirror.simulators.providers.passage.plant({ op: 'put', account: { email: 'other@example.com' } });
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    const accountId = String((await linkOf(mirror.database, user.id, 'passage'))['account_id']);
    mirror.simulators.providers.passage.plant({ op: 'patch', id: accountId, account: { refreshTokens: 3 } });
    mirror.simulators.faults('passage', { match: { method: 'DELETE', path: 'tokens' }, hang: 'before' });
    await changeStatus(mirror.roster, 'test', { id: user.id, verb: 'deactivate' });
    const environment = environmentOf(mirror);
    const first = await startApp('worker', passageOnly(environment));
    const account = (): Record<string, unknown> | undefined =>
      mirror.accounts('passage').find((each) => each['id'] === accountId);
    await until(() => account()?.['state'] === 'suspended', 10_000);
    await first.kill();
    expect(account()).toMatchObject({ refreshTokens: 3 });
    expect((await linkOf(mirror.database, user.id, 'passage'))['owed']).toEqual(['revokeTokens']);

    await startApp('worker', passageOnly(environment));
    await untilNothingIsDue(mirror.database, 30_000);

    expect(account()).toMatchObject({ state: 'suspended', refreshTokens: 0 });
    expect((await linkOf(mirror.database, user.id, 'passage'))['owed']).toEqual([]);
  }, 90_000);

  it('S01: told to end in the middle of its work, a worker ends in time with code 0 and nothing in flight', async () => {
    mirror = await openMirror();
    for (const name of NAMES) mirror.simulators.running[name].latencyMs = 50;
    await importPeople(mirror, 400);
    const worker = await startApp('worker', environmentOf(mirror));
    await until(() => mirror.accounts('vault').length > 50, 20_000);
    const code = await worker.stop();
    const [row] = await mirror.database.sql<{ count: string }>('SELECT count(*) FROM links WHERE in_flight');

    expect(code).toBe(0);
    expect(row?.count).toBe('0');
  }, 60_000);
});

function passageOnly(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(?:VAULT|SUNSHINE|SENDAUTH)_/.test(name)),
  );
}

describeWithOwnRedis('worker processes with a Redis that fails', () => {
  let mirror: Mirror;
  let redis: RunningRedis;
  afterEach(async () => {
    await mirror.close();
    await redis.stop();
  });

  it('Q01: FLUSHALL in the middle of an import, again and again, loses nobody', async () => {
    [mirror, redis] = await Promise.all([openMirror(), startRedis()]);
    for (const name of NAMES) mirror.simulators.running[name].latencyMs = 20;
    await importPeople(mirror, 600);
    const worker = await startApp('worker', environmentOf(mirror, { REDIS_URL: redis.url }));
    const client = new Redis(redis.url, { protocol: 2 });
    for (let round = 0; round < 20; round += 1) {
      await client.flushall();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    client.disconnect();
    await untilNothingIsDue(mirror.database, 60_000);

    expectEverybodyOnce(mirror, 600);
    expect(await worker.stop()).toBe(0);
  }, 120_000);

  it('Q02: a Redis killed and started again empty needs nobody to start the worker again', async () => {
    [mirror, redis] = await Promise.all([openMirror(), startRedis()]);
    await importPeople(mirror, 50);
    const worker = await startApp('worker', environmentOf(mirror, { REDIS_URL: redis.url }));
    await redis.kill();
    await enter(
      mirror.roster,
      range(20, 100).map((n) => person(n)),
    );
    await untilNothingIsDue(mirror.database, 30_000);
    expectEverybodyOnce(mirror, 70);
    await redis.start();
    await enter(
      mirror.roster,
      range(20, 200).map((n) => person(n)),
    );
    await untilNothingIsDue(mirror.database, 30_000);

    expectEverybodyOnce(mirror, 90);
    await redis.kill();
    expect(await worker.stop()).toBe(0);
  }, 120_000);
});
