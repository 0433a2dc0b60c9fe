import type { ParkReason } from '#domain';
import {
  ANSWERED_ANOTHER_USER,
  ProviderError,
  type AccountTarget,
  type CallContext,
  type Observation,
} from '#identity-provider';
import { findRival, type Settlement, type Work } from '#store';
import type { ProviderRoom } from './provider-room.js';

/** Our account went up in one that is not ours to take: a person decides, and the link keeps what it knows. */
export interface MergedAway {
  readonly kind: 'mergedAway';
  readonly park: ParkReason;
  /** The link of ours that holds the survivor, or has as good a claim to it; whenever it moves, this one is looked at again. */
  readonly waitsFor: Settlement['waitsFor'];
}

/** Whether there is a merge to be followed. */
export function isSaidToBeMerged({ mergedInto, accountId }: Work): boolean {
  return mergedInto !== null && mergedInto !== accountId;
}

/**
 * Finds out what became of an account that its provider said was merged. While it still answers the hint is void.
 * Where it is gone the survivor takes its place, if it is nobody else's: no link of ours holds it or was merged into it
 * as well, and it carries our key or none. What is to be destroyed has to be proven ours: of somebody who is purged only
 * one with our key, and none once our own deletion was accepted, since that is why the account is gone, and nothing bears
 * the message out. A survivor that is gone as well leaves an ordinary absence.
 * @returns what the link's account is observed to be from here on
 * @throws ProviderError when a read fails
 */
export async function followMerge(
  room: ProviderRoom,
  work: Work,
  context: CallContext,
): Promise<Observation | MergedAway> {
  const own = await readUnlessAnother(room, work, context);
  if (own.state !== 'absent' || work.mergedInto === null) return own;
  const rival = await findRival(room.engine.database.sql, room.instance.slug, {
    accountId: work.mergedInto,
    userId: work.userId,
  });
  if (rival !== null) return { kind: 'mergedAway', park: INTO_ONE_OF_OURS, waitsFor: rival };
  const target = { accountId: work.mergedInto, remoteKey: work.remoteKey };
  const survivor = await room.instance.provider.get(target, context);
  const isStrangers = 'account' in survivor && !mayBeTaken(survivor.account, work);
  return isStrangers ? { kind: 'mergedAway', park: INTO_A_STRANGER, waitsFor: null } : survivor;
}

/** A path that answers with another account says that the one it names is gone, which only a merge brings about. */
async function readUnlessAnother(
  room: ProviderRoom,
  { accountId, remoteKey }: AccountTarget,
  context: CallContext,
): Promise<Observation> {
  try {
    return await room.instance.provider.get({ accountId, remoteKey }, context);
  } catch (error) {
    if (answeredAnother(error)) return { state: 'absent' };
    throw error;
  }
}

function answeredAnother(error: unknown): boolean {
  return (
    error instanceof ProviderError &&
    error.kind === 'protocol' &&
    error.detail.reason === ANSWERED_ANOTHER_USER
  );
}

function mayBeTaken(
  account: { readonly remoteKey: string | null; readonly isOurLogin?: true },
  { remoteKey, user, purgeAccepted }: Work,
): boolean {
  if (account.isOurLogin === true || purgeAccepted) return false;
  return account.remoteKey === remoteKey || (account.remoteKey === null && user.status !== 'purging');
}

const INTO_ONE_OF_OURS: ParkReason = {
  code: 'disputed',
  rule: 'the account was merged there into one with that of another user of the roster; decide which of the two it is to be, and purge or remove the other',
};
const INTO_A_STRANGER: ParkReason = {
  code: 'disputed',
  rule: 'the account was merged there into one that is not proven to be this user’s; find out whose it is and remove it there, or have this user leave the roster',
};
