import type { Sql } from '../database.js';
import type { Approval, ClaimedLink } from './work.js';

/** Reads what was approved of these links, by user. No query when nothing was. */
export async function readApprovals(
  sql: Sql,
  provider: string,
  claimed: readonly ClaimedLink[],
): Promise<ReadonlyMap<string, Approval>> {
  const approved = claimed.filter(({ approvedPlan }) => approvedPlan !== null);
  if (approved.length === 0) return new Map();
  const rows = await sql<{
    user_id: string;
    plan_id: string;
    hash: Buffer;
    status_revision: number;
    attribute_revision: number;
  }>(
    `SELECT s.user_id, s.plan_id, s.hash, s.status_revision, s.attribute_revision
     FROM plan_steps s JOIN unnest($1::uuid[], $2::uuid[]) AS g (user_id, plan_id)
       ON g.user_id = s.user_id AND g.plan_id = s.plan_id
     WHERE s.provider = $3 AND s.state = 'approved'`,
    [approved.map(({ userId }) => userId), approved.map(({ approvedPlan }) => approvedPlan), provider],
  );
  return new Map(
    rows.map((row) => [
      row.user_id,
      {
        planId: row.plan_id,
        hash: row.hash,
        statusRevision: row.status_revision,
        attributeRevision: row.attribute_revision,
      },
    ]),
  );
}
