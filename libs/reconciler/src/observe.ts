import type { CallContext, DesiredAccount, LookupKey, Observation } from '#identity-provider';
import type { LinkKnowledge, Work } from '#store';
import { findOwnLostCreate, type LostCreate } from './lost-create.js';
import { afterRead, knowledgeOf } from './knowledge.js';
import { followMerge, isSaidToBeMerged, type MergedAway } from './merged-account.js';
import type { ProviderRoom } from './provider-room.js';
import { sharedKey } from './shared-key.js';
import { isSomebodysByNow } from './stand-in.js';

/** What is there, or why nobody can say yet. */
export type Seen =
  | {
      readonly kind: 'known';
      readonly knowledge: LinkKnowledge;
      readonly readNow: boolean;
      /** What was said of a merge is found out, and needs no second look. */
      readonly mergeIsOver?: true;
    }
  /** A create whose answer was lost may still land; to be looked for again after `waitMs`. */
  | { readonly kind: 'tooEarly'; readonly waitMs: number }
  | { readonly kind: 'disputed'; readonly attribute: LookupKey['kind'] }
  /** The account was to be destroyed for being nobody's, and is somebody's by now. */
  | { readonly kind: 'claimed' }
  | MergedAway;

/**
 * Says what the provider holds for a link. What is certain needs no call; what is not is read first: by its recorded id,
 * or by our key where we own it, and a create of unknown outcome by the keys that were sent. An account that is said to
 * have been merged is followed to its survivor.
 */
export async function observe(
  room: ProviderRoom,
  work: Work,
  desired: DesiredAccount,
  context: CallContext,
): Promise<Seen> {
  const known = knowledgeOf(work);
  if (work.unsettledCreates.length > 0) return observeLostCreate(room, work, desired, context);
  if (isSaidToBeMerged(work)) {
    const followed = await followMerge(room, work, context);
    if ('kind' in followed) return followed;
    const seen = await lookUnderKey(room, work, { observed: followed, context });
    return seen.kind === 'known' ? { ...seen, mergeIsOver: true } : seen;
  }
  if (!mustRead(room, work)) return { kind: 'known', knowledge: known, readNow: false };
  const { accountId, remoteKey } = work;
  const observed = await room.instance.provider.get({ accountId, remoteKey }, context);
  if (work.isStandIn && !work.purgeAccepted && 'account' in observed) {
    const { account } = observed;
    if (await isSomebodysByNow(room, { account, work, context })) return { kind: 'claimed' };
  }
  return lookUnderKey(room, work, { observed, context });
}

/** The recorded account comes first: it may have been brought back while the new one was never made. */
async function observeLostCreate(
  room: ProviderRoom,
  work: Work,
  desired: DesiredAccount,
  context: CallContext,
): Promise<Seen> {
  const known = knowledgeOf(work);
  const { accountId, remoteKey } = work;
  if (accountId === null)
    return afterLostCreate(known, await findOwnLostCreate(room, work, desired, context));
  const recorded = await room.instance.provider.get({ accountId, remoteKey }, context);
  if ('account' in recorded) return { kind: 'known', knowledge: afterRead(known, recorded), readNow: true };
  const found = await findOwnLostCreate(room, work, desired, context);
  if (found.kind === 'neverLanded') return lookUnderKey(room, work, { observed: recorded, context });
  // A purge is of the account that the link recorded. An email leads to no other one that would then be destroyed.
  if (found.kind === 'found' && work.user.status === 'purging')
    return { kind: 'disputed', attribute: sharedKey(found.account, desired.lookupKeys) };
  return afterLostCreate(known, found);
}

function afterLostCreate(known: LinkKnowledge, found: LostCreate): Seen {
  switch (found.kind) {
    case 'tooEarly':
    case 'disputed':
      return found;
    case 'neverLanded':
      return {
        kind: 'known',
        knowledge: afterRead(known, { state: 'absent' }),
        readNow: true,
      };
    case 'found':
      return {
        kind: 'known',
        knowledge: afterRead(known, { state: found.account.state, account: found.account }),
        readNow: true,
      };
  }
}

/** Without an account id and without a key of ours there is nothing to read by: nothing was ever created for it. */
function mustRead(room: ProviderRoom, work: Work): boolean {
  const readable =
    work.accountId !== null || room.instance.provider.capabilities.accountIdAssignedBy === 'us';
  if (!readable) return false;
  // The roster may have changed since somebody decided to destroy the account; by its keys it is asked again.
  if (work.isStandIn) return true;
  const isToBeThere = work.user.status === 'active' && work.assigned;
  // A create would tell what is there; who is not to be created may still have an account under our key.
  if (work.certainty === 'never' && !isToBeThere) return true;
  // An account that somebody misses may have been brought back over there since it was last looked for.
  if (isToBeThere && work.accountId !== null && work.observedState === 'absent') return true;
  // A lost write may land after a read that came too early, however certain that read was.
  return work.certainty === 'stale' || work.lastClaimLost || work.doubtAgeMs !== null;
}

/**
 * Where the recorded account is gone and the key is ours, another may stand under the key. A write of ours that was
 * lost may have made it, and then it is ours too. Otherwise it is the next holder's, or somebody else's doing: a purge
 * leaves it alone. An erasure cannot be over while it stands, and cannot destroy what is not proven ours either.
 */
async function lookUnderKey(
  room: ProviderRoom,
  work: Work,
  { observed, context }: { readonly observed: Observation; readonly context: CallContext },
): Promise<Seen> {
  const known: Seen = { kind: 'known', knowledge: afterRead(knowledgeOf(work), observed), readNow: true };
  const { provider } = room.instance;
  const { accountId, remoteKey } = work;
  const isOurKey = provider.capabilities.accountIdAssignedBy === 'us';
  if (observed.state !== 'absent' || !isOurKey || accountId === null || accountId === remoteKey) return known;
  const mayHaveLanded = work.doubtAgeMs !== null || work.lastClaimLost;
  if (!mayHaveLanded && !work.isErasure) return known;
  const another = await provider.get({ accountId: null, remoteKey }, context);
  if (!('account' in another)) return known;
  return mayHaveLanded
    ? { ...known, knowledge: afterRead(knowledgeOf(work), another) }
    : { kind: 'disputed', attribute: 'remoteKey' };
}
