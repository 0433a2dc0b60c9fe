import { afterEach, describe, expect, it } from '@jest/globals';
import { contextOf } from '#http';
import { SINKS } from '#reconciler';
import { askForRuns, cancelRun, findRun, listFindings, listRuns, takeRun, type Run } from '#store';
import { accountOf, editThere, plantStranger } from '../support/damage.js';
import { interposed, openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person, range } from '../support/people.js';
import { until } from '../support/until.js';

let mirror: Mirror;
afterEach(() => mirror.close());

const APPLY = { mode: 'apply', trigger: 'request', requestedBy: 'test' } as const;

async function openWith(count: number, name: 'vault' | 'sunshine' | 'sendauth'): Promise<string[]> {
  mirror = await openMirror({ providers: [name] });
  const users = await enter(
    mirror.roster,
    range(count).map((n) => person(n)),
  );
  await mirror.converge();
  return users.map(({ id }) => id);
}

async function runOf(id: string): Promise<Run> {
  return only([await findRun(mirror.roster, id)].filter((run) => run !== null));
}

/** Takes the run as a worker would that is then killed: its lease is all that is left of it. */
async function takeAndDie(slug: string): Promise<void> {
  await takeRun(mirror.database.sql, { providers: [slug], leaseToken: mirror.roster.newId(), leaseMs: 150 });
}

