import { SWEPT_FINDING_KINDS, type SweptFindingKind } from '#domain';
import type { Sql } from '../database.js';

/** A finding of a sweep, as far as it takes to say whether it still holds. */
export interface OpenFinding {
  readonly id: string;
  readonly kind: SweptFindingKind;
  readonly accountId: string | null;
  readonly userId: string | null;
  /** The account is that of the user's link, as long as the user is there. */
  readonly isOfLink: boolean;
}

/** What is ignored stays so, but for drift: what somebody changes later is not what was ignored. */
const MAY_BE_OVER = `(f.state = 'open' OR f.state = 'ignored' AND f.kind = 'drift')`;

/** A page of the findings of a provider that sweeps look for and that may be over, by id. */
export async function openFindings(
  sql: Sql,
  provider: string,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<OpenFinding[]> {
  return sql<{ [Key in keyof OpenFinding]: OpenFinding[Key] }>(
    `SELECT f.id, f.kind, f.account_id AS "accountId", f.user_id AS "userId",
            EXISTS (SELECT FROM links l JOIN users u ON u.id = l.user_id AND u.status <> 'purged'
              WHERE l.user_id = f.user_id AND l.provider = f.provider AND l.account_id = f.account_id) AS "isOfLink"
     FROM findings f
     WHERE f.provider = $1 AND f.kind = ANY($2::text[]) AND ${MAY_BE_OVER} AND ($3::uuid IS NULL OR f.id > $3)
     ORDER BY f.id LIMIT $4`,
    [provider, SWEPT_FINDING_KINDS, after, limit],
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
