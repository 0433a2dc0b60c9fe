import type { FindingKind, FindingState } from '#domain';
import { recordAudit } from '../audit/record-audit.js';
import type { Database, Sql } from '../database.js';
import type { Roster } from '../roster/roster.js';
import { FindingKindRefused, FindingNotFound, FindingStateRefused } from './errors.js';
import { FINDING_COLUMNS, type Finding } from './list-findings.js';

/** A person's word on a finding. */
export interface Decision {
  readonly findingId: string;
  readonly actor: string;
}

/**
 * Reads one finding.
 * @throws FindingNotFound
 */
export async function findFinding({ sql }: Pick<Database, 'sql'>, id: string): Promise<Finding> {
  return oneOf(await sql<Finding & object>(`SELECT ${FINDING_COLUMNS} FROM findings WHERE id = $1`, [id]));
}

/**
 * Reads an open finding of a fitting kind and keeps everybody else who would decide on it waiting.
 * @throws FindingNotFound, FindingStateRefused, FindingKindRefused
 */
export async function lockOpenFinding(
  sql: Sql,
  id: string,
  fitting?: readonly FindingKind[],
): Promise<Finding> {
  const finding = await lockFinding(sql, id, 'open');
  requireKind(finding, fitting);
  return finding;
}

/** @throws FindingKindRefused */
export function requireKind({ kind }: Pick<Finding, 'kind'>, fitting?: readonly FindingKind[]): void {
  if (fitting?.includes(kind) === false) throw new FindingKindRefused(kind, fitting);
}

/** @throws FindingNotFound, FindingStateRefused */
export async function lockFinding(sql: Sql, id: string, needs: FindingState): Promise<Finding> {
  const finding = oneOf(
    await sql<Finding & object>(`SELECT ${FINDING_COLUMNS} FROM findings WHERE id = $1 FOR UPDATE`, [id]),
  );
  if (finding.state !== needs) throw new FindingStateRefused(finding.state, needs);
  return finding;
}

/** What a decision came to. */
export interface Decided {
  readonly verb: 'link' | 'adopt' | 'remove';
  /** Whose account it is from here on. */
  readonly userId: string;
  readonly reason?: string;
}

/** Resolves what is open about an account that was decided on, with its audit entry. */
export async function resolveDecided(
  { sql, roster }: { readonly sql: Sql; readonly roster: Pick<Roster, 'hashKey'> },
  { actor }: Decision,
  finding: Finding,
  { verb, userId, reason }: Decided,
): Promise<Finding> {
  await sql(
    `UPDATE findings SET state = 'resolved', closed_at = now(), closed_by = $3, reason = $4,
       user_id = CASE WHEN id = $5 THEN $6::uuid ELSE user_id END
     WHERE provider = $1 AND account_id = $2 AND state = 'open'`,
    [finding.provider, finding.accountId, actor, reason ?? null, finding.id, userId],
  );
  const detail = { findingId: finding.id, kind: finding.kind, ...(reason === undefined ? {} : { reason }) };
  await recordAudit(sql, roster.hashKey, [
    { actor, action: `finding.${verb}`, userId, provider: finding.provider, detail },
  ]);
  return findFinding({ sql }, finding.id);
}

function oneOf([finding]: readonly Finding[]): Finding {
  if (finding === undefined) throw new FindingNotFound();
  return finding;
}
