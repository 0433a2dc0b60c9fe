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

/** The ways out that can be taken back. Purges have their own function, since they may be put off; so have the ways back. */
export type ClosingVerb = 'deactivate' | 'delete';

/**
 * Deactivates or deletes a user: status, links and audit entry in one transaction, under the lock of the user row.
 * Asking again for what already is changes nothing, but for an override of the budgets.
 * @throws UserNotFound, RevisionMismatch, TransitionRefused
 */
export async function changeStatus(
  roster: Roster,
  actor: string,
  change: UserRef & { readonly verb: ClosingVerb; readonly overrideBudget?: BudgetOverride | undefined },
): Promise<Written> {
  const { verb, overrideBudget } = change;
  return transact(roster.database, async (sql) => {
    const user = await lockUser(sql, change.id);
    requireRevision(user, change.expected);
    const work = { sql, roster, actor };
    const moved = await move(work, user, verb);
    return overrideBudget === undefined ? moved : override(work, moved, { verb, ...overrideBudget });
  });
}

/** Why a change of status does not wait for room in a budget. */
export interface BudgetOverride {
  readonly reason: string;
}

/**
 * Lets the status that the user has now pass every budget, whatever was held or rejected of it. Also when the user had
 * that status before: it is the way out for a step that an operator held back or rejected.
 */
export async function override(
  { sql, roster, actor }: Move,
  { user }: Written,
  { verb, reason }: BudgetOverride & { readonly verb: LifecycleVerb },
): Promise<Written> {
  await sql('UPDATE users SET budget_override_revision = status_revision WHERE id = $1', [user.id]);
  await markLinks(sql, [user.id], { lane: laneOfVerb(verb), dissolvesHold: true });
  const entry = { actor, action: 'user.overrideBudget', userId: user.id, values: { reason } };
  await recordAudit(sql, roster.hashKey, [
    { ...entry, detail: { verb, statusRevision: user.statusRevision } },
  ]);
  return { user, changed: true };
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
  await markLinks(sql, [user.id], { lane: laneOfVerb(verb), dissolvesHold: true });
  const detail = { from: user.status, to: moved.to.status };
  await recordAudit(sql, roster.hashKey, [{ actor, action: `user.${verb}`, userId: user.id, detail }]);
  return { user: await readUser(sql, user.id), changed: true };
}
