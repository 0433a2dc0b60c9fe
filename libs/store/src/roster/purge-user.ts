import { transition } from '#domain';
import { recordAudit } from '../audit/record-audit.js';
import { type BudgetOverride, move, type Move, override } from './change-status.js';
import type { UserRef, Written } from './edit-user.js';
import { TransitionRefused } from './errors.js';
import { requireNoLegalHold } from './legal-hold.js';
import { lockUser, readUser } from './lock-user.js';
import { tryPurgeAgain } from './purges.js';
import { requireRevision } from './revision.js';
import type { Roster } from './roster.js';
import { transact } from './transact.js';
import type { User } from '#domain';

/** A request to destroy a user for good. */
export interface PurgeRequest extends UserRef {
  /** The request's own time. */
  readonly now: Date;
  /** Not before this time; until then a restore cancels it. (Default: at once) */
  readonly notBefore?: Date | undefined;
  /** For a purge at once. One that waits has no status yet for which a budget could be passed over. */
  readonly overrideBudget?: BudgetOverride | undefined;
}

/**
 * Purges a deleted user, at once or not before a time. A purge that has begun cannot be taken back; one that waits
 * leaves the user deleted, and a restore, or another purge request, replaces it. One that is under way and asked for
 * again is tried again where it is not done.
 * @throws UserNotFound, RevisionMismatch, LegalHoldStands, TransitionRefused
 */
export async function purgeUser(roster: Roster, actor: string, request: PurgeRequest): Promise<Written> {
  const { notBefore, now, overrideBudget } = request;
  return transact(roster.database, async (sql) => {
    const user = await lockUser(sql, request.id);
    requireRevision(user, request.expected);
    requireNoLegalHold(user);
    const work = { sql, roster, actor };
    if (notBefore !== undefined && notBefore > now) return schedulePurge(work, user, notBefore);
    const moved = await move(work, user, 'purge');
    if (!moved.changed && user.status === 'purging') await tryPurgeAgain(sql, user.id);
    return overrideBudget === undefined ? moved : override(work, moved, { verb: 'purge', ...overrideBudget });
  });
}

async function schedulePurge({ sql, roster, actor }: Move, user: User, notBefore: Date): Promise<Written> {
  const purge = transition(user, 'purge');
  if (purge.outcome === 'refused') throw new TransitionRefused(purge.from, purge.verb);
  const isAlreadyAsked = user.purgeNotBefore?.getTime() === notBefore.getTime();
  if (purge.outcome === 'unchanged' || isAlreadyAsked) return { user, changed: false };
  await sql('UPDATE users SET purge_not_before = $2 WHERE id = $1', [user.id, notBefore]);
  const detail = { notBefore: notBefore.toISOString() };
  await recordAudit(sql, roster.hashKey, [{ actor, action: 'user.schedulePurge', userId: user.id, detail }]);
  return { user: await readUser(sql, user.id), changed: true };
}
