import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Allowance } from '#domain';
import { syncProviders } from '#store';
import { startApp } from '../support/app-process.js';
import {
  destructiveCalls,
  openLifecycleStage,
  PROVIDER_SLUGS,
  type LifecycleStage,
  type ProviderSlug,
} from '../support/lifecycle-stage.js';
import { linkOf, type MirrorOptions } from '../support/mirror.js';
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

  it.each([
    ['half of a small roster', { atLeast: 25, percent: 5 }, 10, 10],
    ['a share', { atLeast: 0, percent: 20 }, 21, 84],
  ] as const)(
    'go to the last one although the others are gone before that one is read, within %s',
    async (_, remove, leavers, bystanders) => {
      const late = (await deleted(leavers, { remove, bystanders, providers: ['passage'] })).at(-1) ?? '';
      const account = String((await linkOf(stage.mirror.database, late, 'passage'))['account_id']);
      await stage.mirror.database.sql(`UPDATE links SET certainty = 'stale' WHERE user_id = $1`, [late]);
      stage.mirror.simulators.faults('passage', {
        match: { method: 'GET', path: account },
        times: 3,
        status: 500,
      });
      await until(async () => {
        await stage.mirror.worker.pass(300);
        return (await statuses())['purged'] === leavers - 1;
      }, 10_000);
      await stage.mirror.database.sql(`UPDATE budgets SET counted_at = counted_at - interval '1 minute'`);
      await stage.mirror.converge(20_000);
      expect([await holdsOf(stage.mirror), destroyed('passage')]).toEqual([[], leavers]);
    },
    60_000,
  );

  it('are kept while a provider is switched off at which they have a link, and go when it is back', async () => {
    await deleted(6, { remove: exactly(3), bystanders: 104, providers: ['vault', 'passage'] });
    await stage.mirror.database.sql(`UPDATE providers SET enabled = false WHERE slug = 'passage'`);
    for (let hour = 0; hour < 3; hour += 1) {
      await stage.mirror.worker.pass(300);
      await hourLater();
    }
    expect([await statuses(), destroyed('vault')]).toEqual([{ active: 104, deleted: 6 }, 0]);
    await stage.mirror.database.sql('UPDATE providers SET enabled = false');
    await stage.mirror.worker.pass(300);
    expect(await statuses()).toEqual({ active: 104, deleted: 6 });

    await syncProviders(stage.mirror.database, stage.mirror.registry.all());
    for (const gone of [3, 6]) {
      await stage.mirror.converge(20_000);
      expect([await holdsOf(stage.mirror), destroyed('vault'), destroyed('passage')]).toEqual([
        [],
        gone,
        gone,
      ]);
      await hourLater();
    }
  }, 60_000);

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
    const ids = await deleted(16, { remove: NO_LIMIT, bystanders: 4, daysAgo: 29 });
    const accounts = await stage.accountIds();
    const race = { isOver: false };
    const working = (async () => {
      while (!race.isOver) await stage.mirror.worker.pass(50);
    })();
    const restored = new Set<string>();
    for (const [at, id] of ids.entries()) {
      // Their time comes one by one, and somebody asks for them a little later than the one before.
      await age([id], 31);
      await delay(at * 4);
      const { status, body } = await stage.move(id, 'restore');
      if (status === 200) restored.add(id);
      else expect([status, body['code']]).toEqual([409, 'transition_refused']);
    }
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
    // Both happened, or this has shown nothing.
    expect(restored.size).toBeGreaterThan(0);
    expect(restored.size).toBeLessThan(ids.length);
  });
});
