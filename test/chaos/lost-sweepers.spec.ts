import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { askForRuns, listRuns, type Run } from '#store';
import { startApp, type AppProcess } from '../support/app-process.js';
import { openMirror, type Mirror } from '../support/mirror.js';
import { enter, person, range } from '../support/people.js';
import { until } from '../support/until.js';

/** Short leases and waits, so that what production takes minutes for takes seconds. */
const QUICK = {
  ROLLCALL_CALL_TIMEOUT_MS: '1000',
  ROLLCALL_LEASE_MS: '6500',
  ROLLCALL_TICK_MS: '200',
  ROLLCALL_SHUTDOWN_MS: '8000',
};

let mirror: Mirror;
afterEach(() => mirror.close());

function startWorker(sweepCron: string): Promise<AppProcess> {
  return startApp('worker', {
    ...mirror.simulators.environment,
    ...QUICK,
    DATABASE_URL: mirror.databaseUrl,
    ROLLCALL_SWEEP_CRON: sweepCron,
  });
}

async function open(count: number): Promise<void> {
  mirror = await openMirror();
  await enter(
    mirror.roster,
    range(count).map((n) => person(n)),
  );
  await mirror.converge();
}

async function runs(): Promise<readonly Run[]> {
  return (await listRuns(mirror.database, { limit: 200 })).runs;
}

describe('sweeps in processes of their own', () => {
  it('three replicas on one schedule make one run a provider and slot', async () => {
    await open(3);
    const workers = await Promise.all([1, 2, 3].map(() => startWorker('*/4 * * * * *')));
    await until(async () => (await runs()).filter(({ state }) => state === 'complete').length >= 8, 25_000);
    await Promise.all(workers.map((worker) => worker.stop()));

    const slots = await mirror.database.sql<{ provider: string; n: number; slots: number }>(
      `SELECT provider, count(*)::int AS n, count(DISTINCT slot)::int AS slots FROM runs GROUP BY 1`,
    );
    expect(slots.map(({ provider }) => provider).toSorted()).toEqual([
      'passage',
      'sendauth',
      'sunshine',
      'vault',
    ]);
    for (const { n, slots: of } of slots) expect(n).toBe(of);
    expect((await runs()).every(({ trigger }) => trigger === 'schedule')).toBe(true);
  }, 60_000);

  it('one is killed in the middle of a listing: another takes the run over and ends it', async () => {
    await open(3);
    const [run] = await askForRuns(mirror.roster, {
      providers: ['vault'],
      mode: 'apply',
      trigger: 'request',
      requestedBy: 'test',
    });
    mirror.simulators.faults('vault', { match: { method: 'GET' }, latencyMs: 900, times: 'always' });
    const victim = await startWorker('never');
    await until(async () => (await runs())[0]?.state === 'running', 10_000);
    await victim.kill();
    mirror.simulators.running.vault.clearFaults();
    const heir = await startWorker('never');
    await delay(500);
    expect((await runs())[0]?.state).toBe('running');
    await until(async () => (await runs())[0]?.state === 'complete', 15_000);
    expect(await runs()).toMatchObject([{ id: run?.id, seen: 3, counts: { inStep: 3 } }]);
    await heir.stop();
  }, 60_000);
});
