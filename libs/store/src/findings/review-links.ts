import { LINK_FINDING_KINDS, type LinkFindingKind } from '#domain';
import type { Sql } from '../database.js';
import type { Roster } from '../roster/roster.js';
import { enterFindings, type FindingRow, type FoundBy } from './record-findings.js';

const LINKS_A_PAGE = 500;
/** Longer circles are found when they have become shorter. */
const USERS_IN_A_CYCLE = 50;

/** What a link tells by itself, by kind. */
const TOLD: Readonly<Record<Exclude<LinkFindingKind, 'identifier_cycle'>, string>> = {
  not_enforceable: 'l.not_enforceable',
  state_drift: `l.park_code = 'gone_at_provider'`,
  fought_over: `l.park_code = 'fought_over'`,
};

const TOLD_ROWS = Object.entries(TOLD)
  .map(([kind, holds]) => `('${kind}', ${holds})`)
  .join(', ');

/**
 * Records what the links of a provider themselves tell that a person should see, and resolves what they no longer tell.
 * What is open or ignored already is left as it is, and nothing is written for it.
 * @returns how many are new
 */
export async function reviewLinks(
  { database, newId }: Pick<Roster, 'database' | 'newId'>,
  by: FoundBy,
): Promise<number> {
  const { sql } = database;
  const cycles = await findCycles(sql, by.provider);
  await resolveOver(
    sql,
    by.provider,
    cycles.map(({ userId }) => userId),
  );
  let count = await enterFindings(
    sql,
    by,
    cycles.map((cycle) => cycleRow(newId(), cycle)),
  );
  for (let after: Told | null = null; ;) {
    const page: Told[] = await readTold(sql, by.provider, after);
    count += await enterFindings(
      sql,
      by,
      page.map((told) => toldRow(newId(), told)),
    );
    const last = page.at(-1);
    if (last === undefined || page.length < LINKS_A_PAGE) return count;
    after = last;
  }
}

/** What one link tells and no finding says yet. */
interface Told {
  readonly userId: string;
  readonly accountId: string | null;
  readonly kind: LinkFindingKind;
}

async function readTold(sql: Sql, provider: string, after: Told | null): Promise<Told[]> {
  return sql<{ [Key in keyof Told]: Told[Key] }>(
    `SELECT l.user_id AS "userId", l.account_id AS "accountId", t.kind
     FROM links l CROSS JOIN LATERAL (VALUES ${TOLD_ROWS}) AS t (kind, holds)
     WHERE l.provider = $1 AND t.holds AND ($2::uuid IS NULL OR (l.user_id, t.kind) > ($2, $3::text))
       AND NOT EXISTS (SELECT FROM findings f WHERE f.provider = $1 AND f.kind = t.kind
         AND f.subject = uuid_send(l.user_id) AND f.state <> 'resolved')
     ORDER BY l.user_id, t.kind LIMIT $4`,
    [provider, after?.userId ?? null, after?.kind ?? null, LINKS_A_PAGE],
  );
}

/** Users of whom each waits for an identifier that the next one holds. */
interface Cycle {
  /** One of them, always the same: who is to be given another value for a while. */
  readonly userId: string;
  /** What that user waits for. */
  readonly attribute: string;
  readonly accountId: string | null;
  readonly userIds: readonly string[];
}

/** Each link waits for one other at most, so a circle is found from its first user. */
async function findCycles(sql: Sql, provider: string): Promise<Cycle[]> {
  return sql<{ [Key in keyof Cycle]: Cycle[Key] }>(
    `WITH RECURSIVE waiting AS (
       SELECT user_id, waits_for_user_id, park_attribute, account_id FROM links
       WHERE provider = $1 AND waits_for_user_id IS NOT NULL AND park_code = 'identifier_taken'),
     walk AS (
       SELECT user_id AS first, waits_for_user_id AS next, ARRAY[user_id] AS users FROM waiting
       UNION ALL
       SELECT k.first, w.waits_for_user_id, k.users || w.user_id FROM walk k JOIN waiting w ON w.user_id = k.next
       WHERE w.user_id > k.first AND w.user_id <> ALL (k.users) AND cardinality(k.users) < $2)
     SELECT w.user_id AS "userId", w.park_attribute AS attribute, w.account_id AS "accountId", k.users AS "userIds"
     FROM walk k JOIN waiting w ON w.user_id = k.first WHERE k.next = k.first`,
    [provider, USERS_IN_A_CYCLE],
  );
}

async function resolveOver(sql: Sql, provider: string, inCycles: readonly string[]): Promise<void> {
  await sql(
    `UPDATE findings f SET state = 'resolved', closed_at = now(), closed_by = 'sweep'
     WHERE f.provider = $1 AND f.state = 'open' AND f.kind = ANY ($2::text[])
       AND NOT (f.kind = 'identifier_cycle' AND f.user_id = ANY ($3::uuid[]))
       AND NOT EXISTS (SELECT FROM links l CROSS JOIN LATERAL (VALUES ${TOLD_ROWS}) AS t (kind, holds)
         WHERE l.provider = $1 AND l.user_id = f.user_id AND t.kind = f.kind AND t.holds)`,
    [provider, LINK_FINDING_KINDS, inCycles],
  );
}

function toldRow(id: string, { userId, accountId, kind }: Told): FindingRow {
  return { id, kind, subject: subjectOf(userId), account_id: accountId, user_id: userId, detail: {} };
}

function cycleRow(id: string, { userId, accountId, attribute, userIds }: Cycle): FindingRow {
  const row = { id, kind: 'identifier_cycle', subject: subjectOf(userId) } as const;
  return { ...row, account_id: accountId, user_id: userId, attribute, detail: { userIds } };
}

/** A user is one link there. */
function subjectOf(userId: string): string {
  return userId.replaceAll('-', '');
}
