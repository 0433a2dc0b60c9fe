import { recordAudit } from '../audit/record-audit.js';
import type { Sql } from '../database.js';
import { isGone } from '../roster/purges.js';
import type { Roster } from '../roster/roster.js';
import { transact } from '../roster/transact.js';
import { scrub } from './scrub.js';

const SYSTEM = 'system';
const ERASURES_A_CALL = 50;

/**
 * Completes the erasures that have a receipt from every provider: whoever was purging is purged, and everything
 * personal is scrubbed, a person a transaction. What remains are ids of ours, receipts and tombstones.
 * Safe to call from every worker at once; at most 50 a call.
 * @returns the users whose erasure is complete
 */
export async function completeErasures(roster: Roster): Promise<string[]> {
  const completed: string[] = [];
  while (completed.length < ERASURES_A_CALL) {
    const userId = await transact(roster.database, (sql) => completeOne(sql, roster.hashKey));
    if (userId === null) break;
    completed.push(userId);
  }
  return completed;
}

async function completeOne(sql: Sql, hashKey: Buffer): Promise<string | null> {
  const [row] = await sql<{ user_id: string }>(
    `SELECT e.user_id FROM erasures e JOIN users u ON u.id = e.user_id
     WHERE e.completed_at IS NULL AND u.status IN ('purging', 'purged') AND NOT EXISTS (
       SELECT FROM links l WHERE l.user_id = e.user_id AND NOT (
         (${isGone('l')} OR l.waived_at IS NOT NULL)
         AND EXISTS (SELECT FROM receipts r WHERE r.erasure_id = e.id AND r.provider = l.provider)))
     ORDER BY e.deadline LIMIT 1 FOR UPDATE OF e, u SKIP LOCKED`,
  );
  if (row === undefined) return null;
  const userId = row.user_id;
  await scrub(sql, [userId]);
  await sql(
    `UPDATE users SET status = 'purged', erased_at = now(), purge_not_before = NULL,
       status_revision = status_revision + 1, status_changed_at = now()
     WHERE id = $1`,
    [userId],
  );
  await sql('UPDATE erasures SET completed_at = now() WHERE user_id = $1', [userId]);
  await recordAudit(sql, hashKey, [{ actor: SYSTEM, action: 'user.completeErasure', userId }]);
  return userId;
}
