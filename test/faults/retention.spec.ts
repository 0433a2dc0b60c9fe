import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Allowance } from '#domain';
import { startApp } from '../support/app-process.js';
import {
  destructiveCalls,
  openLifecycleStage,
  PROVIDER_SLUGS,
  type LifecycleStage,
  type ProviderSlug,
} from '../support/lifecycle-stage.js';
import type { MirrorOptions } from '../support/mirror.js';
import { holdsOf } from '../support/holds.js';
import { person, range } from '../support/people.js';
import { until } from '../support/until.js';

const NO_LIMIT: Allowance = { atLeast: 0, percent: 100 };
const exactly = (atLeast: number): Allowance => ({ atLeast, percent: 0 });

let stage: LifecycleStage;
afterEach(() => stage.close());

interface Scene {
  readonly remove: Allowance;
  readonly providers?: MirrorOptions['providers'];
  /** How many were deleted, of how many. (Default: all) */
  readonly bystanders?: number;
  readonly daysAgo?: number;
}

/** People who were deleted a while ago and are shut out everywhere, among others who are active. */
async function deleted(
  count: number,
  { remove, providers, bystanders = 0, daysAgo = 31 }: Scene,
): Promise<string[]> {
  const others = { suspend: NO_LIMIT, overwrite: NO_LIMIT, create: NO_LIMIT };
  const engine = { allowances: { ...others, remove } };
  stage = await openLifecycleStage({ engine, ...(providers === undefined ? {} : { providers }) });
  const ids: string[] = [];
  for (const n of range(count + bystanders))
    ids.push(String((await stage.ask('POST', '/users', person(n))).body['id']));
  await stage.mirror.converge();
  const leavers = ids.slice(0, count);
  for (const id of leavers) await stage.move(id, 'delete');
  await stage.mirror.converge();
  await age(leavers, daysAgo);
  return leavers;
}

async function age(ids: readonly string[], days: number): Promise<void> {
  await stage.mirror.database.sql(
    `UPDATE users SET status_changed_at = now() - $2 * interval '1 day' WHERE id = ANY($1::uuid[])`,
    [ids, days],
  );
}

/** An hour goes by for the budgets. */
async function hourLater(): Promise<void> {
  await stage.mirror.database.sql(`UPDATE budgets SET spent = '{}'`);
  await stage.mirror.database.sql('UPDATE links SET granted_minute = granted_minute - 61');
}

const destroyed = (slug: ProviderSlug): number =>
  destructiveCalls(slug, stage.mirror.simulators.running[slug].log.since(0)).length;

