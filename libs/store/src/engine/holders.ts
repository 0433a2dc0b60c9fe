import type { LookupKey } from '#identity-provider';
import type { Sql } from '../database.js';

/** Who of the roster stands behind an account, or is about to. */
export interface Holders {
  /** Account id to the link that holds it, and how far that link has come. */
  readonly byAccountId: ReadonlyMap<string, { readonly userId: string; readonly handled: string }>;
  /** Users with a create under way, or still being looked for, that sent one of the keys. Parked ones are not waited for. */
  readonly creating: readonly { readonly userId: string; readonly lookupKeys: readonly LookupKey[] }[];
}

/**
 * Looks up, in one snapshot, which links and which unsettled creates of this provider stand behind these accounts and
 * keys. One snapshot, because a settle turns the one into the other.
 */
export async function findHolders(
  sql: Sql,
  provider: string,
  sought: { readonly accountIds: readonly string[]; readonly keys: readonly LookupKey[] },
): Promise<Holders> {
  const rows = await sql<{
    account_id: string | null;
    user_id: string;
    handled: string;
    lookup_keys: LookupKey[] | null;
  }>(
    `SELECT l.account_id, l.user_id, l.handled, NULL::jsonb AS lookup_keys
       FROM links l WHERE l.provider = $1 AND l.account_id = ANY($2::text[])
     UNION ALL
     SELECT NULL, i.user_id, 0, i.lookup_keys
       FROM intents i JOIN links l ON l.user_id = i.user_id AND l.provider = i.provider AND l.wanted > l.handled
       WHERE i.provider = $1 AND i.settled_at IS NULL AND i.kind = 'provision'
        AND EXISTS (SELECT FROM unnest($3::jsonb[]) AS k WHERE i.lookup_keys @> k)`,
    [provider, sought.accountIds, sought.keys.map((key) => JSON.stringify([key]))],
  );
  const byAccountId = new Map<string, { userId: string; handled: string }>();
  const creating: { userId: string; lookupKeys: readonly LookupKey[] }[] = [];
  for (const row of rows) {
    if (row.account_id !== null) {
      byAccountId.set(row.account_id, { userId: row.user_id, handled: row.handled });
    } else creating.push({ userId: row.user_id, lookupKeys: row.lookup_keys ?? [] });
  }
  return { byAccountId, creating };
}

/**
 * Another link that holds an account, or is said to have been merged into it, and how far that link has come; `null`
 * when there is none. Two links that were merged into one account are rivals before either of them was looked at.
 */
export async function findRival(
  sql: Sql,
  provider: string,
  { accountId, userId }: { readonly accountId: string; readonly userId: string },
): Promise<{ readonly userId: string; readonly handled: string } | null> {
  const [rival] = await sql<{ user_id: string; handled: string }>(
    `SELECT user_id, handled FROM links
     WHERE provider = $1 AND (account_id = $2 OR merged_into = $2) AND user_id <> $3
     ORDER BY account_id = $2 DESC NULLS LAST LIMIT 1`,
    [provider, accountId, userId],
  );
  return rival === undefined ? null : { userId: rival.user_id, handled: rival.handled };
}

/** Who keeps an account when another one of theirs is destroyed. */
export interface Keeper {
  readonly userId: string;
  readonly accountId: string | null;
  readonly isOnLegalHold: boolean;
}

/**
 * The user beside whose account another one stands that is to be destroyed, with the account that they keep; `null` for
 * whoever is purged, who keeps nothing.
 */
export async function findKeeper(sql: Sql, provider: string, userId: string): Promise<Keeper | null> {
  const [row] = await sql<{ account_id: string | null; is_held: boolean }>(
    `SELECT l.account_id, u.legal_hold_at IS NOT NULL AS is_held
     FROM users u LEFT JOIN links l ON l.user_id = u.id AND l.provider = $1
     WHERE u.id = $2 AND u.status <> 'purged'`,
    [provider, userId],
  );
  return row === undefined ? null : { userId, accountId: row.account_id, isOnLegalHold: row.is_held };
}
