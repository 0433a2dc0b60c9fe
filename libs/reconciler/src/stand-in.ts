import type { Account, CallContext } from '#identity-provider';
import { findClaimants, findKeeper, findRival, ownAccountHolds, type Settlement, type Work } from '#store';
import { doubtLeftMs } from './conclude.js';
import { knowledgeOf } from './knowledge.js';
import type { ProviderRoom } from './provider-room.js';
import { beginPass, settleAgain, settleHandled } from './settlements.js';

/** Whenever the database says so: nothing here goes by how long ago a claimant settled. */
const ANY_MOMENT = 'infinity';

/** An account that was to be destroyed, as it was just read. */
interface Doomed {
  readonly account: Account;
  readonly work: Work;
  readonly context: CallContext;
}

/**
 * Whether an account that was to be destroyed for being nobody's, or a second one, is somebody's by now. A removal may
 * have been held for days since a person decided on it: its owner may have been entered meanwhile, may have lost the
 * other account, or be under legal hold; or another account may have been merged into it. Whose second one it was is
 * remembered: they may hold other keys by now.
 * @throws ProviderError when the account that its owner would be left with cannot be read
 */
export async function isSomebodysByNow(room: ProviderRoom, doomed: Doomed): Promise<boolean> {
  const { sql } = room.engine.database;
  const { slug, provider } = room.instance;
  const { account, work, context } = doomed;
  const { userId, standsBeside } = work;
  if ((await findRival(sql, slug, { accountId: account.accountId, userId })) !== null) return true;
  const keys = account.lookupKeys.filter(({ kind }) => provider.capabilities.uniqueKeys.includes(kind));
  const all = await findClaimants(sql, slug, { keys, moment: ANY_MOMENT });
  const claims = all.filter((claim) => claim.userId !== userId);
  const keeper = standsBeside === null ? null : await findKeeper(sql, slug, standsBeside);
  const owners = [...claims, ...(keeper === null ? [] : [keeper])];
  if (owners.length === 0) return false;
  if (new Set(owners.map((owner) => owner.userId)).size > 1) return true;
  if (owners.some(({ isOnLegalHold }) => isOnLegalHold)) return true;
  if (claims.length > 0 && !claims.some(ownAccountHolds)) return true;
  const keptId = owners.find(({ accountId }) => accountId !== null)?.accountId ?? null;
  if (keptId === null) return true;
  return !('account' in (await provider.get({ accountId: keptId, remoteKey: keptId }, context)));
}

/**
 * Lets go of an account that is not to be destroyed after all; what stood for it alone stands for nothing any more. Not
 * while a call that would destroy it may still arrive: whoever is given the account meanwhile would lose it.
 */
export function callOffRemoval(room: ProviderRoom, work: Work): Settlement {
  const { provider, userId } = work;
  const pass = beginPass(work);
  const delayMs = doubtLeftMs(room, work);
  if (delayMs > 0) return settleAgain(work, pass, { delayMs, error: 'outcome_unknown', failed: false });
  room.engine.log.warn('a removal was called off: the account is somebody’s by now', { provider, userId });
  return settleHandled(work, {
    ...pass,
    // Nothing was found to be gone, so nothing says `absent`: a receipt would take it for a proof.
    knowledge: {
      ...knowledgeOf(work),
      accountId: null,
      certainty: 'certain',
      observedState: null,
      observedMarker: null,
      asserted: null,
    },
    doubt: 'clear',
    intent: { kind: 'purge', outcome: 'calledOff', evidence: {} },
  });
}
