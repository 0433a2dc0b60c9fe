import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WorkerEngine } from '../../apps/worker/src/engine.js';
import { createLogger, systemClock } from '#observability';
import { DoorbellQueue } from '#queue';
import { keep, ProviderPump } from '#reconciler';
import { changeStatus, comeBack, findDueWork, patchUser, type Database } from '#store';
import { linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { enter, person, range } from '../support/people.js';
import { until } from '../support/until.js';
import type { User } from '#domain';

describe('a leaver waits for nobody', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  it('work that was begun for somebody who leaves is let go of before its next call', async () => {
    mirror = await openMirror({ providers: ['passage'] });
    const [leaver] = await enterInSync(mirror, 60);
    await editAll(mirror);
    mirror.simulators.running.passage.latencyMs = 300;
    const working = mirror.worker.pass();
    await inFlight(mirror.database, 60);
    await changeStatus(mirror.roster, 'test', { id: leaver.id, verb: 'deactivate' });
    await keep(mirror.worker.rooms, new AbortController().signal);

    expect([...mirror.worker.room('passage').revoked]).toEqual([leaver.id]);
    mirror.simulators.running.passage.latencyMs = 0;
    await working;
    await keep(mirror.worker.rooms, new AbortController().signal);
    expect(mirror.worker.room('passage').revoked.size).toBe(0);
  });

  it('is claimed and shut out while a batch of slow calls fills the worker', async () => {
    mirror = await openMirror({
      providers: ['passage'],
      engine: { batchSize: 10, leaseMs: 20_000, callTimeoutMs: 5_000 },
      environment: { PASSAGE_CONCURRENCY: '8' },
    });
    const [leaver] = await enterInSync(mirror, 11);
    await editAll(mirror, leaver.id);
    const edits = { method: 'PATCH', path: '/users/[^/]+$' };
    mirror.simulators.faults('passage', { match: edits, times: 'always', latencyMs: 2_500 });
    const pump = new ProviderPump(mirror.worker.room('passage'));
    const run = { userIds: [], signal: new AbortController().signal };
    const slow = pump.run({ ...run, maxLane: 3, forMs: 1_000 });
    await inFlight(mirror.database, 10);
    await changeStatus(mirror.roster, 'test', { id: leaver.id, verb: 'deactivate' });
    await pump.run({ ...run, maxLane: 0, forMs: 1_500 });

    expect(await linkOf(mirror.database, leaver.id, 'passage')).toMatchObject({
      applied_status: 'deactivated',
      observed_state: 'suspended',
    });
    expect(await countInFlight(mirror.database)).toBeGreaterThan(0);
    await slow;
  });

  it('lets go of a call that waits for a slot, whoever noticed that they leave', async () => {
    mirror = await openMirror({
      providers: ['passage'],
      engine: { leaseMs: 20_000, callTimeoutMs: 5_000 },
      environment: { PASSAGE_CONCURRENCY: '1' },
    });
    const people = await enterInSync(mirror, 4);
    await editAll(mirror);
    mirror.simulators.running.passage.latencyMs = 1_500;
    const working = mirror.worker.pass(100);
    await inFlight(mirror.database, 4);
    for (const { id } of people) await changeStatus(mirror.roster, 'test', { id, verb: 'deactivate' });
    await keep(mirror.worker.rooms, new AbortController().signal);
    // Those that wait are free at once; only whoever has the one slot is still in hand.
    await until(async () => (await countInFlight(mirror.database)) <= 1, 1_000);
    await working;
  });

  it('holds nobody up where nothing can be done about them', async () => {
    mirror = await openMirror({ providers: ['vault'] });
    const [leaver] = await enterInSync(mirror, 2);
    await changeStatus(mirror.roster, 'test', { id: leaver.id, verb: 'deactivate' });
    const room = mirror.worker.room('vault');
    const { signal } = new AbortController();
    await new ProviderPump(room).run({ userIds: [leaver.id], signal, maxLane: 0, forMs: 1_000 });
    expect(await linkOf(mirror.database, leaver.id, 'vault')).toMatchObject({
      applied_status: 'deactivated',
    });

    const admitted = room.slots.acquire(false).then((release) => {
      release();
      return 'at once';
    });
    const later = new Promise((resolve) => setTimeout(resolve, 20, 'held up'));
    expect(await Promise.race([admitted, later])).toBe('at once');
  });

  it('who comes back at once is let in without waiting for the next tick', async () => {
    mirror = await openMirror({ providers: ['passage'] });
    const [returner] = await enterInSync(mirror, 2);
    const pump = new ProviderPump(mirror.worker.room('passage'));
    const { signal } = new AbortController();
    await changeStatus(mirror.roster, 'test', { id: returner.id, verb: 'deactivate' });
    await pump.run({ userIds: [returner.id], signal, maxLane: 0, forMs: 1_000 });
    await comeBack(mirror.roster, 'test', { id: returner.id, verb: 'reactivate' });
    await delay(mirror.worker.room('passage').engine.settings.coalesceMs);
    await pump.run({ userIds: [returner.id], signal, maxLane: 3, forMs: 500 });

    expect(await linkOf(mirror.database, returner.id, 'passage')).toMatchObject({
      applied_status: 'active',
      observed_state: 'live',
    });
  });

  it('whose claim was lost in a crash is not hidden by others that were lost with it', async () => {
    mirror = await openMirror({ providers: ['vault'] });
    const [leaver] = await enterInSync(mirror, 30);
    await mirror.database.sql(
      `UPDATE links SET in_flight = true, wanted = wanted + 1, lease_until = now() - interval '1 second',
         lane = CASE WHEN user_id = $1 THEN 0 ELSE 3 END`,
      [leaver.id],
    );

    expect(await findDueWork(mirror.database.sql, ['vault'])).toEqual([
      { provider: 'vault', lane: 'revocation' },
    ]);
  });
});

