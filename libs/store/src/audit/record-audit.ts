import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Database } from '../database.js';
import { canonicalJson, type Json } from './canonical-json.js';

/** One thing that somebody did. */
export interface AuditEntry {
  /** Who: `key:<name>` for a caller of the API, `system` for the service itself. */
  readonly actor: string;
  /** What: `user.create`, `user.update`, `user.deactivate`, ... Stable: reports match on it. */
  readonly action: string;
  readonly userId?: string;
  readonly provider?: string;
  /** New values by attribute name. The names stay in the entry; the values can be erased on their own. */
  readonly values?: Readonly<Record<string, Json>>;
  /** What else is worth knowing. Never a personal value. */
  readonly detail?: Readonly<Record<string, Json>>;
}

/**
 * Records entries in the transaction of the change itself. Values are kept apart from the entries, which hold their
 * names and a keyed hash, so that an erasure leaves the record whole. A user has at most one entry with values a call.
 * @param underWay what the same transaction is at already. Entries are put into words meanwhile, and sent only once it
 *   has succeeded. It has ended when this returns or throws, whatever the entries are (Default: nothing)
 */
export async function recordAudit(
  sql: Database['sql'],
  hashKey: Buffer,
  entries: readonly AuditEntry[],
  underWay?: Promise<unknown>,
): Promise<void> {
  let rows: AuditRow[];
  try {
    rows = auditRows(hashKey, entries);
  } finally {
    // Nobody may give the transaction up meanwhile. If words fail too, this failure counts: it may be worth another try.
    await underWay;
  }
  if (rows.length > 0) await insertRows(sql, rows);
}

type AuditRow = ReturnType<typeof auditRow>;

async function insertRows(sql: Database['sql'], rows: readonly AuditRow[]): Promise<void> {
  await sql(
    `WITH given AS (
       SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::jsonb[], $6::bytea[], $7::jsonb[])
         AS g (actor, action, user_id, provider, vals, values_hash, detail)
     ), entered AS (
       INSERT INTO audit (actor, action, user_id, provider, attributes, values_hash, detail)
       SELECT actor, action, user_id, provider,
              CASE WHEN vals IS NULL THEN '{}' ELSE ARRAY(SELECT jsonb_object_keys(vals)) END, values_hash, detail
       FROM given
       RETURNING id, user_id, values_hash
     )
     INSERT INTO audit_values (audit_id, user_id, values)
     SELECT entered.id, given.user_id, given.vals
     FROM entered JOIN given ON given.user_id = entered.user_id
     WHERE entered.values_hash IS NOT NULL AND given.values_hash IS NOT NULL`,
    [
      rows.map((row) => row.actor),
      rows.map((row) => row.action),
      rows.map((row) => row.userId),
      rows.map((row) => row.provider),
      rows.map((row) => row.values),
      rows.map((row) => row.valuesHash),
      rows.map((row) => row.detail),
    ],
  );
}

function auditRows(hashKey: Buffer, entries: readonly AuditEntry[]): AuditRow[] {
  const key = createSecretKey(hashKey);
  return entries.map((entry) => auditRow(key, entry));
}

function auditRow(key: KeyObject, entry: AuditEntry) {
  const values = entry.values === undefined ? null : canonicalJson(entry.values);
  return {
    actor: entry.actor,
    action: entry.action,
    userId: entry.userId ?? null,
    provider: entry.provider ?? null,
    values,
    // As text: of thousands, each buffer would take half as long again.
    valuesHash: values === null ? null : `\\x${createHmac('sha256', key).update(values).digest('hex')}`,
    detail: JSON.stringify(entry.detail ?? {}),
  };
}
