import { laneOfVerb } from '#domain';
import type { Json } from '../audit/canonical-json.js';
import { recordAudit } from '../audit/record-audit.js';
import type { Sql } from '../database.js';
import { markClause, markLinks } from '../mark.js';
import type { Roster } from './roster.js';
import { transact } from './transact.js';

const SYSTEM = 'system';
const USERS_A_CALL = 200;

/**
 * Starts the purges whose time has come: users go from deleted to purging and their links become due. One under a
 * legal hold waits until it is lifted. Safe to call from every worker at once. Handles at most 200 users a call; call
 * again while it returns that many.
 * @returns the users whose purge began
 */
export async function startDuePurges(roster: Roster, now: Date): Promise<string[]> {
  return transact(roster.database, async (sql) => {
    const rows = await sql<{ id: string }>(
      `SELECT id FROM users WHERE status = 'deleted' AND purge_not_before <= $1 AND legal_hold_at IS NULL
       ORDER BY purge_not_before LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [now, USERS_A_CALL],
    );
    const ids = rows.map((row) => row.id);
    await beginPurges({ sql, roster }, ids);
    return ids;
  });
}

/** In SQL, whether a link is settled as purged and owes nothing. `link` is the alias of its table. */
export function isGone(link: string): string {
  return `(${link}.handled = ${link}.wanted AND ${link}.applied_status IS NOT DISTINCT FROM 'purged' AND ${link}.owed = '{}')`;
}

/** Has what is not done of a purge tried once more, however it was parked: nobody can edit whoever is purging. */
export async function tryPurgeAgain(sql: Sql, userId: string): Promise<void> {
  await sql(
    `UPDATE links l SET ${markClause({ lane: laneOfVerb('purge'), doubt: true })}
     WHERE l.user_id = $1 AND NOT ${isGone('l')}`,
    [userId],
  );
}

/**
 * Begins the purges of deleted users whose rows the caller has locked, in the name of the service: status, due links and
 * audit entries. `why` goes to the audit, beside the move.
 */
export async function beginPurges(
  { sql, roster }: { readonly sql: Sql; readonly roster: Roster },
  ids: readonly string[],
  why: Readonly<Record<string, Json>> = {},
): Promise<void> {
  if (ids.length === 0) return;
  await sql(
    `UPDATE users SET status = 'purging', purge_not_before = NULL,
       status_revision = status_revision + 1, status_changed_at = now()
     WHERE id = ANY($1::uuid[])`,
    [ids],
  );
  await markLinks(sql, ids, { lane: laneOfVerb('purge'), dissolvesHold: true });
  const detail = { from: 'deleted', to: 'purging', ...why };
  await recordAudit(
    sql,
    roster.hashKey,
    ids.map((userId) => ({ actor: SYSTEM, action: 'user.purge', userId, detail })),
  );
}

/**
 * Completes the purges that every provider has settled as gone, and frees the keys of those users for their next
 * holders. A link of a disabled provider holds a purge open, since an account may still be there, until its proof is
 * given up. Erasures end by themselves, with receipts. Safe to call from every worker at once; at most 200 users a call.
 * @returns the users whose purge is complete
 */
export async function completePurges(roster: Roster): Promise<string[]> {
  return transact(roster.database, async (sql) => {
    const rows = await sql<{ id: string }>(
      `UPDATE users SET status = 'purged', status_revision = status_revision + 1, status_changed_at = now()
       WHERE id IN (
         SELECT u.id FROM users u
         WHERE u.status = 'purging'
           AND NOT EXISTS (SELECT FROM links l WHERE l.user_id = u.id AND l.waived_at IS NULL AND NOT ${isGone('l')})
           AND NOT EXISTS (SELECT FROM erasures e WHERE e.user_id = u.id AND e.completed_at IS NULL)
         LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [USERS_A_CALL],
    );
    const ids = rows.map((row) => row.id);
    const detail = { from: 'purging', to: 'purged' };
    await recordAudit(
      sql,
      roster.hashKey,
      ids.map((userId) => ({ actor: SYSTEM, action: 'user.completePurge', userId, detail })),
    );
    return ids;
  });
}