describe('a leaver among fifty thousand', () => {
  const BACKLOG = 50_000;
  let mirror: Mirror;
  let queue: DoorbellQueue;
  let engine: WorkerEngine;
  let ticking: NodeJS.Timeout;
  afterEach(async () => {
    clearInterval(ticking);
    await engine.stop(1_000);
    await queue.close(1_000);
    await mirror.close();
  });

  /** People who are all mirrored, and whose every account is due for an update, as after a change of the mapping. */
  async function enterBacklog(): Promise<void> {
    mirror = await openMirror({ providers: ['passage'], engine: { leaseMs: 60_000, callTimeoutMs: 10_000 } });
    const { passage } = mirror.simulators.providers;
    for (const n of range(BACKLOG)) {
      passage.plant({ op: 'put', account: { id: `account-${n}`, email: `old.${n}@example.com` } });
    }
    await mirror.database.sql(
      `INSERT INTO users (id, external_key, email, email_key)
       SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'hr-' || n,
              'new.' || n || '@example.com', 'new.' || n || '@example.com'
       FROM generate_series(1, ${BACKLOG}) AS n`,
    );
    await mirror.database.sql(
      `INSERT INTO links (user_id, provider, remote_key, account_id, wanted, handled, lane, certainty, observed_state,
                          asserted, applied_status, settled_at)
       SELECT u.id, 'passage', u.external_key, 'account-' || substr(u.external_key, 4), 2, 1, 3, 'certain', 'live',
              jsonb_build_object('attributes', jsonb_build_object('phone', NULL,
                'email', replace(u.email, 'new', 'old')), 'tags', NULL), 'active', now()
       FROM users u`,
    );
    await mirror.database.sql('ANALYZE users, links');
  }

  /** A whole worker beside the API's doorbell, as in production. */
  async function startWorker(): Promise<void> {
    const quiet = createLogger({ level: 'silent', name: 'test' });
    const settings = {
      redisUrl: null,
      databaseUrl: mirror.databaseUrl,
      prefix: 'leavers',
      onError: () => undefined,
    };
    queue = await DoorbellQueue.open(settings, ['passage']);
    const { engine: parts } = mirror.worker.room('passage');
    engine = new WorkerEngine({
      retentionDays: null,
      ...parts,
      roster: mirror.roster,
      registry: mirror.registry,
      queue,
      clock: systemClock,
      log: quiet,
    });
    engine.start();
    ticking = setInterval(() => void engine.tick(), 1_000);
    await engine.tick();
  }

  it.each([
    ['whose own update is far behind', `NOT in_flight`],
    ['whose own update is in hand', `in_flight`],
  ])(
    '%s is shut out before more backfill starts than there were call slots',
    async (_, standing) => {
      await enterBacklog();
      const { log } = mirror.simulators.running.passage;
      mirror.simulators.running.passage.latencyMs = 300;
      await startWorker();
      await until(() => log.counts.total > 200, 15_000);
      const [leaver] = await mirror.database.sql<{ user_id: string; account_id: string }>(
        `SELECT user_id, account_id FROM links WHERE wanted > handled AND ${standing}
       ORDER BY user_id DESC LIMIT 1`,
      );
      if (leaver === undefined) throw new Error('somebody is left');
      await changeStatus(mirror.roster, 'test', { id: leaver.user_id, verb: 'deactivate' });
      const committedAt = log.lastSeq;
      queue.ring('all', 'revocation', [leaver.user_id]);
      const shutOut = `/users/${leaver.account_id}/deactivate`;
      await until(() => [...log.since(committedAt)].some(({ path }) => path.endsWith(shutOut)));

      const calls = [...log.since(committedAt)];
      const before = calls.slice(
        0,
        calls.findIndex(({ path }) => path.endsWith(shutOut)),
      );
      const { concurrency } = mirror.worker.room('passage').instance;
      expect(before.length).toBeLessThanOrEqual(concurrency);
      // The backlog goes on behind the leaver.
      await until(() => log.counts.total > committedAt + 200, 15_000);
    },
    60_000,
  );
});

