import { recordAudit } from '../audit/record-audit.js';
import type { Sql } from '../database.js';
import type { UserRef } from '../roster/edit-user.js';
import { lockUser } from '../roster/lock-user.js';
import { isGone } from '../roster/purges.js';
import { requireRevision } from '../roster/revision.js';
import type { Roster } from '../roster/roster.js';
import { transact } from '../roster/transact.js';
import { WaiverRefused, type WaiverObstacle } from './errors.js';

/** A request to stop waiting for the proof that an account is gone. */
export interface Waiver extends UserRef {
  readonly provider: string;
  /** Goes into the receipt; names no person. */
  readonly reason: string;
}

/** A provider that could not do it for so long is as good as one that says that it never will. */
const STUCK_AFTER = `interval '1 day'`;

/**
 * Gives up the proof of an erasure at one provider that gives none any more: one that is switched off or halted, where
 * the link is parked, or where it has been due for a day. The erasure no longer waits for it, and a receipt will say
 * `unverifiable`, unless the proof comes all the same before everything else is done. Only of an erasure: its tombstone
 * keeps the key taken, under which an account may still stand. Asked again, nothing changes.
 * @returns whether it was not given up before
 * @throws UserNotFound, Erased, RevisionMismatch, WaiverRefused
 */
export async function waiveProof(roster: Roster, actor: string, waiver: Waiver): Promise<boolean> {
  const { provider, reason } = waiver;
  return transact(roster.database, async (sql) => {
    const user = await lockUser(sql, waiver.id);
    requireRevision(user, waiver.expected);
    const standing = await standingOf(sql, user.id, provider);
    if (standing === 'waived') return false;
    if (standing !== 'open') throw new WaiverRefused(standing);
    await sql('UPDATE links SET waived_at = now(), waived_reason = $3 WHERE user_id = $1 AND provider = $2', [
      user.id,
      provider,
      reason,
    ]);
    await recordAudit(sql, roster.hashKey, [
      { actor, action: 'user.waiveProof', userId: user.id, provider, detail: { reason } },
    ]);
    return true;
  });
}

async function standingOf(
  sql: Sql,
  userId: string,
  provider: string,
): Promise<WaiverObstacle | 'open' | 'waived'> {
  const open = await sql('SELECT FROM erasures WHERE user_id = $1 AND completed_at IS NULL', [userId]);
  if (open.length === 0) return 'no_erasure';
  const [link] = await sql<{ is_gone: boolean; is_waived: boolean; is_stuck: boolean }>(
    `SELECT ${isGone('l')} AS is_gone, l.waived_at IS NOT NULL AS is_waived,
            NOT p.enabled OR p.halt_scope IS NOT DISTINCT FROM 'all'
              OR (l.handled = l.wanted AND l.park_code IS NOT NULL)
              OR (l.wanted > l.handled AND l.wanted_since < now() - ${STUCK_AFTER}) AS is_stuck
     FROM links l JOIN providers p ON p.slug = l.provider
     WHERE l.user_id = $1 AND l.provider = $2 FOR UPDATE OF l`,
    [userId, provider],
  );
  if (link === undefined) return 'no_link';
  if (link.is_waived) return 'waived';
  if (link.is_gone) return 'confirmed';
  return link.is_stuck ? 'open' : 'provider_answers';
}
