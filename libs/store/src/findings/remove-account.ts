import { type FindingKind, LANES, laneOfVerb, NO_ATTRIBUTES } from '#domain';
import type { Sql } from '../database.js';
import { ownAccountHolds } from '../engine/claimants.js';
import { ExternalKeyTaken } from '../roster/errors.js';
import { findExternalKeyFault } from '../roster/input/text.js';
import { requireNoLegalHold } from '../roster/legal-hold.js';
import { lockUser } from '../roster/lock-user.js';
import type { Roster } from '../roster/roster.js';
import { transact } from '../roster/transact.js';
import { insertUsers, setStatus } from '../roster/write-users.js';
import { AccountNotConfirmed, FindingUntrue } from './errors.js';
import {
  type AccountShown,
  claimantsOf,
  requireFree,
  requireUnclaimed,
  takingAccount,
} from './free-account.js';
import type { Finding } from './list-findings.js';
import { type Decision, lockOpenFinding, resolveDecided } from './lock-finding.js';

/** Findings whose account a person may have destroyed. */
export const REMOVABLE = ['orphan', 'duplicate_remote'] as const satisfies readonly FindingKind[];

/** That an account is to be destroyed, and why. */
export interface RemoveDecision extends Decision {
  /** The id of the account: what cannot be undone names it twice. */
  readonly confirm: string | undefined;
  readonly reason: string;
  /** As the account was just read. */
  readonly shown: AccountShown;
  /** The account that the user of a duplicate keeps, when it was just seen to be there. */
  readonly keptId: string | null;
}

/**
 * Has the account of a finding destroyed by the purge that destroys every account: a user is entered who stands for
 * nothing but this account and is purging from the start. So the warrant, the intent, the budget and the read behind it
 * are those of any purge, and the one link keeps the account from everybody else until it is gone.
 * @throws FindingNotFound, FindingStateRefused, FindingKindRefused, AccountNotConfirmed, FindingUntrue, ExternalKeyTaken,
 *   LegalHoldStands
 */
export async function removeAccount(roster: Roster, decision: RemoveDecision): Promise<Finding> {
  const { findingId, confirm, reason, shown } = decision;
  const work = async (sql: Sql): Promise<Finding> => {
    const finding = await lockOpenFinding(sql, findingId, REMOVABLE);
    if (confirm !== finding.accountId) throw new AccountNotConfirmed(confirm !== undefined);
    await requireFree(sql, finding, shown);
    const beside = finding.kind === 'orphan' ? null : await requireDuplicate(sql, finding, decision);
    if (beside === null) await requireUnclaimed(sql, finding, shown);
    const userId = await enterStandIn({ sql, roster }, { provider: finding.provider, shown, beside });
    return resolveDecided({ sql, roster }, decision, finding, { verb: 'remove', userId, reason });
  };
  return takingAccount(() => transact(roster.database, work));
}

/**
 * One user alone could claim the account, whose own holds the same key and was just read; and nothing of theirs is
 * under legal hold. What is less sure than that, a sweep does not call a duplicate either.
 * @returns whose duplicate it is
 * @throws FindingUntrue, LegalHoldStands
 */
async function requireDuplicate(
  sql: Sql,
  finding: Finding,
  { shown, keptId }: Pick<RemoveDecision, 'shown' | 'keptId'>,
): Promise<string> {
  const claims = await claimantsOf(sql, finding, shown);
  const [userId, ...others] = [...new Set(claims.map((claim) => claim.userId))];
  const isKept = claims.every(({ accountId, isSettled }) => isSettled && accountId === keptId);
  const isSure = isKept && claims.some(ownAccountHolds);
  if (userId === undefined || others.length > 0 || !isSure || keptId === null)
    throw new FindingUntrue('not_a_duplicate');
  requireNoLegalHold(await lockUser(sql, userId));
  const [link] = await sql(
    `SELECT 1 FROM links WHERE provider = $1 AND user_id = $2 AND account_id = $3 AND certainty = 'certain' FOR UPDATE`,
    [finding.provider, userId, keptId],
  );
  if (link === undefined) throw new FindingUntrue('not_a_duplicate');
  return userId;
}

/** An account that is to be destroyed. */
interface Doomed {
  readonly provider: string;
  readonly shown: AccountShown;
  /** Whose second account it is; `null` when it is nobody's. */
  readonly beside: string | null;
}

/**
 * Where the provider knows accounts by our key, the stand-in holds that key, so that nobody is entered under it
 * meanwhile; one that no user can have needs no holder.
 */
async function enterStandIn(
  { sql, roster }: { readonly sql: Sql; readonly roster: Roster },
  { provider, shown: { accountId, remoteKey }, beside }: Doomed,
): Promise<string> {
  const id = roster.newId();
  const isKey = remoteKey !== null && findExternalKeyFault(remoteKey) === null;
  const externalKey = isKey ? remoteKey : `removed:${id}`;
  const entered = await insertUsers(sql, [{ id, externalKey, status: 'active', attributes: NO_ATTRIBUTES }]);
  if (!entered.has(id)) throw new ExternalKeyTaken();
  await setStatus(sql, [id], { status: 'purging', statusBeforeDeletion: 'active' });
  await sql('UPDATE users SET is_stand_in = true, stands_beside = $2 WHERE id = $1', [id, beside]);
  await sql(
    `INSERT INTO links (user_id, provider, remote_key, account_id, certainty, lane) VALUES ($1, $2, $3, $4, 'stale', $5)`,
    [id, provider, remoteKey ?? externalKey, accountId, LANES[laneOfVerb('purge')]],
  );
  return id;
}
