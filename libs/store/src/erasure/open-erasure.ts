import type { User } from '#domain';
import { recordAudit } from '../audit/record-audit.js';
import type { Sql } from '../database.js';
import { markClause } from '../mark.js';
import { type BudgetOverride, move, type Move, override } from '../roster/change-status.js';
import { requireConfirmation } from '../roster/confirmation.js';
import type { UserRef } from '../roster/edit-user.js';
import { lockUser } from '../roster/lock-user.js';
import { tryPurgeAgain } from '../roster/purges.js';
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
 * is concluded of it, and tombstones stand from now on. It cannot be taken back. Asked again while it is open, what is
 * not done is tried again, however it was parked, and a budget may be passed over; when it is done, nothing changes.
 * @returns whether there is anything to do
 * @throws UserNotFound, RevisionMismatch, ConfirmationRefused, LegalHoldStands
 */
export async function openErasure(roster: Roster, actor: string, plea: ErasurePlea): Promise<boolean> {
  return transact(roster.database, async (sql) => {
    const before = await statusOf(sql, plea.id);
    if (before === 'complete') return false;
    const work = { sql, roster, actor };
    const user = await lockUser(sql, plea.id);
    // Whoever asked at the same time held the lock until here.
    if ((await statusOf(sql, plea.id)) !== 'none') {
      await tryAgain(work, user, plea);
      return true;
    }
    requireRevision(user, plea.expected);
    requireConfirmation(user, plea.confirm);
    requireNoLegalHold(user);
    await beginPurge(work, user, plea);
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

async function statusOf(sql: Sql, userId: string): Promise<'none' | 'open' | 'complete'> {
  const [erasure] = await sql<{ status: 'open' | 'complete' }>(
    `SELECT CASE WHEN completed_at IS NULL THEN 'open' ELSE 'complete' END AS status FROM erasures WHERE user_id = $1`,
    [userId],
  );
  return erasure?.status ?? 'none';
}

async function tryAgain(work: Move, user: User, { overrideBudget }: ErasurePlea): Promise<void> {
  if (user.status !== 'purging') return;
  await tryPurgeAgain(work.sql, user.id);
  if (overrideBudget !== undefined) {
    await override(work, { user, changed: false }, { verb: 'purge', ...overrideBudget });
  }
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
