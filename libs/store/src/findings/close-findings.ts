import { SWEPT_FINDING_KINDS, type SweptFindingKind } from '#domain';
import type { Sql } from '../database.js';
import { comparableBefore } from '../engine/settled.js';
import type { FoundBy } from './record-findings.js';

/** A finding of a sweep, as far as it takes to say whether it still holds. */
export interface OpenFinding {
  readonly id: string;
  readonly kind: SweptFindingKind;
  readonly accountId: string | null;
  readonly userId: string | null;
  /** Nothing was under way for the link of the user, if there is one, from the beginning of the run until now. */
  readonly isSettled: boolean;
}

/** What is ignored stays so, but for drift: what somebody changes later is not what was ignored. */
const MAY_BE_OVER = `(f.state = 'open' OR f.state = 'ignored' AND f.kind = 'drift')`;

/** A page of the findings of a run's provider that sweeps look for and that may be over, by id. */
export async function openFindings(
  sql: Sql,
  { provider, runId }: FoundBy,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<OpenFinding[]> {
  return sql<{ [Key in keyof OpenFinding]: OpenFinding[Key] }>(
    `SELECT f.id, f.kind, f.account_id AS "accountId", f.user_id AS "userId",
       l.user_id IS NULL OR COALESCE(${comparableBefore('r.started_at')}, false) AS "isSettled"
     FROM findings f LEFT JOIN links l ON l.user_id = f.user_id AND l.provider = f.provider
       LEFT JOIN runs r ON r.id = $5
     WHERE f.provider = $1 AND f.kind = ANY($2::text[]) AND ${MAY_BE_OVER}
       AND ($3::uuid IS NULL OR f.id > $3)
     ORDER BY f.id LIMIT $4`,
    [provider, SWEPT_FINDING_KINDS, after, limit, runId],
  );
}

/** Says of findings that what they were about is over. */
export async function resolveFindings(sql: Sql, ids: readonly string[], closedBy: string): Promise<void> {
  if (ids.length === 0) return;
  await sql(
    `UPDATE findings f SET state = 'resolved', closed_at = now(), closed_by = $2
     WHERE f.id = ANY($1::uuid[]) AND ${MAY_BE_OVER}`,
    [ids, closedBy],
  );
}

/** Says of an account what else it turned out to be, once everything was seen. */
export async function renameFindings(
  sql: Sql,
  ids: readonly string[],
  kind: 'unlinked' | 'disputed',
): Promise<void> {
  if (ids.length === 0) return;
  await sql(`UPDATE findings SET kind = $2 WHERE id = ANY($1::uuid[]) AND state = 'open'`, [ids, kind]);
}
