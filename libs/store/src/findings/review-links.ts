import { LINK_FINDING_KINDS, type LinkFindingKind } from '#domain';
import type { Sql } from '../database.js';
import type { Roster } from '../roster/roster.js';
import { enterFindings, type FindingRow, type FoundBy } from './record-findings.js';

const LINKS_A_PAGE = 500;
/** Before every id. */
const NIL_UUID = '00000000-0000-0000-0000-000000000000';
/** Longer circles are found when they have become shorter. */
const USERS_IN_A_CYCLE = 50;

/** What a link tells by itself, by kind. */
const TOLD = {
  not_enforceable: 'l.not_enforceable',
  state_drift: `l.park_code = 'gone_at_provider'`,
  fought_over: `l.park_code = 'fought_over'`,
} as const satisfies Readonly<Record<Exclude<LinkFindingKind, 'identifier_cycle'>, string>>;

type ToldKind = keyof typeof TOLD;
const TOLD_KINDS = Object.keys(TOLD) as readonly ToldKind[];

const TOLD_ROWS = Object.entries(TOLD)
  .map(([kind, holds]) => `('${kind}', ${holds})`)
  .join(', ');

/**
 * Records what the links of a provider themselves tell that a person should see, and resolves what they no longer tell,
 * also where it is ignored: when they tell it again it is something new.
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
  for (const kind of TOLD_KINDS) count += await enterTold({ sql, newId }, by, kind);
  return count;
}

async function enterTold(
  { sql, newId }: { readonly sql: Sql; readonly newId: Roster['newId'] },
  by: FoundBy,
  kind: ToldKind,
): Promise<number> {
  let count = 0;
  for (let after: string | null = null; ;) {
    const page: Told[] = await readTold(sql, by.provider, { kind, after });
    count += await enterFindings(
      sql,
      by,
      page.map((told) => toldRow(newId(), kind, told)),
    );
    const last = page.at(-1);
    if (last === undefined || page.length < LINKS_A_PAGE) return count;
    after = last.userId;
  }
}

/** What one link tells and no finding says yet. */
interface Told {
  readonly userId: string;
  readonly accountId: string | null;
}

/**
 * Each kind by itself: its links are found by an index of theirs alone (`links_not_enforceable`, `links_given_up`). Each
 * is looked up among the findings by itself, too: a join would be planned for as few findings as there were yesterday.
 */
async function readTold(
  sql: Sql,
  provider: string,
  { kind, after }: { readonly kind: ToldKind; readonly after: string | null },
): Promise<Told[]> {
  return sql<{ [Key in keyof Told]: Told[Key] }>(
    `SELECT l.user_id AS "userId", l.account_id AS "accountId" FROM links l
     WHERE l.provider = $1 AND ${TOLD[kind]} AND l.user_id > $3::uuid
       AND (SELECT f.id FROM findings f WHERE f.provider = $1 AND f.kind = $2
         AND f.subject = uuid_send(l.user_id) AND f.state <> 'resolved') IS NULL
     ORDER BY l.user_id LIMIT $4`,
    [provider, kind, after ?? NIL_UUID, LINKS_A_PAGE],
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
     WHERE f.provider = $1 AND f.state <> 'resolved' AND f.kind = ANY ($2::text[])
       AND NOT (f.kind = 'identifier_cycle' AND f.user_id = ANY ($3::uuid[]))
       AND NOT EXISTS (SELECT FROM links l CROSS JOIN LATERAL (VALUES ${TOLD_ROWS}) AS t (kind, holds)
         WHERE l.provider = $1 AND l.user_id = f.user_id AND t.kind = f.kind AND t.holds)`,
    [provider, LINK_FINDING_KINDS, inCycles],
  );
}

function toldRow(id: string, kind: ToldKind, { userId, accountId }: Told): FindingRow {
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
