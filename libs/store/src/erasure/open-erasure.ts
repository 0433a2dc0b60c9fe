import type { User } from '#domain';
import { recordAudit } from '../audit/record-audit.js';
import type { Sql } from '../database.js';
import { markClause } from '../mark.js';
import { type BudgetOverride, move, type Move, override } from '../roster/change-status.js';
import { requireConfirmation } from '../roster/confirmation.js';
import type { UserRef } from '../roster/edit-user.js';
import { lockUser } from '../roster/lock-user.js';
import { requireNoLegalHold } from '../roster/legal-hold.js';
import { requireRevision } from '../roster/revision.js';
import type { Roster } from '../roster/roster.js';
import { transact } from '../roster/transact.js';
import { leaveTombstones } from './tombstones.js';

/** A request to erase a person: at every provider, and then here. */
export interface ErasurePlea extends UserRef {
  /** The externalKey of the user: what cannot be undone names the person twice. */
  readonly confirm: string | undefined;
  readonly overrideBudget?: BudgetOverride | undefined;
  /** By when it has to be complete. */
  readonly deadline: Date;
  /** Providers where what is personal is removed before the account is. */
  readonly eraseProfileAt: readonly string[];
}

/**
 * Opens the erasure of a person, whatever their status: the purge begins, every account is read anew before anything
 * is concluded of it, and tombstones stand from now on. It cannot be taken back. Asked again, nothing changes.
 * @returns whether it was not open, or done, before
 * @throws UserNotFound, RevisionMismatch, ConfirmationRefused, LegalHoldStands
 */
export async function openErasure(roster: Roster, actor: string, plea: ErasurePlea): Promise<boolean> {
  return transact(roster.database, async (sql) => {
    if (await isAskedFor(sql, plea.id)) return false;
    const user = await lockUser(sql, plea.id);
    // Whoever asked at the same time held the lock until here.
    if (await isAskedFor(sql, plea.id)) return false;
    requireRevision(user, plea.expected);
    requireConfirmation(user, plea.confirm);
    requireNoLegalHold(user);
    await beginPurge({ sql, roster, actor }, user, plea);
    await leaveTombstones(sql, roster.hashKey, user);
    await sql('INSERT INTO erasures (id, user_id, requested_by, deadline) VALUES ($1, $2, $3, $4)', [
      roster.newId(),
      user.id,
      actor,
      plea.deadline,
    ]);
    const detail = { from: user.status, deadline: plea.deadline.toISOString() };
    await recordAudit(sql, roster.hashKey, [{ actor, action: 'user.erase', userId: user.id, detail }]);
    return true;
  });
}

async function isAskedFor(sql: Sql, userId: string): Promise<boolean> {
  return (await sql('SELECT FROM erasures WHERE user_id = $1', [userId])).length > 0;
}

async function beginPurge(work: Move, user: User, plea: ErasurePlea): Promise<void> {
  // What is gone is gone: the proofs of that purge are the receipts.
  if (user.status === 'purged') return;
  const isOpen = user.status === 'active' || user.status === 'deactivated';
  const deleted = isOpen ? (await move(work, user, 'delete')).user : user;
  const purging = await move(work, deleted, 'purge');
  await oweProfiles(work.sql, user.id, plea.eraseProfileAt);
  if (plea.overrideBudget !== undefined) {
    await override(work, purging, { verb: 'purge', ...plea.overrideBudget });
  }
}

/** A receipt says what was read after the request, so that nothing known before it counts as certain. */
async function oweProfiles(sql: Sql, userId: string, providers: readonly string[]): Promise<void> {
  await sql(
    `UPDATE links l SET
       owed = CASE WHEN l.provider = ANY($2::text[]) THEN array_append(array_remove(l.owed, 'eraseProfile'), 'eraseProfile')
              ELSE l.owed END,
       ${markClause({ lane: 'revocation', doubt: true })}
     WHERE l.user_id = $1`,
    [userId, providers],
  );
}
