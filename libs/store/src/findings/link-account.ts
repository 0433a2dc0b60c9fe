import type { FindingKind } from '#domain';
import type { Sql } from '../database.js';
import { markLinks } from '../mark.js';
import { requireConfirmation } from '../roster/confirmation.js';
import { NotMirrored, StatusRefused } from '../roster/errors.js';
import { lockUser } from '../roster/lock-user.js';
import type { Roster } from '../roster/roster.js';
import { transact } from '../roster/transact.js';
import { KeyDiffers, LinkOccupied } from './errors.js';
import {
  type AccountShown,
  requireFree,
  requireNotAnothers,
  requireNotErased,
  takingAccount,
} from './free-account.js';
import type { Finding } from './list-findings.js';
import { type Decision, lockOpenFinding, resolveDecided } from './lock-finding.js';

/** Findings whose account a person may give to somebody. */
export const LINKABLE = ['unlinked', 'disputed', 'orphan'] as const satisfies readonly FindingKind[];

/** Whose account it is, by a person's word. */
export interface LinkDecision extends Decision {
  readonly userId: string;
  /** The externalKey of that user. */
  readonly confirm: string | undefined;
  /** As the account was just read. */
  readonly shown: AccountShown;
  readonly acknowledgesErased: boolean;
}

/**
 * Gives the account of a finding to the link of a user, which becomes due: it is read before anything is written, and
 * then brought in step like any other. One transaction, under the locks of finding, user and link.
 * @throws FindingNotFound, FindingStateRefused, FindingKindRefused, FindingUntrue, UserNotFound, Erased,
 *   ErasedIdentifier, ConfirmationRefused, StatusRefused, NotMirrored, LinkOccupied, KeyDiffers
 */
export async function linkAccount(roster: Roster, decision: LinkDecision): Promise<Finding> {
  const { findingId, userId, shown } = decision;
  const work = async (sql: Sql): Promise<Finding> => {
    const finding = await lockOpenFinding(sql, findingId, LINKABLE);
    const user = await lockUser(sql, userId);
    requireConfirmation(user, decision.confirm);
    if (user.status === 'purging' || user.status === 'purged')
      throw new StatusRefused(user.status, 'active, deactivated or deleted');
    await requireFree(sql, finding, shown);
    await requireNotAnothers(sql, finding, { userId, shown });
    await requireNotErased(sql, roster.hashKey, shown, decision.acknowledgesErased);
    await giveAccount(sql, { userId, provider: finding.provider, shown });
    return resolveDecided({ sql, roster }, decision, finding, { verb: 'link', userId });
  };
  return takingAccount(() => transact(roster.database, work));
}

interface Gift {
  readonly userId: string;
  readonly provider: string;
  readonly shown: AccountShown;
}

async function giveAccount(sql: Sql, { userId, provider, shown }: Gift): Promise<void> {
  const remoteKey = await lockVacantLink(sql, userId, provider);
  if (shown.remoteKey !== null && shown.remoteKey !== remoteKey) throw new KeyDiffers();
  // Whatever was known was about another account, or about none.
  await sql(
    `UPDATE links SET account_id = $3, certainty = 'stale', observed_state = NULL, observed_marker = NULL,
       asserted = NULL, merged_into = NULL, approved_plan = NULL, repairs = 0, repaired_at = NULL,
       applied_status = NULL, applied_status_revision = NULL, applied_attribute_revision = NULL
     WHERE user_id = $1 AND provider = $2`,
    [userId, provider, shown.accountId],
  );
  // A lost create that was looked for in vain would be looked for again, before the account that was given.
  await sql(
    `DELETE FROM intents WHERE user_id = $1 AND provider = $2 AND kind = 'provision' AND settled_at IS NULL`,
    [userId, provider],
  );
  await markLinks(sql, [userId], { provider, lane: 'live', doubt: true, dissolvesHold: true });
}

/** @throws NotMirrored, LinkOccupied */
async function lockVacantLink(sql: Sql, userId: string, provider: string): Promise<string> {
  const [link] = await sql<{ remote_key: string; has_account: boolean; under_way: boolean }>(
    `SELECT l.remote_key,
       l.account_id IS NOT NULL AND NOT (l.observed_state IS NOT DISTINCT FROM 'absent' AND l.certainty = 'certain')
         AS has_account,
       l.in_flight OR (l.wanted > l.handled AND EXISTS (
         SELECT FROM intents i WHERE i.user_id = l.user_id AND i.provider = l.provider AND i.settled_at IS NULL))
         AS under_way
     FROM links l WHERE l.user_id = $1 AND l.provider = $2 FOR UPDATE`,
    [userId, provider],
  );
  if (link === undefined) throw new NotMirrored(provider);
  if (link.under_way) throw new LinkOccupied('under_way');
  if (link.has_account) throw new LinkOccupied('has_account');
  return link.remote_key;
}
