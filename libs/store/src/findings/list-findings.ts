import type { FindingKind, FindingState } from '#domain';
import type { Database } from '../database.js';

/** Findings a page at most. */
export const MAX_FINDINGS_A_PAGE = 200;

/** Something at a provider that a person should see. */
export interface Finding {
  readonly id: string;
  readonly provider: string;
  readonly kind: FindingKind;
  /** Whose it is, or could be, where that is one user. */
  readonly userId: string | null;
  readonly accountId: string | null;
  readonly attribute: string | null;
  /** Words, states, counts and ids of ours. */
  readonly detail: Readonly<Record<string, unknown>>;
  readonly state: FindingState;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  readonly closedBy: string | null;
  readonly reason: string | null;
}

/** Which findings are asked for. */
export interface FindingQuery {
  readonly provider?: string | undefined;
  readonly kind?: FindingKind | undefined;
  readonly state?: FindingState | undefined;
  /** Reads on behind this finding. */
  readonly after?: string | undefined;
  /** At most `MAX_FINDINGS_A_PAGE`. */
  readonly limit: number;
}

/** The select list of a finding. */
export const FINDING_COLUMNS = `id, provider, kind, user_id AS "userId", account_id AS "accountId", attribute, detail, state,
  opened_at AS "openedAt", closed_at AS "closedAt", closed_by AS "closedBy", reason`;

/** Lists findings in the order in which they were opened, which is that of their ids. */
export async function listFindings(
  { sql }: Database,
  { provider, kind, state, after, limit }: FindingQuery,
): Promise<{ readonly findings: readonly Finding[]; readonly next: string | null }> {
  const rows = await sql<{ [Key in keyof Finding]: Finding[Key] }>(
    `SELECT ${FINDING_COLUMNS} FROM findings
     WHERE ($1::text IS NULL OR provider = $1) AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR state = $3)
       AND ($4::uuid IS NULL OR id > $4)
     ORDER BY id LIMIT $5`,
    [provider ?? null, kind ?? null, state ?? null, after ?? null, limit + 1],
  );
  const findings = rows.slice(0, limit);
  return { findings, next: rows.length > limit ? (findings.at(-1)?.id ?? null) : null };
}
