import type { Account, CallContext } from '#identity-provider';
import { findClaimants, findRival, ownAccountHolds, type Settlement, type Work } from '#store';
import { knowledgeOf } from './knowledge.js';
import type { ProviderRoom } from './provider-room.js';
import { beginPass, settleHandled } from './settlements.js';

/** Whenever the database says so: nothing here goes by how long ago a claimant settled. */
const ANY_MOMENT = 'infinity';

/**
 * Whether an account that was to be destroyed for being nobody's, or a second one, is somebody's by now. A removal may
 * have been held for days since a person decided on it: its owner may have been entered meanwhile, may have lost the
 * other account, or be under legal hold; or another account may have been merged into it.
 * @throws ProviderError when the account that its owner would be left with cannot be read
 */
export async function isSomebodysByNow(
  room: ProviderRoom,
  {
    account,
    work,
    context,
  }: { readonly account: Account; readonly work: Work; readonly context: CallContext },
): Promise<boolean> {
  const { sql } = room.engine.database;
  const { slug, provider } = room.instance;
  const { userId } = work;
  if ((await findRival(sql, slug, { accountId: account.accountId, userId })) !== null) return true;
  const keys = account.lookupKeys.filter(({ kind }) => provider.capabilities.uniqueKeys.includes(kind));
  const all = await findClaimants(sql, slug, { keys, moment: ANY_MOMENT });
  const claims = all.filter((claim) => claim.userId !== userId);
  if (claims.length === 0) return false;
  const owners = new Set(claims.map((claim) => claim.userId));
  if (owners.size > 1 || claims.some(({ isOnLegalHold }) => isOnLegalHold)) return true;
  const keptId = claims.find(ownAccountHolds)?.accountId ?? null;
  if (keptId === null) return true;
  return !('account' in (await provider.get({ accountId: keptId, remoteKey: keptId }, context)));
}

/** Lets go of an account that is not to be destroyed after all; what stood for it alone stands for nothing any more. */
export function callOffRemoval(room: ProviderRoom, work: Work): Settlement {
  const { provider, userId } = work;
  room.engine.log.warn('a removal was called off: the account is somebody’s by now', { provider, userId });
  const pass = beginPass(work);
  const knowledge = {
    ...knowledgeOf(work),
    accountId: null,
    certainty: 'certain',
    observedState: 'absent',
    asserted: null,
  } as const;
  return settleHandled(work, { ...pass, knowledge });
}
