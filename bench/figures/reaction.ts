import { measured, type Figure, type Scale } from '../figure.js';
import type { Measurement } from '../measurement.js';
import { percentileOf } from '../spread.js';
import { AdminApi } from '../stage/admin-api.js';
import { startApp } from '../stage/apps.js';
import { someUserIds, standMirrored } from '../stage/mirrored.js';
import { enterPeople } from '../stage/people.js';
import { PROVIDERS, type Call, type Provider } from '../stage/simulators.js';
import type { Stage } from '../stage/stage.js';
import { clear } from '../stage/state.js';

const EDITS = 200;
const DEACTIVATIONS = 100;
const FEWEST_DEACTIVATIONS = 30;
/** Fewer would be mirrored before everybody has left. */
const LEAST_BACKLOG = 20_000;
const BACKLOG_LATENCY_MS = 20;
/** Vault can shut nobody out. */
const SHUTTING: readonly Provider[] = ['sunshine', 'passage', 'sendauth'];

const LOOK_EVERY_MS = 10;
const WITHIN_MS = 60_000;

/** B8: how long somebody's edit takes to all four while nothing else is due, and a deactivation while everything is. */
export const reaction: Measurement = { ids: ['B8'], measure: measureReaction };

async function measureReaction(stage: Stage, { people }: Scale): Promise<Figure[]> {
  await standMirrored(stage, people);
  await startApp(stage, 'worker');
  const admin = await AdminApi.start(stage, 1);
  const edits = await timeEdits(stage, admin, await someUserIds(stage, EDITS));
  stage.say(`  an edit took ${percentileOf(edits, 0.5)} ms`);
  const leavers = await someUserIds(stage, DEACTIVATIONS, EDITS);
  for (const provider of PROVIDERS) await stage.simulators.setLatency(provider, BACKLOG_LATENCY_MS);
  await enterPeople(stage.roster, Math.max(LEAST_BACKLOG, Math.ceil(people * 2.5)), people + 1);
  const deactivations = await timeDeactivations(stage, admin, leavers);
  await admin.stop();
  await clear(stage);
  return [{ id: 'B8', values: [...valuesOf('edit', edits), ...valuesOf('deactivation', deactivations)] }];
}

/** From the request of each to the last of its calls at all four, in milliseconds. */
async function timeEdits(stage: Stage, admin: AdminApi, userIds: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  const marks = new Map<Provider, number>();
  for (const provider of PROVIDERS) marks.set(provider, await stage.simulators.mark(provider));
  for (const userId of userIds) {
    const askedAt = Date.now();
    await admin.patch(userId, { email: `${userId}.${askedAt}@example.com` });
    await untilHandled(stage, userId, PROVIDERS);
    let last = 0;
    for (const provider of PROVIDERS) {
      const calls = await stage.simulators.calls(provider, marks.get(provider));
      marks.set(provider, calls.at(-1)?.seq ?? 0);
      last = Math.max(last, timeOf(calls, provider));
    }
    times.push(last - askedAt);
  }
  return times;
}

/** From the request of each to the last of the calls that shut the accounts, in milliseconds. */
async function timeDeactivations(
  stage: Stage,
  admin: AdminApi,
  userIds: readonly string[],
): Promise<number[]> {
  const asked = new Map<string, number>();
  const marks = new Map<Provider, number>();
  for (const provider of SHUTTING) marks.set(provider, await stage.simulators.mark(provider));
  for (const userId of userIds) {
    if (!(await isBacklogged(stage))) break;
    asked.set(userId, Date.now());
    await admin.deactivate(userId);
    await untilHandled(stage, userId, SHUTTING);
  }
  stage.say(`  ${asked.size} people left before the backlog was gone`);
  if (asked.size < FEWEST_DEACTIVATIONS)
    throw new Error('the backlog was gone before enough people had left');
  const leavers = [...asked.keys()];
  const shutAt = new Map(leavers.map((userId) => [userId, 0]));
  for (const provider of SHUTTING) {
    const calls = firstWrites(await stage.simulators.calls(provider, marks.get(provider)));
    for (const [userId, accountId] of await accountsOf(stage, provider, leavers)) {
      const call = calls.get(accountId);
      if (call === undefined) throw new Error(`${provider} was never told of a deactivation`);
      shutAt.set(userId, Math.max(shutAt.get(userId) ?? 0, call.time));
    }
  }
  return leavers.map((userId) => (shutAt.get(userId) ?? 0) - (asked.get(userId) ?? 0));
}

/** The accounts of the leavers were written the last time before any of them left. */
function firstWrites(calls: readonly Call[]): ReadonlyMap<string, Call> {
  const first = new Map<string, Call>();
  for (const call of calls) {
    if (call.mutated && call.accountId !== undefined && !first.has(call.accountId))
      first.set(call.accountId, call);
  }
  return first;
}

function timeOf(calls: readonly Call[], provider: Provider): number {
  const write = calls.findLast(({ mutated }) => mutated);
  if (write === undefined) throw new Error(`${provider} was never told of an edit`);
  return write.time;
}

async function accountsOf(
  { database }: Stage,
  provider: Provider,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await database.sql<{ user_id: string; account_id: string }>(
    'SELECT user_id, account_id FROM links WHERE provider = $1 AND user_id = ANY($2::uuid[])',
    [provider, userIds],
  );
  return new Map(rows.map((row) => [row.user_id, row.account_id]));
}

/** Looks often, but only to go on: what is reported are times of the log. */
async function untilHandled(
  { database }: Stage,
  userId: string,
  providers: readonly Provider[],
): Promise<void> {
  const endMs = Date.now() + WITHIN_MS;
  for (;;) {
    const due = await database.sql(
      'SELECT 1 FROM links WHERE user_id = $1 AND provider = ANY($2::text[]) AND wanted > handled',
      [userId, providers],
    );
    if (due.length === 0) return;
    if (Date.now() > endMs) throw new Error(`one person was not handled within ${WITHIN_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Whether everybody who shuts accounts has ordinary work. */
async function isBacklogged({ database }: Stage): Promise<boolean> {
  const rows = await database.sql(
    `SELECT 1 FROM unnest($1::text[]) AS p (slug)
     WHERE EXISTS (SELECT FROM links WHERE provider = p.slug AND wanted > handled AND lane > 0 AND NOT in_flight)`,
    [SHUTTING],
  );
  return rows.length === SHUTTING.length;
}

function valuesOf(what: string, times: readonly number[]) {
  const target = { atMost: 2_000 };
  return [
    measured(`${what}, p50`, [percentileOf(times, 0.5)], { unit: 'ms' }),
    measured(`${what}, p99`, [percentileOf(times, 0.99)], {
      unit: 'ms',
      ...(what === 'deactivation' ? { target } : {}),
    }),
  ];
}
