import { type AssignmentRule, isAssigned } from '#domain';
import type { LookupKey } from '#identity-provider';
import type { Sql } from '../database.js';
import { MIRRORED_COLUMNS, type MirroredUserRow, toMirroredUser } from '../roster/user-row.js';
import { readApprovals } from './approvals.js';
import type { Approval, ClaimedLink, UnsettledCreate, Work } from './work.js';

interface WorkRow extends MirroredUserRow {
  readonly intents: readonly IntentRow[] | null;
  readonly recreateFrom: string | null;
  readonly isErasure: boolean;
  readonly isStandIn: boolean;
  readonly standsBeside: string | null;
  readonly assignedOverride: boolean | null;
  readonly assignmentRevision: number;
}

interface IntentRow {
  kind: 'provision' | 'purge';
  account_id: string | null;
  lookup_keys: LookupKey[];
  created_at: string;
  age_ms: number;
  outcome: string | null;
}

/**
 * Reads the users of claimed links in a statement that starts after the claim. Read together with the claim, an edit
 * committed in between would be settled without ever being sent: the claim's row is the new one, the user's the old.
 * An override is read with the user for the same reason.
 * @param rule who is in the provider's scope (Default: everybody)
 */
export async function readWork(
  sql: Sql,
  provider: string,
  claimed: readonly ClaimedLink[],
  rule: AssignmentRule | null = null,
): Promise<Work[]> {
  if (claimed.length === 0) return [];
  const rows = await sql<WorkRow>(
    `SELECT ${MIRRORED_COLUMNS},
            (SELECT jsonb_agg(jsonb_build_object('kind', i.kind, 'account_id', i.account_id,
                      'lookup_keys', i.lookup_keys, 'created_at', i.created_at,
                      'age_ms', extract(epoch FROM now() - i.created_at) * 1000, 'outcome', i.outcome))
             FROM intents i WHERE i.user_id = u.id AND i.provider = $2) AS intents,
            EXISTS (SELECT FROM erasures e WHERE e.user_id = u.id) AS "isErasure", u.is_stand_in AS "isStandIn",
            u.stands_beside AS "standsBeside",
            l.recreate_from AS "recreateFrom", l.assigned_override AS "assignedOverride",
            u.assignment_revision AS "assignmentRevision"
     FROM users u LEFT JOIN links l ON l.user_id = u.id AND l.provider = $2 WHERE u.id = ANY($1::uuid[])`,
    [claimed.map((link) => link.userId), provider],
  );
  const approvals = await readApprovals(sql, provider, claimed);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return claimed.flatMap((link) => {
    const row = byId.get(link.userId);
    return row === undefined
      ? []
      : [toWork(link, row, { rule, approval: approvals.get(link.userId) ?? null })];
  });
}

function toWork(
  link: ClaimedLink,
  row: WorkRow,
  { rule, approval }: { readonly rule: AssignmentRule | null; readonly approval: Approval | null },
): Work {
  const intents = row.intents ?? [];
  const user = toMirroredUser(row);
  const assignedByRule = isAssigned(rule, user);
  return {
    user,
    assigned: row.assignedOverride ?? assignedByRule,
    assignedByRule,
    assignmentRevision: row.assignmentRevision,
    isErasure: row.isErasure,
    isStandIn: row.isStandIn,
    standsBeside: row.standsBeside,
    approval,
    unsettledCreates: intents
      .filter((it) => it.kind === 'provision' && it.outcome === null)
      .map(toUnsettledCreate),
    mayRecreate: isAllowedBy(link, row.recreateFrom),
    purgeAccepted: intents.some(
      (it) => it.kind === 'purge' && it.outcome === 'accepted' && it.account_id === link.accountId,
    ),
    // Last: whatever is added to a copy of so wide an object costs as much as the rest of this function.
    ...link,
  };
}

/**
 * A permission counts for reasons from its own on: one that came after the claim would outlive the pass that used it.
 * It is read with the user, so that a status change in between is seen to have taken it back.
 */
function isAllowedBy({ wanted }: ClaimedLink, recreateFrom: string | null): boolean {
  return recreateFrom !== null && BigInt(recreateFrom) <= BigInt(wanted);
}

function toUnsettledCreate(row: IntentRow): UnsettledCreate {
  return { lookupKeys: row.lookup_keys, createdAt: new Date(row.created_at), ageMs: row.age_ms };
}
