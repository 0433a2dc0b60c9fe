import type { Sql } from '../database.js';
import { COLUMN_VERDICTS } from '../personal-columns.js';

interface RowsOfPerson {
  readonly table: string;
  readonly where: string;
  /** Of rows that are somebody else's, what is about the person. (Default: every personal column) */
  readonly only?: string;
  /** The rows say nothing without their values, and go as a whole. (Default: values are blanked, rows stay) */
  readonly dropped?: true;
  /** What else is set. */
  readonly also?: string;
}

const ACCOUNTS = `
  SELECT provider, account_id FROM links WHERE user_id = ANY($1::uuid[])
  UNION SELECT provider, account_id FROM intents WHERE user_id = ANY($1::uuid[])`;

/**
 * Where a person is found, by table, for `$1` as their ids; in the order in which it is scrubbed. What others were
 * merged into is told by the accounts, which the person's own rows still name then.
 */
const ROWS: readonly RowsOfPerson[] = [
  { table: 'webhook_events', where: `(provider, survivor_id) IN (${ACCOUNTS})` },
  { table: 'links', only: 'merged_into', where: `(provider, merged_into) IN (${ACCOUNTS})` },
  {
    table: 'findings',
    where: `user_id = ANY($1::uuid[]) OR (provider, account_id) IN (${ACCOUNTS})
      OR detail -> 'userIds' ?| ARRAY(SELECT unnest($1::uuid[])::text)`,
  },
  { table: 'plan_steps', where: 'user_id = ANY($1::uuid[])' },
  {
    table: 'audit_values',
    where: 'audit_id = ANY (ARRAY(SELECT id FROM audit WHERE user_id = ANY($1::uuid[])))',
    dropped: true,
  },
  { table: 'intents', where: 'user_id = ANY($1::uuid[])' },
  {
    table: 'links',
    where: 'user_id = ANY($1::uuid[])',
    // A worker that still holds the link must find its lease gone, or its settle would write back what it knows.
    also: 'lease_token = NULL, lease_until = NULL, in_flight = false',
  },
  { table: 'users', where: 'id = ANY($1::uuid[])' },
];

/** What stands where a value must not be missing. (Default: nothing) */
const BLANKS: Readonly<Record<string, string>> = {
  'users.external_key': `'erased:' || id`,
  'users.attributes': `'{}'`,
  'users.tags': `'{}'`,
  'links.remote_key': `'erased:' || user_id`,
  'plan_steps.changes': `'{}'`,
  'intents.remote_key': `'erased:' || user_id`,
  'intents.lookup_keys': `'[]'`,
};

/**
 * Takes everything personal of these users out of every table, by the registry of personal columns. Part of the
 * transaction that completes their erasure.
 * @throws Error when the registry names a table whose rows nobody knows how to find
 */
export async function scrub(sql: Sql, userIds: readonly string[]): Promise<void> {
  for (const statement of STATEMENTS) await sql(statement, [userIds]);
}

/** One statement a table; made once, from the registry, so that a new personal column cannot be forgotten. */
const STATEMENTS = scrubStatements();

function scrubStatements(): string[] {
  const personal = COLUMN_VERDICTS.filter((verdict) => verdict.personal);
  const unknown = personal.find(({ table }) => !ROWS.some((rows) => rows.table === table));
  if (unknown !== undefined) throw new Error(`nobody knows how to find the rows of ${unknown.table}`);
  return ROWS.map(({ table, where, only, dropped, also }) => {
    if (dropped === true) return `DELETE FROM ${table} WHERE ${where}`;
    const blanked = personal
      .filter((verdict) => verdict.table === table && (only === undefined || only === verdict.column))
      .map(({ column }) => `${column} = ${BLANKS[`${table}.${column}`] ?? 'NULL'}`);
    return `UPDATE ${table} SET ${[...blanked, ...(also === undefined ? [] : [also])].join(', ')} WHERE ${where}`;
  });
}
