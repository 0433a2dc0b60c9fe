import type { Account } from '#identity-provider';
import type { Sql } from '../database.js';
import { type Claimant, findClaimants } from '../engine/claimants.js';
import { findHolders } from '../engine/holders.js';
import { requireNoTombstone } from '../erasure/tombstones.js';
import { sqlStateOf } from '../errors.js';
import { FindingUntrue } from './errors.js';
import type { Finding } from './list-findings.js';

/** What an account was just read to be known by. */
export interface AccountShown extends Pick<Account, 'accountId' | 'remoteKey'> {
  /** Its keys that are unique there. */
  readonly uniqueKeys: Account['lookupKeys'];
}

/**
 * Refuses an account that is, or is about to be, somebody's: of a link, a merge, a purge that is not over, or a create.
 * @throws FindingUntrue
 */
export async function requireFree(
  sql: Sql,
  { provider, accountId }: Finding,
  shown: AccountShown,
): Promise<void> {
  if (accountId === null || accountId !== shown.accountId) throw new FindingUntrue('other_account');
  const [held] = await sql(
    `SELECT 1 FROM links WHERE provider = $1 AND (account_id = $2 OR merged_into = $2)
     UNION ALL SELECT 1 FROM intents WHERE provider = $1 AND account_id = $2 AND settled_at IS NULL LIMIT 1`,
    [provider, accountId],
  );
  if (held !== undefined) throw new FindingUntrue('linked');
  const { creating } = await findHolders(sql, provider, { accountIds: [], keys: shown.uniqueKeys });
  if (creating.length > 0) throw new FindingUntrue('being_made');
}

/** Users who could claim the account by a key that it was just read to hold. */
export async function claimantsOf(
  sql: Sql,
  { provider }: Finding,
  { uniqueKeys }: AccountShown,
): Promise<Claimant[]> {
  const [clock] = await sql<{ moment: string }>('SELECT clock_timestamp()::text AS moment');
  return findClaimants(sql, provider, { keys: uniqueKeys, moment: clock?.moment ?? '' });
}

/** @throws FindingUntrue when the account could be that of somebody in the roster */
export async function requireUnclaimed(sql: Sql, finding: Finding, shown: AccountShown): Promise<void> {
  if ((await claimantsOf(sql, finding, shown)).length > 0) throw new FindingUntrue('claimed');
}

/**
 * Of several who could claim the account a person chooses; whoever could not does not get it before somebody who could.
 * @throws FindingUntrue
 */
export async function requireNotAnothers(
  sql: Sql,
  finding: Finding,
  { userId, shown }: { readonly userId: string; readonly shown: AccountShown },
): Promise<void> {
  const claims = await claimantsOf(sql, finding, shown);
  if (claims.length > 0 && !claims.some((claim) => claim.userId === userId))
    throw new FindingUntrue('claimed');
}

/**
 * Refuses an account that holds the key or email of somebody who was erased.
 * @throws Erased, ErasedIdentifier
 */
export async function requireNotErased(
  sql: Sql,
  hashKey: Buffer,
  { remoteKey, uniqueKeys }: AccountShown,
  acknowledgesErased: boolean,
): Promise<void> {
  const emails = uniqueKeys.filter(({ kind }) => kind === 'email').map(({ value }) => value);
  for (const email of [null, ...emails]) {
    const person = { email, ...(remoteKey === null ? {} : { externalKey: remoteKey }) };
    await requireNoTombstone(sql, hashKey, person, acknowledgesErased);
  }
}

/**
 * Does what gives an account to a link. Of two who do so at once, the database lets one.
 * @throws FindingUntrue, and whatever `work` throws
 */
export async function takingAccount<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (sqlStateOf(error) === UNIQUE_VIOLATION) throw new FindingUntrue('linked');
    throw error;
  }
}

const UNIQUE_VIOLATION = '23505';
