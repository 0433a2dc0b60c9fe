import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Allowance } from '#domain';
import { changeStatus } from './change-status.js';
import { comeBack } from './come-back.js';
import { createUser } from './edit-user.js';
import { placeLegalHold } from './legal-hold.js';
import { purgeUser } from './purge-user.js';
import { startRetentionPurges, type Retention } from './retention.js';
import { openTestRoster, settleAll, type TestRoster } from './roster.harness.js';

const DAY_MS = 86_400_000;
const NO_LIMIT: Allowance = { atLeast: 0, percent: 100 };
const exactly = (atLeast: number): Allowance => ({ atLeast, percent: 0 });

describe('the retention of deleted users', () => {
  let roster: TestRoster;
  beforeEach(async () => {
    roster = await openTestRoster();
  });
  afterEach(() => roster.close());

  /** People who were deleted so many days ago, the first the longest, all of them linked. */
  async function deletedFor(days: number, count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const { id } = await createUser(roster, 'key:a', { externalKey: `kept-${days}-${n}` });
      await changeStatus(roster, 'key:a', { id, verb: 'delete' });
      await roster.sql(
        `UPDATE users SET status_changed_at = now() - $2 * interval '1 day' - $3 * interval '1 minute' WHERE id = $1`,
        [id, days, count - n],
      );
      ids.push(id);
    }
    await roster.sql(`UPDATE links SET account_id = user_id::text WHERE account_id IS NULL`);
    await settleAll(roster, 'deleted');
    return ids;
  }
  const start = (more: Partial<Retention> = {}) =>
    startRetentionPurges(roster, { days: 30, remove: NO_LIMIT, ...more });
  const purging = async () => (await roster.sql(`SELECT FROM users WHERE status = 'purging'`)).length;

  it('ends with the purge of whoever was deleted for longer than the period, the longest first', async () => {
    const [young] = await deletedFor(29, 1);
    const due = await deletedFor(31, 3);
    expect(await start()).toEqual(due);
    expect(await start()).toEqual([]);
    expect(await start({ days: 28 })).toEqual([young]);
    const [link] = await roster.sql(`SELECT wanted > handled AS due, lane FROM links WHERE user_id = $1`, [
      due[0],
    ]);
    expect(link).toEqual({ due: true, lane: 0 });
    const [entry] = await roster.sql(
      `SELECT actor, detail FROM audit WHERE action = 'user.purge' AND user_id = $1`,
      [due[0]],
    );
    const detail = { from: 'deleted', to: 'purging', reason: 'retention', days: 30 };
    expect(entry).toEqual({ actor: 'system', detail });
  });

  it('can be switched off', async () => {
    await deletedFor(31, 2);
    expect(await start({ days: null })).toEqual([]);
  });

  it('passes over whoever has a purge of their own to come, a legal hold, or a suspension that nobody approved', async () => {
    const [planned = '', held = '', refused = '', due = ''] = await deletedFor(40, 4);
    const notBefore = new Date(Date.now() + 365 * DAY_MS);
    await purgeUser(roster, 'key:a', { id: planned, now: new Date(), notBefore });
    await placeLegalHold(roster, 'key:a', { id: held, reason: 'a lawsuit' });
    await roster.sql(
      `UPDATE links SET held_step = 'suspend', held_class = 'suspend', held_decision = 'rejected'
       WHERE user_id = $1 AND provider = 'south'`,
      [refused],
    );
    expect(await start()).toEqual([due]);
  });

  it('P9: starts nobody without room, and everybody without a limit', async () => {
    await deletedFor(31, 6);
    expect(await start({ remove: exactly(0) })).toEqual([]);
    expect(await start()).toHaveLength(6);
  });

  it('P9: starts no more than the provider with the least room has left, however often it is asked', async () => {
    await deletedFor(31, 10);
    await roster.sql(
      `UPDATE budgets SET spent = jsonb_build_object(floor(extract(epoch FROM now()) / 60)::bigint::text, 2)
       WHERE provider = 'south' AND class = 'remove'`,
    );
    expect(await start({ remove: exactly(5) })).toHaveLength(3);
    // They have not taken their room yet.
    expect(await start({ remove: exactly(5) })).toEqual([]);
    expect(await purging()).toBe(3);
  });

  it.each([
    ['the mirror', NO_LIMIT],
    ['nobody', exactly(0)],
  ])('starts nobody while no provider is enabled, although there is room for %s', async (_, remove) => {
    await deletedFor(31, 3);
    await roster.sql('UPDATE providers SET enabled = false');
    expect(await start({ remove })).toEqual([]);
    const { id } = await createUser(roster, 'key:a', { externalKey: 'linked-nowhere' });
    await changeStatus(roster, 'key:a', { id, verb: 'delete' });
    await roster.sql(`UPDATE users SET status_changed_at = now() - interval '90 days' WHERE id = $1`, [id]);
    expect(await start({ remove })).toEqual([]);
  });

  it('passes over whoever has a link at a provider that is switched off, and takes them when it is back', async () => {
    const stranded = await deletedFor(40, 3);
    await roster.sql(`UPDATE providers SET enabled = false WHERE slug = 'south'`);
    const { id } = await createUser(roster, 'key:a', { externalKey: 'linked-north' });
    await changeStatus(roster, 'key:a', { id, verb: 'delete' });
    await roster.sql(`UPDATE users SET status_changed_at = now() - interval '35 days' WHERE id = $1`, [id]);
    expect(await start()).toEqual([id]);
    await roster.sql('UPDATE providers SET enabled = true');
    expect(await start()).toEqual(stranded);
  });

  it('P9: counts room that was taken within the hour once, and room of who waits for approval not at all', async () => {
    await deletedFor(31, 10);
    const [granted = '', held = '', overridden = ''] = await start({ remove: exactly(3) });
    const minute = `floor(extract(epoch FROM now()) / 60)::bigint`;
    await roster.sql(
      `UPDATE links SET granted_class = 'remove', granted_minute = ${minute} WHERE user_id = $1`,
      [granted],
    );
    await roster.sql(
      `UPDATE budgets SET spent = jsonb_build_object(${minute}::text, 1) WHERE class = 'remove'`,
    );
    await roster.sql(`UPDATE links SET held_step = 'purge', held_class = 'remove' WHERE user_id = $1`, [
      held,
    ]);
    await roster.sql('UPDATE users SET budget_override_revision = status_revision WHERE id = $1', [
      overridden,
    ]);
    expect(await start({ remove: exactly(3) })).toHaveLength(2);
    // What was taken longer ago has come back, and who took it then needs it again to go on.
    await roster.sql(`UPDATE budgets SET spent = '{}'`);
    await roster.sql(`UPDATE links SET granted_minute = ${minute} - 61 WHERE user_id = $1`, [granted]);
    expect(await start({ remove: exactly(5) })).toHaveLength(2);
    expect(await purging()).toBe(7);
  });

  it('P9: of a small roster starts no more than half, as the engine would let them go', async () => {
    await deletedFor(31, 7);
    expect(await start({ remove: exactly(25) })).toHaveLength(3);
  });

  it('two workers at once start no more than one', async () => {
    await deletedFor(31, 20);
    const rounds = await Promise.all(Array.from({ length: 8 }, () => start({ remove: exactly(4) })));
    expect(rounds.flat()).toHaveLength(4);
    expect(await purging()).toBe(4);
  });

  it('takes one query when nobody is due', async () => {
    await deletedFor(5, 2);
    let queries = 0;
    const counting = {
      ...roster.database,
      sql: ((text, values) => {
        queries += 1;
        return roster.database.sql(text, values);
      }) as typeof roster.database.sql,
    };
    const database = { ...counting, transaction: () => Promise.reject(new Error('a transaction')) };
    await startRetentionPurges({ ...roster, database }, { days: 30, remove: NO_LIMIT });
    expect(queries).toBe(1);
  });

  it('leaves alone whoever is just being restored, and ends in one of the two', async () => {
    for (let round = 0; round < 8; round += 1) {
      const [id = ''] = await deletedFor(40 + round, 1);
      const [restored, started] = await Promise.allSettled([
        comeBack(roster, 'key:a', { id, verb: 'restore' }),
        start(),
      ]);
      expect(started.status).toBe('fulfilled');
      const [row] = await roster.sql<{ status: string }>('SELECT status FROM users WHERE id = $1', [id]);
      expect(row?.status).toBe(restored.status === 'fulfilled' ? 'active' : 'purging');
    }
  });
});
