import type { LookupKey, LookupKeyKind } from '#identity-provider';
import type { Sql } from '../database.js';
import { linksOfKeys } from './links-of-keys.js';
import { settledBefore } from './settled.js';
import type { Asserted } from './work.js';

/** A user who holds a key that an account of nobody holds too. */
export interface Claimant {
  readonly by: LookupKeyKind;
  /** The key, spelt for comparison. */
  readonly value: string;
  readonly userId: string;
  /** The account that the user has there already. */
  readonly accountId: string | null;
  readonly asserted: Asserted | null;
  /** Nothing of the link is under way: what it says of its account is to be taken at its word. */
  readonly isSettled: boolean;
  readonly isOnLegalHold: boolean;
}

const OF_REMOTE_KEYS = linksOfKeys('$1', `ARRAY(SELECT value FROM k WHERE kind = 'remoteKey')`);

/**
 * Users, not purged, who hold any of these keys: their key at the provider, their email or their phone.
 * @param moment by the database's clock; whoever settled since is told as not settled
 */
export async function findClaimants(
  sql: Sql,
  provider: string,
  { keys, moment }: { readonly keys: readonly LookupKey[]; readonly moment: string },
): Promise<Claimant[]> {
  if (keys.length === 0) return [];
  return sql<{ [Key in keyof Claimant]: Claimant[Key] }>(
    `WITH k AS (SELECT DISTINCT kind, value FROM unnest($2::text[], $3::text[]) AS k (kind, value)),
     hits AS (
       SELECT 'remoteKey' AS kind, held.remote_key AS value, held.user_id FROM (${OF_REMOTE_KEYS}) AS held
       UNION ALL SELECT k.kind, k.value, u.id FROM k JOIN users u ON u.email_key = k.value WHERE k.kind = 'email'
       UNION ALL SELECT k.kind, k.value, u.id FROM k JOIN users u ON u.phone = k.value WHERE k.kind = 'phone')
     SELECT h.kind AS by, h.value, l.user_id AS "userId", l.account_id AS "accountId", l.asserted,
            COALESCE(${settledBefore('$4')}, false) AS "isSettled", u.legal_hold_at IS NOT NULL AS "isOnLegalHold"
     FROM hits h JOIN users u ON u.id = h.user_id AND u.status <> 'purged'
     JOIN links l ON l.user_id = h.user_id AND l.provider = $1
     ORDER BY l.user_id`,
    [provider, keys.map(({ kind }) => kind), keys.map(({ value }) => value), moment],
  );
}

/** Whether the claimant's own account holds the key as well: by our key always, else by what it was told to hold. */
export function ownAccountHolds({ by, value, asserted }: Claimant): boolean {
  if (by === 'remoteKey') return true;
  return Object.values(asserted?.attributes ?? {}).some(
    (held) => typeof held === 'string' && held.toLowerCase() === value.toLowerCase(),
  );
}