describe('runs', () => {
  it('three replicas that fire one slot of the schedule make one run, also when it is over already', async () => {
    await openWith(2, 'vault');
    const slot = new Date('2026-11-26T02:00:00Z');
    const ask = (): Promise<Run[]> =>
      askForRuns(mirror.roster, { providers: ['vault'], ...APPLY, trigger: 'schedule', slot });
    await Promise.all([ask(), ask(), ask()]);
    await mirror.worker.pass();
    await mirror.worker.takeRuns();
    expect(await ask()).toEqual([]);
    const { runs } = await listRuns(mirror.database, { limit: 10 });
    expect(runs.map(({ state, trigger }) => [state, trigger])).toEqual([['complete', 'schedule']]);
  });

  it('three workers that tick at once take a run once', async () => {
    await openWith(3, 'vault');
    await askForRuns(mirror.roster, { providers: ['vault'], ...APPLY });
    const calls = mirror.simulators.running.vault.log.counts.total;
    const workers = [mirror.worker, mirror.hire(), mirror.hire()];
    await Promise.all(workers.map((worker) => worker.pass()));
    await Promise.all(workers.map((worker) => worker.takeRuns()));
    expect(mirror.simulators.running.vault.log.counts.total - calls).toBe(1);
  });

  it('one whose worker was killed is taken over when its lease is out; a listing begins anew', async () => {
    await openWith(3, 'vault');
    const run = only(await askForRuns(mirror.roster, { providers: ['vault'], ...APPLY }));
    await takeAndDie('vault');
    await mirror.database.sql(`UPDATE runs SET pages = 7, seen = 700, counts = '{"inStep": 700}'`);
    await mirror.worker.pass();
    await mirror.worker.takeRuns();
    expect((await runOf(run.id)).state).toBe('running');
    await until(async () => {
      await mirror.worker.takeRuns();
      return (await runOf(run.id)).state === 'complete';
    });
    expect(await runOf(run.id)).toMatchObject({ pages: 1, seen: 3, counts: { inStep: 3 } });
  });

  it('a walk by our links goes on where the killed worker was, with whom it had not found', async () => {
    const ids = await openWith(12, 'sunshine');
    const [first = '', second = ''] = ids;
    mirror.simulators.running.sunshine.plant({
      op: 'remove',
      id: await accountOf(mirror.database, first, 'sunshine'),
    });
    const run = only(await askForRuns(mirror.roster, { providers: ['sunshine'], ...APPLY }));
    await takeAndDie('sunshine');
    await mirror.database.sql(
      `UPDATE runs SET position = $1, absent = ARRAY[$2]::uuid[], pages = 1, seen = 2,
         counts = '{"inStep": 1, "absent": 1, "lookedFor": 2}', lease_until = now()`,
      [second, first],
    );
    await mirror.worker.pass();
    await mirror.worker.takeRuns();
    expect(await runOf(run.id)).toMatchObject({
      state: 'complete',
      seen: 12,
      counts: { inStep: 11, absent: 1, marked: 1 },
    });
    await mirror.converge();
    expect(mirror.accounts('sunshine')).toHaveLength(12);
  });

  it('a frozen worker that wakes up after its lease hands nothing on, and ends nothing', async () => {
    const [first = ''] = await openWith(3, 'vault');
    editThere(mirror, 'vault', await accountOf(mirror.database, first, 'vault'));
    const run = only(await askForRuns(mirror.roster, { providers: ['vault'], ...APPLY }));
    await mirror.worker.pass();
    mirror.simulators.running.vault.latencyMs = 300;
    const sweeping = mirror.worker.takeRuns();
    await until(async () => (await runOf(run.id)).state === 'running');
    await mirror.database.sql(
      `UPDATE runs SET lease_token = gen_random_uuid(), lease_until = now() + interval '1 h'`,
    );
    await sweeping;
    expect((await runOf(run.id)).state).toBe('running');
  });

  it('a worker that loses its lease after the last page says of nothing that it is over', async () => {
    await openWith(3, 'vault');
    plantStranger(mirror, 'vault', 1);
    await mirror.worker.sweep('apply', ['vault']);
    mirror.simulators.running.vault.plant({ op: 'remove', id: 'stranger-1' });
    const run = only(await askForRuns(mirror.roster, { providers: ['vault'], ...APPLY }));
    const frozen = interposed(mirror.database, async (text) => {
      // The walk over the accounts that we hold, after which a run asks for nothing more.
      if (!text.includes('ORDER BY account_id LIMIT')) return;
      await mirror.database.sql(
        `UPDATE runs SET lease_token = gen_random_uuid(), lease_until = now() + interval '1 h' WHERE id = $1`,
        [run.id],
      );
    });
    const worker = mirror.hire({}, frozen);
    await worker.pass();
    await worker.takeRuns();
    expect((await runOf(run.id)).state).toBe('running');
    const { findings } = await listFindings(mirror.database, { limit: 10 });
    expect(findings).toMatchObject([{ kind: 'orphan', state: 'open' }]);
  });

  it('is cancelled at once, also while a call hangs, and before anybody has taken it', async () => {
    await openWith(3, 'vault');
    const run = only(await askForRuns(mirror.roster, { providers: ['vault'], ...APPLY }));
    expect(await cancelRun(mirror.roster, run.id)).toMatchObject({ state: 'cancelled' });
    await mirror.worker.pass();
    mirror.simulators.faults('vault', { match: {}, hang: true, times: 'always' });
    const next = only(await askForRuns(mirror.roster, { providers: ['vault'], ...APPLY }));
    const sweeping = mirror.worker.takeRuns();
    await until(async () => (await runOf(next.id)).state === 'running');
    await cancelRun(mirror.roster, next.id);
    const askedAt = Date.now();
    await sweeping;
    expect(Date.now() - askedAt).toBeLessThan(1_900);
    expect(await runOf(next.id)).toMatchObject({ state: 'cancelled', reason: null });
    mirror.simulators.running.vault.clearFaults();
  });

  it('is given back when its worker has to end', async () => {
    await openWith(3, 'vault');
    const run = only(await askForRuns(mirror.roster, { providers: ['vault'], ...APPLY }));
    const other = mirror.hire();
    await other.pass();
    mirror.simulators.running.vault.latencyMs = 500;
    const sweeping = other.takeRuns();
    await until(async () => (await runOf(run.id)).state === 'running');
    other.stop();
    await sweeping;
    expect((await runOf(run.id)).state).toBe('waiting');
    mirror.simulators.running.vault.latencyMs = 0;
    await mirror.worker.pass();
    await mirror.worker.takeRuns();
    expect((await runOf(run.id)).state).toBe('complete');
  });

  it('H01: asked to wait, it waits, and then begins anew', async () => {
    await openWith(3, 'vault');
    mirror.simulators.faults('vault', { match: {}, status: 429, headers: { 'retry-after': '1' } });
    const startedAt = Date.now();
    const run = only(await mirror.worker.sweep('apply', ['vault']));
    expect(run).toMatchObject({ state: 'complete', seen: 3 });
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(950);
  });

  it('about some people reads their accounts alone, wherever they are', async () => {
    const [first = '', second = ''] = await openWith(8, 'sendauth');
    for (const id of [first, second])
      editThere(mirror, 'sendauth', await accountOf(mirror.database, id, 'sendauth'));
    const run = only(await mirror.worker.sweep('apply', ['sendauth'], { userIds: [first] }));
    expect(run).toMatchObject({ state: 'complete', seen: 1, expected: 1, counts: { drifted: 1, marked: 1 } });
  });

  it('a preview sends no call that could change anything: the client refuses it', async () => {
    await openWith(3, 'vault');
    const refused: unknown[] = [];
    const writer: (typeof SINKS)['preview'][number] = ({ room }) => ({
      async take(page) {
        const context = contextOf({ readOnly: true });
        for (const each of page) {
          if (each.situation !== 'inStep') continue;
          const target = { accountId: each.link.accountId, remoteKey: each.link.remoteKey };
          await room.instance.provider
            .apply({ kind: 'purge' }, target, context)
            .catch((error: unknown) => refused.push(error));
        }
      },
      end: () => Promise.resolve(),
    });
    const before = mirror.simulators.running.vault.log.counts.writes;
    await mirror.worker.sweep('preview', ['vault'], {
      sinks: { ...SINKS, preview: [...SINKS.preview, writer] },
    });
    expect(refused).toHaveLength(3);
    expect(String(refused[0])).toContain('read_only_context');
    expect(mirror.simulators.running.vault.log.counts.writes).toBe(before);
  });
});
