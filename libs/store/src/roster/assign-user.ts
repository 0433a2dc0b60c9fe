import type { Lane, User } from '#domain';
import { recordAudit } from '../audit/record-audit.js';
import type { Sql } from '../database.js';
import { markLinks } from '../mark.js';
import type { UserRef } from './edit-user.js';
import { NotMirrored, StatusRefused } from './errors.js';
import { lockUser } from './lock-user.js';
import { requireRevision } from './revision.js';
import type { Roster } from './roster.js';
import { transact } from './transact.js';

/** An explicit word on whether a user is in the scope of one provider. */
export interface AssignmentRequest extends UserRef {
  readonly provider: string;
  readonly assigned: boolean;
  /** Kept in the audit. */
  readonly reason: string;
}

/** The user, and in which lane the link became due; `null` when nothing changed. */
export interface Assigned {
  readonly user: User;
  readonly lane: Lane | null;
}

/**
 * Says that a user is in the scope of a provider, or is not, whatever its rule says. It holds until it is taken back,
 * over every change of status. Said again it changes nothing. Whatever was held or permitted at that provider was about
 * another scope, and is dissolved.
 * @throws UserNotFound, RevisionMismatch, StatusRefused when the purge has begun, NotMirrored
 */
export function assignUser(roster: Roster, actor: string, request: AssignmentRequest): Promise<Assigned> {
  const { assigned, reason } = request;
  const action = assigned ? 'user.assign' : 'user.unassign';
  return override(roster, request, assigned, (before) => ({
    lane: assigned ? 'restore' : 'revocation',
    entry: { actor, action, values: { reason }, detail: { before: spelt(before) } },
  }));
}

/**
 * Leaves it to the rule of the provider again. Changes nothing when it was.
 * @throws as `assignUser`
 */
export function clearAssignment(
  roster: Roster,
  actor: string,
  request: UserRef & Pick<AssignmentRequest, 'provider'>,
): Promise<Assigned> {
  return override(roster, request, null, (before) => ({
    // Whoever was let in by it may have to go.
    lane: before === false ? 'restore' : 'revocation',
    entry: { actor, action: 'user.clearAssignment', detail: { before: spelt(before) } },
  }));
}

type Override = boolean | null;

interface Overriding {
  readonly lane: Lane;
  readonly entry: Omit<Parameters<typeof recordAudit>[2][number], 'userId' | 'provider'>;
}

async function override(
  roster: Roster,
  { id, expected, provider }: UserRef & Pick<AssignmentRequest, 'provider'>,
  to: Override,
  decide: (before: Override) => Overriding,
): Promise<Assigned> {
  return transact(roster.database, async (sql) => {
    const user = await lockUser(sql, id);
    requireRevision(user, expected);
    if (user.status === 'purging' || user.status === 'purged') {
      throw new StatusRefused(user.status, 'active, deactivated or deleted');
    }
    const before = await overrideOf(sql, user.id, provider);
    if (before === to) return { user, lane: null };
    const { lane, entry } = decide(before);
    await setOverride(sql, { userId: user.id, provider, to });
    await markLinks(sql, [user.id], { lane, dissolvesHold: true, provider });
    await recordAudit(sql, roster.hashKey, [{ ...entry, userId: user.id, provider }]);
    return { user, lane };
  });
}

async function overrideOf(sql: Sql, userId: string, provider: string): Promise<Override> {
  const [link] = await sql<{ override: Override }>(
    'SELECT assigned_override AS override FROM links WHERE user_id = $1 AND provider = $2',
    [userId, provider],
  );
  if (link === undefined) throw new NotMirrored(provider);
  return link.override;
}

/** Whoever is about to be let in on the word before this one is refused by the revision, at every provider for once. */
async function setOverride(
  sql: Sql,
  { userId, provider, to }: { readonly userId: string; readonly provider: string; readonly to: Override },
): Promise<void> {
  await sql('UPDATE users SET assignment_revision = assignment_revision + 1 WHERE id = $1', [userId]);
  await sql('UPDATE links SET assigned_override = $3 WHERE user_id = $1 AND provider = $2', [
    userId,
    provider,
    to,
  ]);
  // Nobody asked for anything at the others: what they repair is still a repair.
  await sql(
    `UPDATE links l SET applied_assignment_revision = u.assignment_revision FROM users u
     WHERE u.id = $1 AND l.user_id = $1 AND l.provider <> $2
       AND l.applied_assignment_revision = u.assignment_revision - 1`,
    [userId, provider],
  );
}

function spelt(before: Override): string {
  if (before === null) return 'rule';
  return before ? 'assigned' : 'unassigned';
}
