import type { FindingKind, User } from '#domain';
import type { Sql } from '../database.js';
import { enterUser } from '../roster/edit-user.js';
import { NotMirrored } from '../roster/errors.js';
import type { NewUser } from '../roster/input/schema.js';
import type { Roster } from '../roster/roster.js';
import { transact } from '../roster/transact.js';
import { KeyDiffers } from './errors.js';
import {
  type AccountShown,
  requireFree,
  requireNotErased,
  requireUnclaimed,
  takingAccount,
} from './free-account.js';
import type { Finding } from './list-findings.js';
import { type Decision, lockOpenFinding, resolveDecided } from './lock-finding.js';

/** Findings whose account a new user may begin with. */
export const ADOPTABLE = ['orphan'] as const satisfies readonly FindingKind[];

/** Whom the account of nobody is to belong to. */
export interface AdoptDecision extends Decision {
  readonly entry: NewUser;
  /** As the account was just read. */
  readonly shown: AccountShown;
  readonly acknowledgesErased: boolean;
}

/**
 * Enters a new user who has the account of a finding from the start, and ordinary links elsewhere. What the roster
 * holds of the user is what the account will hold.
 * @throws FindingNotFound, FindingStateRefused, FindingKindRefused, FindingUntrue, KeyDiffers, ExternalKeyTaken,
 *   Erased, ErasedIdentifier, NotMirrored
 */
export async function adoptAccount(
  roster: Roster,
  decision: AdoptDecision,
): Promise<{ readonly finding: Finding; readonly user: User }> {
  const { findingId, actor, entry, shown, acknowledgesErased } = decision;
  const work = async (sql: Sql): Promise<{ finding: Finding; user: User }> => {
    const found = await lockOpenFinding(sql, findingId, ADOPTABLE);
    await requireFree(sql, found, shown);
    await requireUnclaimed(sql, found, shown);
    if (shown.remoteKey !== null && shown.remoteKey !== entry.externalKey) throw new KeyDiffers();
    await requireNotErased(sql, roster.hashKey, shown, acknowledgesErased);
    const user = await enterUser({ sql, roster, actor }, entry, { acknowledgesErased });
    await beginWith(sql, { userId: user.id, provider: found.provider, accountId: shown.accountId });
    const finding = await resolveDecided({ sql, roster }, decision, found, {
      verb: 'adopt',
      userId: user.id,
    });
    return { finding, user };
  };
  return takingAccount(() => transact(roster.database, work));
}

/** Not known to be there until it was read: `stale` has it read before anything else. */
async function beginWith(
  sql: Sql,
  link: { readonly userId: string; readonly provider: string; readonly accountId: string },
): Promise<void> {
  const rows = await sql(
    `UPDATE links SET account_id = $3, certainty = 'stale' WHERE user_id = $1 AND provider = $2 RETURNING user_id`,
    [link.userId, link.provider, link.accountId],
  );
  if (rows.length === 0) throw new NotMirrored(link.provider);
}
