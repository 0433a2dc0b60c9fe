import type { ObservedState } from '#domain';
import type { Sql } from '../database.js';
import { comparableBefore, SWEPT_COLUMNS } from './settled.js';
import type { SweptLink } from './swept-link.js';

/** The link of a listed account. */
export interface KnownLink extends SweptLink {
  /** Settled before the page was asked for, and still so. What is not may differ by what we did ourselves. */
  readonly isComparable: boolean;
  /** Comparable, and settled before the listing began: had its account not been shown, it would be missing. */
  readonly isLookedFor: boolean;
}

type SweptRow = { [Key in keyof SweptLink]: SweptLink[Key] };
type KnownRow = { [Key in keyof KnownLink]: KnownLink[Key] };

/** Accounts that a listing told of, or did not. */
export interface ListedAccounts {
  readonly accountIds: readonly string[];
  /** When they were asked for, by the database's clock. */
  readonly moment: string;
  /** When the listing began, by the same. */
  readonly begun: string;
}

const OF_ACCOUNTS = `FROM links l JOIN users u ON u.id = l.user_id JOIN providers p ON p.slug = l.provider
     WHERE l.provider = $1 AND l.account_id = ANY($2::text[])`;

function isComparable(moment: string): string {
  return `COALESCE(${comparableBefore(moment)} AND p.enabled AND u.status <> 'purged', false)`;
}

/**
 * The links that hold these accounts, by account id. Those of purged users are not told, unless they were purged since
 * the accounts were asked for.
 */
export async function findLinksOfAccounts(
  sql: Sql,
  provider: string,
  { accountIds, moment, begun }: ListedAccounts,
): Promise<ReadonlyMap<string, KnownLink>> {
  const links = await sql<KnownRow>(
    `SELECT ${SWEPT_COLUMNS}, ${isComparable('$3')} AS "isComparable", ${isComparable('$4')} AS "isLookedFor"
     ${OF_ACCOUNTS} AND (u.status <> 'purged' OR l.observed_at >= $3::timestamptz)`,
    [provider, accountIds, moment, begun],
  );
  return new Map(links.map((link) => [link.accountId ?? '', link]));
}

/** Those of these accounts that a listing would have told of, had they been there: of the others nothing can be said. */
export async function findLookedFor(
  sql: Sql,
  provider: string,
  { accountIds, begun }: Omit<ListedAccounts, 'moment'>,
): Promise<string[]> {
  const rows = await sql<{ accountId: string }>(
    `SELECT l.account_id AS "accountId" ${OF_ACCOUNTS} AND ${isComparable('$3')} ORDER BY l.account_id`,
    [provider, accountIds, begun],
  );
  return rows.map(({ accountId }) => accountId);
}

/** Which of our links are walked. */
export interface LinkWalk {
  /** Reads on behind this user; `null` begins. */
  readonly after: string | null;
  readonly limit: number;
  /** Only links that were settled before; by the database's clock. */
  readonly moment: string;
  /** (Default: everybody) */
  readonly userIds?: readonly string[] | null;
}

/** A page of the comparable links of a provider, by user id. */
export async function walkLinks(
  sql: Sql,
  provider: string,
  { after, limit, moment, userIds = null }: LinkWalk,
): Promise<SweptLink[]> {
  // The user's id is bounded too, or a join in its order begins at the first user for each page.
  return sql<SweptRow>(
    `SELECT ${SWEPT_COLUMNS}
     FROM links l JOIN users u ON u.id = l.user_id JOIN providers p ON p.slug = l.provider AND p.enabled
     WHERE l.provider = $1 AND ($2::uuid IS NULL OR (l.user_id > $2 AND u.id > $2))
       AND ($5::uuid[] IS NULL OR l.user_id = ANY($5))
       AND u.status <> 'purged' AND ${comparableBefore('$4')}
     ORDER BY l.user_id LIMIT $3`,
    [provider, after, limit, moment, userIds],
  );
}

/** An account that a link holds, and the state in which it was last seen. */
export interface HeldAccount {
  readonly accountId: string;
  readonly observedState: ObservedState | null;
}

/**
 * A page of the accounts that links of a provider hold, by account id, whatever is under way for them. An index has all of
 * it, so that most links need not be read.
 * @param page `after`: reads on behind this account; `null` begins
 */
export async function walkAccounts(
  sql: Sql,
  provider: string,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<HeldAccount[]> {
  // No id is empty.
  return sql<{ [Key in keyof HeldAccount]: HeldAccount[Key] }>(
    `SELECT account_id AS "accountId", observed_state AS "observedState" FROM links
     WHERE provider = $1 AND account_id > $2 ORDER BY account_id LIMIT $3`,
    [provider, after ?? '', limit],
  );
}

/** How many links of a provider are known to have an account; by the state in which it was last seen. */
export async function countAccounts(sql: Sql, provider: string): Promise<Readonly<Record<string, number>>> {
  const rows = await sql<{ state: string; n: number }>(
    `SELECT observed_state AS state, count(*)::int AS n FROM links
     WHERE provider = $1 AND account_id IS NOT NULL AND observed_state IS NOT NULL GROUP BY 1`,
    [provider],
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}