async function statuses(): Promise<Readonly<Record<string, number>>> {
  const rows = await stage.mirror.database.sql<{ status: string; count: number }>(
    'SELECT status, count(*)::int AS count FROM users GROUP BY status',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

const statusOf = async (id: string): Promise<unknown> =>
  (await stage.ask('GET', `/users/${id}`)).body['status'];

describe('P9: people whose retention period is over', () => {
  it('go as fast as the budget for removals allows, hour by hour, and none of them is ever held', async () => {
    const everybody = 120;
    await deleted(14, { remove: exactly(5), bystanders: everybody - 14 });
    for (const gone of [5, 10, 14]) {
      await stage.mirror.converge(30_000);
      await stage.mirror.worker.pass();
      for (const slug of PROVIDER_SLUGS)
        expect([slug, stage.held(slug).size, destroyed(slug)]).toEqual([slug, everybody - gone, gone]);
      expect(await holdsOf(stage.mirror)).toEqual([]);
      const left = 14 - gone;
      expect(await statuses()).toEqual({ active: 106, purged: gone, ...(left > 0 ? { deleted: left } : {}) });
      await hourLater();
    }
  }, 90_000);

  it('are no more than that with several workers at once, and while a provider takes its time', async () => {
    await deleted(20, { remove: exactly(6), bystanders: 90, providers: ['vault', 'passage'] });
    stage.mirror.simulators.running.passage.latencyMs = 100;
    const crew = [
      stage.mirror.worker,
      stage.mirror.hire({ batchSize: 3 }),
      stage.mirror.hire({ batchSize: 5 }),
    ];
    for (const round of range(4)) await Promise.all(crew.map((worker) => worker.pass(round * 50)));
    await stage.mirror.converge();
    expect([destroyed('vault'), destroyed('passage')]).toEqual([6, 6]);
    expect([await holdsOf(stage.mirror), await statuses()]).toEqual([
      [],
      { active: 90, deleted: 14, purged: 6 },
    ]);
  });

  it('are no more either while nothing can be destroyed yet, however often the clock ticks', async () => {
    await deleted(20, { remove: exactly(4), bystanders: 90, providers: ['vault', 'passage'] });
    const pause = (until: string) =>
      stage.mirror.database.sql(`UPDATE providers SET paused_until = ${until}`);
    await pause(`now() + interval '1 hour'`);
    const crew = [stage.mirror.worker, stage.mirror.hire()];
    for (const worker of [...crew, ...crew]) await worker.pass();
    expect([(await statuses())['purging'], destroyed('vault'), destroyed('passage')]).toEqual([4, 0, 0]);
    await pause('NULL');
    // A worker believes a pause that it has seen until it is over.
    const another = stage.mirror.hire();
    await until(async () => {
      await another.pass();
      return (await statuses())['purged'] === 4;
    }, 10_000);
    expect([await holdsOf(stage.mirror), destroyed('vault'), destroyed('passage')]).toEqual([[], 4, 4]);
  });

  it('are no more either while one provider refuses to answer', async () => {
    await deleted(20, { remove: exactly(4), bystanders: 90, providers: ['vault', 'passage'] });
    stage.mirror.simulators.faults('passage', { match: { method: 'DELETE' }, times: 'always', status: 503 });
    for (let ticks = 0; ticks < 4; ticks += 1) await stage.mirror.worker.pass(200);
    await stage.mirror.database.sql(`UPDATE budgets SET spent = '{}' WHERE provider = 'vault'`);
    for (let ticks = 0; ticks < 4; ticks += 1) await stage.mirror.worker.pass(200);
    expect([destroyed('vault'), (await statuses())['purging']]).toEqual([4, 4]);
  });

  it('are nobody where everything has to be approved, and everybody where there is no limit', async () => {
    await deleted(5, { remove: exactly(0), bystanders: 5 });
    await stage.mirror.converge();
    expect(await statuses()).toEqual({ active: 5, deleted: 5 });
    const lavish = stage.mirror.hire({
      allowances: { suspend: NO_LIMIT, overwrite: NO_LIMIT, create: NO_LIMIT, remove: NO_LIMIT },
    });
    await until(async () => {
      await lavish.pass();
      return (await statuses())['purged'] === 5;
    }, 10_000);
    for (const slug of PROVIDER_SLUGS) expect([slug, destroyed(slug)]).toEqual([slug, 5]);
  });

  it('are kept when retention is switched off, and before the period is over', async () => {
    const [longAgo = '', lately = ''] = await deleted(2, { remove: NO_LIMIT, bystanders: 2 });
    await age([lately], 29);
    stage.mirror.worker.retentionDays = null;
    await stage.mirror.converge();
    expect(await statuses()).toEqual({ active: 2, deleted: 2 });
    stage.mirror.worker.retentionDays = 30;
    await stage.mirror.converge();
    expect([await statusOf(longAgo), await statusOf(lately)]).toEqual(['purged', 'deleted']);
  });

  it('are purged by a worker that was started with the setting, and by none that was told never to', async () => {
    const [id = '', younger = ''] = await deleted(2, { remove: NO_LIMIT, bystanders: 2, daysAgo: 8 });
    await age([younger], 6);
    const environment = {
      ...stage.mirror.simulators.environment,
      DATABASE_URL: stage.mirror.databaseUrl,
      ROLLCALL_TICK_MS: '50',
      ROLLCALL_BUDGET_REMOVE: '0,100%',
    };
    const idle = await startApp('worker', { ...environment, ROLLCALL_RETENTION_DAYS: 'never' });
    await delay(500);
    expect(await statusOf(id)).toBe('deleted');
    await idle.stop();
    const worker = await startApp('worker', { ...environment, ROLLCALL_RETENTION_DAYS: '7' });
    await until(async () => (await statusOf(id)) === 'purged', 15_000);
    await worker.stop();
    expect(await statusOf(younger)).toBe('deleted');
  }, 45_000);

  it('are either back with every account or gone with every account, when they are restored just then', async () => {
    const ids = await deleted(16, { remove: NO_LIMIT, bystanders: 4 });
    const accounts = await stage.accountIds();
    const race = { isOver: false };
    const working = (async () => {
      while (!race.isOver) await stage.mirror.worker.pass(50);
    })();
    const restored = new Set<string>();
    await Promise.all(
      ids.map(async (id, at) => {
        await delay(at * 4);
        const { status, body } = await stage.move(id, 'restore');
        if (status === 200) restored.add(id);
        else expect([status, body['code']]).toEqual([409, 'transition_refused']);
      }),
    );
    race.isOver = true;
    await working;
    await stage.mirror.converge();
    for (const id of ids) {
      expect(await statusOf(id)).toBe(restored.has(id) ? 'active' : 'purged');
      for (const slug of PROVIDER_SLUGS) {
        const state = stage.held(slug).get(accounts[slug].get(id) ?? '')?.state ?? 'gone';
        expect([slug, state]).toEqual([slug, restored.has(id) ? 'live' : 'gone']);
      }
    }
  });
});

describe('a legal hold', () => {
  const legalHold = (id: string) => `/users/${id}/legal-hold`;

  it('keeps every account of somebody whose time has come, whoever asks, until it is lifted', async () => {
    const [held = '', other = ''] = await deleted(2, { remove: NO_LIMIT, bystanders: 2 });
    const placed = await stage.ask('PUT', legalHold(held), { reason: 'a lawsuit' });
    expect([placed.status, placed.body['legalHoldAt']]).toEqual([200, expect.any(String)]);
    await stage.mirror.converge();
    expect([await statusOf(held), await statusOf(other)]).toEqual(['deleted', 'purged']);

    for (const json of [{}, { notBefore: '2999-01-01T00:00:00Z' }]) {
      const refused = await stage.move(held, 'purge', json);
      expect(refused).toMatchObject({ status: 409, body: { code: 'legal_hold' } });
      expect(refused.body['detail']).toContain('DELETE /v1/users/{id}/legal-hold');
    }
    for (const slug of PROVIDER_SLUGS)
      expect([slug, destroyed(slug), stage.held(slug).size]).toEqual([slug, 1, 3]);

    expect((await stage.ask('DELETE', legalHold(held))).body['legalHoldAt']).toBeNull();
    await stage.mirror.converge();
    expect(await statusOf(held)).toBe('purged');
    for (const slug of PROVIDER_SLUGS)
      expect([slug, destroyed(slug), stage.held(slug).size]).toEqual([slug, 2, 2]);
    expect(await stage.ask('PUT', legalHold(held), { reason: 'too late' })).toMatchObject({
      status: 409,
      body: { code: 'wrong_status', state: 'purged' },
    });
  });

  it('keeps a purge waiting that was put off, and shuts nobody out or in', async () => {
    const [id = ''] = await deleted(1, { remove: NO_LIMIT, bystanders: 2, daysAgo: 0 });
    await stage.move(id, 'purge', { notBefore: new Date(Date.now() + 50).toISOString() });
    await stage.ask('PUT', legalHold(id), { reason: 'a lawsuit' });
    await delay(60);
    await stage.mirror.converge();
    expect(await statusOf(id)).toBe('deleted');
    expect((await stage.move(id, 'restore')).status).toBe(200);
    await stage.mirror.converge();
    expect(stage.held('passage').size).toBe(3);
    expect([...stage.held('passage').values()].map(({ state }) => state)).toEqual(['live', 'live', 'live']);
  });
});
