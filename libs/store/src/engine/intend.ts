import type { OwedEffect } from '#domain';
import type { LookupKey } from '#identity-provider';
import type { Sql } from '../database.js';

/** What one link is about to do that must be on record, or must be allowed, before its first call. */
export interface IntendRequest {
  /** Id of the intent, should one be written. UUID v7. */
  readonly id: string;
  readonly userId: string;
  readonly leaseToken: string;
  /** The step counts on this; a user whose status moved on since is refused. */
  readonly statusRevision: number;
  readonly attributeRevision: number;
  /** The kind of intent to write; `null` when only the permission or the debt is needed. */
  readonly kind: 'provision' | 'purge' | null;
  readonly accountId: string | null;
  readonly remoteKey: string;
  readonly lookupKeys: readonly LookupKey[];
  /** Effects that become owed with the first call. */
  readonly owes: readonly OwedEffect[];
}

/**
 * In one statement, with the users' rows locked against a change of status: checks that each user still stands where
 * the step was planned from and that the lease is still ours, writes intents and debts, and returns the users that
 * may go on. Whoever is not returned makes no call.
 */
export async function recordIntents(
  sql: Sql,
  provider: string,
  requests: readonly IntendRequest[],
): Promise<ReadonlySet<string>> {
  const rows = await sql<{ user_id: string }>(
    `WITH asked AS (
       SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::int[], $7::text[], $8::text[],
                            $9::text[], $10::jsonb[], $11::text[])
         AS a(id, user_id, token, status_revision, attribute_revision, kind, account_id, remote_key, keys, owes)),
     standing AS (
       SELECT u.id FROM users u JOIN asked a ON a.user_id = u.id AND a.status_revision = u.status_revision
         AND (a.kind IS DISTINCT FROM 'purge' OR u.status = 'purging')
       ORDER BY u.id FOR SHARE OF u),
     allowed AS (
       SELECT a.* FROM asked a JOIN standing s ON s.id = a.user_id
       JOIN links l ON l.user_id = a.user_id AND l.provider = $1
         AND l.lease_token = a.token
         -- by the wall, not by the start of this statement: it may have waited for a user's lock past the lease
         AND l.lease_until > clock_timestamp()),
     owing AS (
       UPDATE links l SET owed = ARRAY(SELECT DISTINCT unnest(l.owed || string_to_array(a.owes, ',')))
       FROM allowed a WHERE a.owes <> '' AND l.user_id = a.user_id AND l.provider = $1),
     replaced AS (
       DELETE FROM intents i USING allowed a
       WHERE a.kind = 'provision' AND i.kind = 'provision' AND i.user_id = a.user_id AND i.provider = $1
         AND i.settled_at IS NULL),
     written AS (
       INSERT INTO intents (id, user_id, provider, kind, lease_token, account_id, remote_key, lookup_keys,
                            status_revision, attribute_revision)
       SELECT a.id, a.user_id, $1, a.kind, a.token, a.account_id, a.remote_key, a.keys, a.status_revision,
              a.attribute_revision
       FROM allowed a WHERE a.kind IS NOT NULL)
     SELECT user_id FROM allowed`,
    [
      provider,
      requests.map((request) => request.id),
      requests.map((request) => request.userId),
      requests.map((request) => request.leaseToken),
      requests.map((request) => request.statusRevision),
      requests.map((request) => request.attributeRevision),
      requests.map((request) => request.kind),
      requests.map((request) => request.accountId),
      requests.map((request) => request.remoteKey),
      requests.map((request) => JSON.stringify(request.lookupKeys)),
      requests.map((request) => request.owes.join(',')),
    ],
  );
  return new Set(rows.map((row) => row.user_id));
}
