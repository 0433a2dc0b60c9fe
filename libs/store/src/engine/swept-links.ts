import type { Sql } from '../database.js';
import { comparableBefore, SWEPT_COLUMNS } from './settled.js';
import type { SweptLink } from './swept-link.js';

/** The link of a listed account. */
export interface KnownLink {
  readonly link: SweptLink;
  /** Settled before the page was asked for, and still so. What is not may differ by what we did ourselves. */
  readonly isComparable: boolean;
}

type SweptRow = { [Key in keyof SweptLink]: SweptLink[Key] };

/**
 * The links that hold these accounts, by account id. Those of purged users are not told, unless they were purged since
 * the page was asked for.
 * @param moment when the page was asked for, by the database's clock
 */
export async function findLinksOfAccounts(
  sql: Sql,
  provider: string,
  { accountIds, moment }: { readonly accountIds: readonly string[]; readonly moment: string },
): Promise<ReadonlyMap<string, KnownLink>> {
  const rows = await sql<SweptRow & { readonly isComparable: boolean }>(
    `SELECT ${SWEPT_COLUMNS}, COALESCE(${comparableBefore('$3')} AND p.enabled AND u.status <> 'purged', false) AS "isComparable"
     FROM links l JOIN users u ON u.id = l.user_id JOIN providers p ON p.slug = l.provider
     WHERE l.provider = $1 AND l.account_id = ANY($2::text[])
       AND (u.status <> 'purged' OR l.observed_at >= $3::timestamptz)`,
    [provider, accountIds, moment],
  );
  const known = rows.map(({ isComparable, ...swept }): KnownLink => ({ link: swept, isComparable }));
  return new Map(known.map((each) => [each.link.accountId ?? '', each]));
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

// The user's id is bounded too, or a join in its order begins at the first user for each page.
const WALK = `
     FROM links l JOIN users u ON u.id = l.user_id JOIN providers p ON p.slug = l.provider AND p.enabled
     WHERE l.provider = $1 AND ($2::uuid IS NULL OR (l.user_id > $2 AND u.id > $2))
       AND ($5::uuid[] IS NULL OR l.user_id = ANY($5))
       AND u.status <> 'purged' AND ${comparableBefore('$4')}
     ORDER BY l.user_id LIMIT $3`;

/** A page of the comparable links of a provider, by user id. */
export async function walkLinks(sql: Sql, provider: string, walk: LinkWalk): Promise<SweptLink[]> {
  return sql<SweptRow>(`SELECT ${SWEPT_COLUMNS} ${WALK}`, parametersOf(provider, walk));
}

/** As much of a link as tells whose account should have been shown. */
export type AccountOfLink = Pick<SweptLink, 'userId' | 'accountId' | 'observedState'>;

/** The same, without what the accounts hold. */
export async function walkAccounts(sql: Sql, provider: string, walk: LinkWalk): Promise<AccountOfLink[]> {
  return sql<{ [Key in keyof AccountOfLink]: AccountOfLink[Key] }>(
    `SELECT l.user_id AS "userId", l.account_id AS "accountId", l.observed_state AS "observedState" ${WALK}`,
    parametersOf(provider, walk),
  );
}

function parametersOf(provider: string, { after, limit, moment, userIds = null }: LinkWalk): unknown[] {
  return [provider, after, limit, moment, userIds];
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
