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
 * Records what was found about accounts. An open finding comes to say what was found now; nothing is written where it
 * says so already, and what is ignored stays so, but for drift that has grown.
 * @returns how many are new, or open again
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

/**
 * Kinds that one account is never two of at a time. Whether a user is claimed by another account as well is only known
 * at the end of a listing, so an account that was `disputed` before stays so until then.
 */
const SAME_FAMILY = `f.kind = ANY (CASE WHEN g.kind IN ('unlinked', 'disputed') THEN ARRAY['unlinked', 'disputed'] ELSE ARRAY[g.kind] END)`;

/** What somebody ignored was less than this, or was about other people. Expects the aliases `f` and `g`. */
const IS_MORE = `CASE f.kind WHEN 'drift' THEN NOT g.detail <@ f.detail WHEN 'identifier_cycle' THEN g.detail <> f.detail ELSE false END`;

/** Of what was forgotten with an erased person only the account's hash is left, and nothing is added to it. */
const ENTER = `
  WITH g AS (
    SELECT * FROM jsonb_to_recordset($3::jsonb)
      AS g (id uuid, kind text, subject text, user_id uuid, account_id text, attribute text, detail jsonb)),
  known AS (
    SELECT g.id AS entry, f.id, f.state, f.state = 'ignored' AND ${IS_MORE} AS reopens,
      (f.account_id IS NOT NULL OR g.account_id IS NULL)
        AND (f.state = 'open' AND (f.user_id, f.attribute, f.detail) IS DISTINCT FROM (g.user_id, g.attribute, g.detail)
          OR f.state = 'ignored' AND f.kind IN ('drift', 'identifier_cycle') AND f.detail <> g.detail) AS differs,
      g.user_id, g.attribute, g.detail
    FROM g JOIN findings f ON f.provider = $1 AND f.subject = decode(g.subject, 'hex') AND f.state <> 'resolved'
      AND ${SAME_FAMILY}),
  told AS (
    UPDATE findings f SET user_id = k.user_id, attribute = k.attribute, detail = k.detail,
      state = CASE WHEN k.reopens THEN 'open' ELSE f.state END,
      closed_at = CASE WHEN NOT k.reopens THEN f.closed_at END,
      closed_by = CASE WHEN NOT k.reopens THEN f.closed_by END,
      reason = CASE WHEN NOT k.reopens THEN f.reason END
    FROM known k WHERE k.differs AND f.id = k.id AND f.state = k.state
    RETURNING k.reopens),
  made AS (
    INSERT INTO findings (id, provider, kind, subject, user_id, account_id, attribute, detail, run_id)
    SELECT g.id, $1, g.kind, decode(g.subject, 'hex'), g.user_id, g.account_id, g.attribute, g.detail, $2
    FROM g WHERE NOT EXISTS (SELECT FROM known k WHERE k.entry = g.id)
    ON CONFLICT (provider, kind, subject) WHERE state <> 'resolved' DO NOTHING
    RETURNING id)
  SELECT (SELECT count(*) FROM made)::int + (SELECT count(*) FROM told WHERE reopens)::int AS n`;

/** Enters those that are not open or ignored already, and mends those that are. @returns how many are new, or open again */
export async function enterFindings(
  sql: Sql,
  { provider, runId }: FoundBy,
  rows: readonly FindingRow[],
): Promise<number> {
  if (rows.length === 0) return 0;
  const [told] = await sql<{ n: number }>(ENTER, [provider, runId, JSON.stringify(rows)]);
  return told?.n ?? 0;
}
