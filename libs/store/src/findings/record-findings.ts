import type { FindingKind, SweptFindingKind } from '#domain';
import type { Sql } from '../database.js';
import { hashOfAccount } from '../erasure/account-hash.js';
import type { Roster } from '../roster/roster.js';

/** Something that a sweep found about an account. */
export interface FoundAccount {
  readonly kind: SweptFindingKind;
  readonly accountId: string;
  /** Whose it is, or could be, where that is one user. */
  readonly userId: string | null;
  /** Words, states and ids of ours; never a personal value. */
  readonly detail: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Kinds that one account is never two of at a time. Whether a user is claimed by another account as well is only known
 * at the end of a listing, so an account that was `disputed` before stays so until then.
 */
const family = (row: string): string =>
  `CASE WHEN ${row}.kind IN ('unlinked', 'disputed') THEN 'claimed' ELSE ${row}.kind END`;

/** Where and by what something was found. */
export interface FoundBy {
  readonly provider: string;
  readonly runId: string;
}

/** A finding as it is entered; `subject` is what it is about, in hex, so that the same thing is found once. */
export interface FindingRow {
  readonly id: string;
  readonly kind: FindingKind;
  readonly subject: string;
  readonly account_id: string | null;
  readonly user_id: string | null;
  readonly attribute?: string;
  readonly detail: FoundAccount['detail'];
}

/**
 * Records what was found about accounts. What is open or ignored already is left as it is, and nothing is written for it.
 * @returns how many are new
 */
export async function recordFindings(
  { database, hashKey, newId }: Pick<Roster, 'database' | 'hashKey' | 'newId'>,
  by: FoundBy,
  found: readonly FoundAccount[],
): Promise<number> {
  const rows = found.map(({ kind, accountId, userId, detail }) => ({
    id: newId(),
    kind,
    subject: hashOfAccount(hashKey, by.provider, accountId).toString('hex'),
    account_id: accountId,
    user_id: userId,
    detail,
  }));
  return enterFindings(database.sql, by, rows);
}

/** Enters those that are not open or ignored already. @returns how many those are */
export async function enterFindings(
  sql: Sql,
  { provider, runId }: FoundBy,
  rows: readonly FindingRow[],
): Promise<number> {
  if (rows.length === 0) return 0;
  const made = await sql(
    `INSERT INTO findings (id, provider, kind, subject, user_id, account_id, attribute, detail, run_id)
     SELECT g.id, $1, g.kind, decode(g.subject, 'hex'), g.user_id, g.account_id, g.attribute, g.detail, $2
     FROM jsonb_to_recordset($3::jsonb)
       AS g (id uuid, kind text, subject text, user_id uuid, account_id text, attribute text, detail jsonb)
     WHERE NOT EXISTS (SELECT FROM findings f WHERE f.provider = $1 AND f.subject = decode(g.subject, 'hex')
       AND f.state <> 'resolved' AND ${family('f')} = ${family('g')})
     ON CONFLICT (provider, kind, subject) WHERE state <> 'resolved' DO NOTHING
     RETURNING id`,
    [provider, runId, JSON.stringify(rows)],
  );
  return made.length;
}