describe('links that were lost in a crash', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  it('are taken up beside a backlog, not behind it', async () => {
    mirror = await openMirror({ providers: ['vault'], engine: { batchSize: 4 } });
    const [lost] = await enterInSync(mirror, 200);
    await editAll(mirror, lost.id);
    await mirror.database.sql(
      `UPDATE links SET in_flight = true, lease_until = now() - interval '1 second' WHERE user_id = $1`,
      [lost.id],
    );
    mirror.simulators.running.vault.latencyMs = 50;
    await mirror.worker.pass(200);

    expect(await linkOf(mirror.database, lost.id, 'vault')).toMatchObject({ solo_crashes: 0 });
    const due = await mirror.database.sql('SELECT FROM links WHERE wanted > handled AND user_id <> $1', [
      lost.id,
    ]);
    expect(due.length).toBeGreaterThan(0);
  });

  it('are claimed one at a time once they were lost twice, so that no neighbour is taken for the culprit', async () => {
    mirror = await openMirror({ providers: ['vault'] });
    await enterInSync(mirror, 20);
    await mirror.database.sql(
      `UPDATE links SET in_flight = true, solo_crashes = 1, lease_until = now() - interval '1 second'`,
    );
    mirror.simulators.running.vault.latencyMs = 100;
    const working = mirror.worker.pass(400);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const [row] = await mirror.database.sql<{ suspects: string }>(
      'SELECT count(*) AS suspects FROM links WHERE solo_crashes = 2',
    );
    await working;

    expect(row?.suspects).toBe('1');
  });
});

/** Enters people who are all mirrored; the first of them is told apart. */
async function enterInSync(mirror: Mirror, count: number): Promise<readonly [User, ...User[]]> {
  const [first, ...others] = await enter(
    mirror.roster,
    range(count).map((n) => person(n)),
  );
  if (first === undefined) throw new Error('nobody was entered');
  await mirror.converge();
  return [first, ...others];
}

async function editAll(mirror: Mirror, except?: string): Promise<void> {
  const users = await mirror.database.sql<{ id: string }>('SELECT id FROM users');
  for (const { id } of users.filter((user) => user.id !== except)) {
    await patchUser(mirror.roster, 'test', { id, patch: { email: `edited.${id}@example.com` } });
  }
}

async function countInFlight(database: Database): Promise<number> {
  return (await database.sql('SELECT FROM links WHERE in_flight')).length;
}

async function inFlight(database: Database, count: number): Promise<void> {
  const endMs = Date.now() + 3_000;
  while ((await countInFlight(database)) < count) {
    if (Date.now() > endMs) throw new Error('the batch was not claimed');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
