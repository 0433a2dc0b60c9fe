import type { User, UserStatus } from '#domain';
import { recordAudit, type AuditEntry } from '../audit/record-audit.js';
import { requireConfirmation } from './confirmation.js';
import type { UserRef } from './edit-user.js';
import { StatusRefused } from './errors.js';
import { requireNoLegalHold } from './legal-hold.js';
import { lockUser } from './lock-user.js';
import { requireRevision } from './revision.js';
import type { Roster } from './roster.js';
import { transact } from './transact.js';

/** A call on somebody's account that a caller of the API asks for, and that changes something there. */
export interface AccountCall {
  readonly actor: string;
  /** As the audit names it: `account.register`. */
  readonly action: string;
  readonly provider: string;
}

/** Of whom the call may be made. */
export interface AccountCallRule extends UserRef {
  /** What the user has to be, in words for people, and as statuses. */
  readonly needs: string;
  readonly statuses: readonly UserStatus[];
  /** The key of the user, where the call cannot be undone. (Default: it need not be repeated) */
  readonly confirm?: { readonly given: string | undefined };
}

/** What became of a call: `refused` was not done, `unknown` may have been. */
export type AccountCallOutcome = 'acknowledged' | 'refused' | 'unknown';

/** How a call ended. */
export interface AccountCallEnd {
  readonly userId: string;
  readonly outcome: AccountCallOutcome;
  /** A stable word for what stood in the way, never a text of the provider's. */
  readonly reason?: string;
}

/**
 * Puts on record that a call is about to be made, under the lock of the user row: a user who is on the way out is seen
 * as such, and a process that ends during the call has left its trace. What cannot be undone is refused under a legal hold.
 * @throws UserNotFound, RevisionMismatch, LegalHoldStands, ConfirmationRefused, StatusRefused
 */
export async function beginAccountCall(
  roster: Roster,
  call: AccountCall,
  rule: AccountCallRule,
): Promise<User> {
  return transact(roster.database, async (sql) => {
    const user = await lockUser(sql, rule.id);
    requireRevision(user, rule.expected);
    if (rule.confirm !== undefined) {
      requireNoLegalHold(user);
      requireConfirmation(user, rule.confirm.given);
    }
    if (!rule.statuses.includes(user.status)) throw new StatusRefused(user.status, rule.needs);
    await recordAudit(sql, roster.hashKey, [entryOf(call, user.id, { outcome: 'intended' })]);
    return user;
  });
}

/** Puts on record what became of a call. */
export async function endAccountCall(roster: Roster, call: AccountCall, end: AccountCallEnd): Promise<void> {
  const { userId, outcome, reason } = end;
  const detail = reason === undefined ? { outcome } : { outcome, reason };
  await recordAudit(roster.database.sql, roster.hashKey, [entryOf(call, userId, detail)]);
}

function entryOf(
  { actor, action, provider }: AccountCall,
  userId: string,
  detail: NonNullable<AuditEntry['detail']>,
): AuditEntry {
  return { actor, action, userId, provider, detail };
}
