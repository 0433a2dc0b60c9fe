import type { Allowance } from '#domain';
import type { Database, Sql } from '../database.js';
import { COUNT_AGAIN, LINKED, ROOM_LEFT, WINDOW_MINUTES } from '../engine/intend-sql.js';
import { beginPurges } from './purges.js';
import type { Roster } from './roster.js';
import { transact } from './transact.js';

/** How long deleted users are kept, and what may be destroyed within an hour. */
export interface Retention {
  /** Whole days since the deletion, by the clock of the database; `null` keeps them for good. */
  readonly days: number | null;
  /** The budget for accounts that are destroyed, as the engine goes by it. */
  readonly remove: Allowance;
}

const USERS_A_CALL = 200;
/** Of no other lock in this database. Two workers that looked at the same room would both fill it. */
const RETENTION_LOCK = 7_265_746_101;

/**
 * Starts the purges of users whose retention period is over: who is deleted, has no purge of their own to come and no
 * legal hold goes from deleted to purging, the longest deleted first. A purge cannot be taken back, so no more are
 * started than every enabled provider has room to destroy now: whoever is purging and has not taken that room yet
 * counts as if they had, and none of them ends up held. Whose suspension waits for approval, or was rejected, is passed
 * over, and so is whoever has a link at a disabled provider: it would hold the purge open. Where none is enabled nobody goes.
 * Safe to call from every worker at once; at most 200 users a call, and one query when nobody is due.
 * @returns the users whose purge began
 */
export async function startRetentionPurges(roster: Roster, retention: Retention): Promise<string[]> {
  const { days, remove } = retention;
  if (days === null) return [];
  if ((await dueUsers(roster.database.sql, { days, most: 1 })).length === 0) return [];
  await countLinked(roster.database);
  return transact(roster.database, async (sql) => {
    const [lock] = await sql<{ ours: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS ours', [
      RETENTION_LOCK,
    ]);
    if (lock?.ours !== true) return [];
    const most = await roomFor(sql, remove);
    if (most === 0) return [];
    const ids = await dueUsers(sql, { days, most, locks: true });
    await beginPurges({ sql, roster }, ids, { reason: 'retention', days });
    return ids;
  });
}

async function dueUsers(
  sql: Sql,
  { days, most, locks = false }: { readonly days: number; readonly most: number; readonly locks?: boolean },
): Promise<string[]> {
  const rows = await sql<{ id: string }>(
    `SELECT u.id FROM users u
     WHERE u.status = 'deleted' AND u.purge_not_before IS NULL AND u.legal_hold_at IS NULL 
       AND u.status_changed_at <= now() - make_interval(days => $1)
       AND NOT EXISTS (SELECT FROM links l JOIN providers p ON p.slug = l.provider
                       WHERE l.user_id = u.id AND (l.held_class = 'suspend' OR NOT p.enabled))
     ORDER BY u.status_changed_at LIMIT $2 ${locks ? 'FOR UPDATE OF u SKIP LOCKED' : ''}`,
    [days, most],
  );
  return rows.map(({ id }) => id);
}

/**
 * Kept as fresh as the engine keeps it, outside of any transaction, which would hold the rows of the budgets. Counted
 * first and written then, one row at a time: there may be many links, and whoever intends waits for the row.
 */
async function countLinked({ sql }: Database): Promise<void> {
  const counts = await sql<{ provider: string; linked: number }>(
    `SELECT k.provider, ${LINKED} AS linked FROM budgets k
     WHERE k.class = 'remove' AND (k.counted_at IS NULL OR k.counted_at <= now() - ${COUNT_AGAIN})`,
  );
  for (const { provider, linked } of counts) {
    await sql(
      `UPDATE budgets SET linked = $2, counted_at = now()
       WHERE provider = $1 AND class = 'remove' AND (counted_at IS NULL OR counted_at <= now() - ${COUNT_AGAIN})`,
      [provider, linked],
    );
  }
}

/** The least that any enabled provider has left, less what those take who are on their way. */
async function roomFor(sql: Sql, { atLeast, percent }: Allowance): Promise<number> {
  const [row] = await sql<{ most: number }>(ROOM_FOR_PURGES, [atLeast, percent, USERS_A_CALL]);
  return row?.most ?? 0;
}

// What was granted within the hour is in `spent` already; what is held, approved or parked takes no room as it stands.
const ROOM_FOR_PURGES = `
  WITH clock AS (SELECT floor(extract(epoch FROM now()) / 60)::bigint AS minute),
  pending AS (
    SELECT l.provider, count(*) AS people
    FROM clock, users u JOIN links l ON l.user_id = u.id
    WHERE u.status = 'purging' AND u.budget_override_revision IS DISTINCT FROM u.status_revision
      AND l.wanted > l.handled AND l.held_step IS NULL
      AND NOT COALESCE(l.granted_class = 'remove' AND l.granted_minute >= clock.minute - ${WINDOW_MINUTES}, false)
    GROUP BY l.provider),
  counted AS MATERIALIZED (
    SELECT k.provider, k.class, k.spent, $1::int AS at_least, $2::float8 AS percent, ${LINKED} AS linked
    FROM budgets k JOIN providers p ON p.slug = k.provider AND p.enabled WHERE k.class = 'remove'),
  room AS (SELECT provider, ${ROOM_LEFT} AS free FROM counted, clock)
  SELECT CASE WHEN count(*) = 0 THEN 0
    ELSE GREATEST(0, LEAST($3::int, min(r.free - COALESCE(n.people, 0)))) END::int AS most
  FROM room r LEFT JOIN pending n ON n.provider = r.provider`;
