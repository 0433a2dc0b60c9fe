import type { User } from '#domain';
import { recordAudit } from '../audit/record-audit.js';
import type { UserRef, Written } from './edit-user.js';
import type { Sql } from '../database.js';
import { markClause } from '../mark.js';
import { ErasureInFlight, LegalHoldStands, StatusRefused } from './errors.js';
import { lockUser, readUser } from './lock-user.js';
import { requireRevision } from './revision.js';
import type { Roster } from './roster.js';
import { transact } from './transact.js';

/** A request that nothing of somebody be destroyed. */
export interface LegalHoldRequest extends UserRef {
  /** Kept in the audit. */
  readonly reason: string;
}

/**
 * Places a legal hold on a user: while it stands, neither a request nor a schedule nor the retention period purges the
 * user, and nothing of an account is erased. An erasure of a profile that is owed is dropped; it is not owed again when
 * the hold is lifted. Everything else goes on. Asked for again while one stands, it keeps its time, and the reason goes
 * to the audit.
 * @throws UserNotFound, RevisionMismatch, StatusRefused when the purge has begun, ErasureInFlight
 */
export async function placeLegalHold(
  roster: Roster,
  actor: string,
  request: LegalHoldRequest,
): Promise<Written> {
  return transact(roster.database, async (sql) => {
    const user = await lockUser(sql, request.id);
    requireRevision(user, request.expected);
    if (user.status === 'purging' || user.status === 'purged')
      throw new StatusRefused(user.status, 'active, deactivated or deleted');
    const rows = await sql(
      'UPDATE users SET legal_hold_at = now() WHERE id = $1 AND legal_hold_at IS NULL RETURNING id',
      [user.id],
    );
    const dropped = await dropErasures(sql, user.id);
    const entry = { actor, action: 'user.placeLegalHold', userId: user.id };
    await recordAudit(sql, roster.hashKey, [
      { ...entry, values: { reason: request.reason } },
      ...dropped.map((provider) => ({
        actor,
        action: 'account.erase_profile',
        userId: user.id,
        provider,
        detail: { outcome: 'dropped' },
      })),
    ]);
    return { user: await readUser(sql, user.id), changed: rows.length > 0 };
  });
}

/**
 * Takes the erasures of profiles off the links that owe them. The debt of a link that a worker is on may be being paid,
 * and would come back with its settle. @returns where one was owed
 */
async function dropErasures(sql: Sql, userId: string): Promise<string[]> {
  const owing = await sql<{ provider: string; in_flight: boolean }>(
    `SELECT provider, in_flight FROM links WHERE user_id = $1 AND 'eraseProfile' = ANY(owed)
     ORDER BY provider FOR UPDATE`,
    [userId],
  );
  const busy = owing.find((link) => link.in_flight);
  if (busy !== undefined) throw new ErasureInFlight(busy.provider);
  const providers = owing.map(({ provider }) => provider);
  if (providers.length === 0) return [];
  await sql(
    `UPDATE links l SET owed = array_remove(l.owed, 'eraseProfile'), ${markClause({ lane: 'live' })}
     WHERE l.user_id = $1 AND l.provider = ANY($2::text[])`,
    [userId, providers],
  );
  return providers;
}

/**
 * Lifts a legal hold. A purge whose time came meanwhile begins from here on, and so does the retention period's.
 * Changes nothing when none stands.
 * @throws UserNotFound, RevisionMismatch
 */
export async function liftLegalHold(roster: Roster, actor: string, ref: UserRef): Promise<Written> {
  return transact(roster.database, async (sql) => {
    const user = await lockUser(sql, ref.id);
    requireRevision(user, ref.expected);
    if (user.legalHoldAt === null) return { user, changed: false };
    await sql('UPDATE users SET legal_hold_at = NULL WHERE id = $1', [user.id]);
    const detail = { since: user.legalHoldAt.toISOString() };
    await recordAudit(sql, roster.hashKey, [
      { actor, action: 'user.liftLegalHold', userId: user.id, detail },
    ]);
    return { user: await readUser(sql, user.id), changed: true };
  });
}

/**
 * To be asked before anything of a user is destroyed, with the user as read under the lock of the row: whichever of the
 * hold and the destruction commits first then wins.
 * @throws LegalHoldStands
 */
export function requireNoLegalHold(user: Pick<User, 'legalHoldAt'>): void {
  if (user.legalHoldAt !== null) throw new LegalHoldStands();
}
