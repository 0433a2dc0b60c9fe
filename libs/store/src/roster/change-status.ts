import { laneOfVerb, type LifecycleVerb, transition, type User } from '#domain';
import { recordAudit } from '../audit/record-audit.js';
import type { Database } from '../database.js';
import { markLinks } from '../mark.js';
import type { UserRef, Written } from './edit-user.js';
import { TransitionRefused } from './errors.js';
import { lockUser, readUser } from './lock-user.js';
import { requireRevision } from './revision.js';
import type { Roster } from './roster.js';
import { transact } from './transact.js';
import { setStatus } from './write-users.js';

/** What a caller may ask of a lifecycle; purges have their own function, since they may be put off. */
export type CallerVerb = Exclude<LifecycleVerb, 'purge' | 'completePurge'>;

/**
 * Deactivates, reactivates, deletes or restores a user: status, links and audit entry in one transaction, under the
 * lock of the user row. A restore also cancels a purge that was asked for. Asking again for what already is changes nothing.
 * @throws UserNotFound, RevisionMismatch, TransitionRefused
 */
export async function changeStatus(
  roster: Roster,
  actor: string,
  change: UserRef & { readonly verb: CallerVerb },
): Promise<Written> {
  return transact(roster.database, async (sql) => {
    const user = await lockUser(sql, change.id);
    requireRevision(user, change.expected);
    return move({ sql, roster, actor }, user, change.verb);
  });
}

/** The transaction in which a user is moved. */
export interface Move {
  readonly sql: Database['sql'];
  readonly roster: Roster;
  readonly actor: string;
}

/**
 * Moves one user whose row is locked.
 * @throws TransitionRefused
 */
export async function move({ sql, roster, actor }: Move, user: User, verb: LifecycleVerb): Promise<Written> {
  const moved = transition(user, verb);
  if (moved.outcome === 'refused') throw new TransitionRefused(moved.from, moved.verb);
  if (moved.outcome === 'unchanged') return { user, changed: false };
  await setStatus(sql, [user.id], moved.to);
  await markLinks(sql, [user.id], { lane: laneOfVerb(verb) });
  const detail = { from: user.status, to: moved.to.status };
  await recordAudit(sql, roster.hashKey, [{ actor, action: `user.${verb}`, userId: user.id, detail }]);
  return { user: await readUser(sql, user.id), changed: true };
}
