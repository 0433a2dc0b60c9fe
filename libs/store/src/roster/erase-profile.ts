import { recordAudit } from '../audit/record-audit.js';
import type { Sql } from '../database.js';
import { markClause } from '../mark.js';
import type { UserRef } from './edit-user.js';
import { NothingToErase, type NothingThere, StatusRefused } from './errors.js';
import { requireConfirmation } from './confirmation.js';
import { requireNoLegalHold } from './legal-hold.js';
import { lockUser } from './lock-user.js';
import { requireRevision } from './revision.js';
import type { Roster } from './roster.js';
import { transact } from './transact.js';

/** A request to have what is personal removed from an account that stays. */
export interface ErasureRequest extends UserRef {
  readonly provider: string;
  /** The externalKey of the user: what cannot be undone names the person twice. */
  readonly confirm: string | undefined;
}

/**
 * Makes the erasure of a profile owed at one provider: debt, due link and audit entry in one transaction, under the lock
 * of the user row. Of anybody but a deleted user the mirror would write the profile back. Asked again while it is owed
 * and under way, nothing changes; a link that was parked with the debt is tried again, since nothing else would wake it:
 * a deleted user cannot be edited.
 * @returns whether there is anything to do that was not to be done before
 * @throws UserNotFound, RevisionMismatch, LegalHoldStands, ConfirmationRefused, StatusRefused, NothingToErase
 */
export async function oweErasure(roster: Roster, actor: string, request: ErasureRequest): Promise<boolean> {
  return transact(roster.database, async (sql) => {
    const user = await lockUser(sql, request.id);
    requireRevision(user, request.expected);
    requireNoLegalHold(user);
    requireConfirmation(user, request.confirm);
    if (user.status !== 'deleted') throw new StatusRefused(user.status, 'deleted');
    if (!(await addDebt(sql, request))) return false;
    await recordAudit(sql, roster.hashKey, [
      {
        actor,
        action: 'account.erase_profile',
        userId: user.id,
        provider: request.provider,
        detail: { outcome: 'owed' },
      },
    ]);
    return true;
  });
}

/** Whether the link was not at work on the debt already. @throws NothingToErase */
async function addDebt(sql: Sql, { id, provider }: ErasureRequest): Promise<boolean> {
  const [link] = await sql<{ is_owed: boolean; is_due: boolean; missing: NothingThere | null }>(
    `SELECT 'eraseProfile' = ANY(owed) AS is_owed, wanted > handled AS is_due,
            CASE WHEN account_id IS NOT NULL AND observed_state IS DISTINCT FROM 'absent' THEN NULL
                 WHEN wanted > handled THEN 'due'
                 WHEN observed_state = 'absent' THEN 'absent'
                 ELSE 'no_account' END AS missing
     FROM links WHERE user_id = $1 AND provider = $2 FOR UPDATE`,
    [id, provider],
  );
  if (link === undefined) throw new NothingToErase(provider, 'no_account');
  if (link.is_owed && link.is_due) return false;
  if (!link.is_owed && link.missing !== null) throw new NothingToErase(provider, link.missing);
  await sql(
    `UPDATE links l SET owed = array_append(array_remove(l.owed, 'eraseProfile'), 'eraseProfile'), ${markClause({ lane: 'live', doubt: true })}
     WHERE l.user_id = $1 AND l.provider = $2`,
    [id, provider],
  );
  return true;
}
