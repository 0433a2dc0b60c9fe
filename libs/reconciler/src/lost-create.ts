import type { Account, CallContext, DesiredAccount, LookupKey } from '#identity-provider';
import { findHolders, type Work } from '#store';
import { sharedKey } from './shared-key.js';
import type { ProviderRoom } from './provider-room.js';

export type LostCreate =
  | { readonly kind: 'found'; readonly account: Account }
  | { readonly kind: 'neverLanded' }
  | { readonly kind: 'tooEarly'; readonly waitMs: number }
  | { readonly kind: 'disputed'; readonly attribute: LookupKey['kind'] };

/**
 * Clocks of providers may differ from ours by this much: what Kerberos allows (RFC 4120), and far more than clocks that
 * are kept by NTP do. Within it nobody can tell a stranger's account from ours, so it is no longer than that.
 */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Looks for the account of a create whose answer was lost, by the keys that were sent then and by those of today: an
 * edit in between must not hide the first account. It is ours only when no other link holds it, it was made when the
 * create can have made it, and it is not the one that we log in with. Not finding it proves nothing until the lost
 * request can no longer land.
 */
export async function findOwnLostCreate(
  room: ProviderRoom,
  work: Work,
  desired: DesiredAccount,
  context: CallContext,
): Promise<LostCreate> {
  const sent = work.unsettledCreates.flatMap((create) => create.lookupKeys);
  const accounts = await room.instance.provider.correlate(
    distinctKeys([...sent, ...desired.lookupKeys]),
    context,
  );
  const free = await withoutHolders(room, work, accounts);
  const first = free[0];
  if (first === undefined) return notFound(room, work);
  const ours = free.filter((account) => mayBeOurs(room, work, account));
  const own = ours[0];
  if (own === undefined || ours.length > 1) return { kind: 'disputed', attribute: sharedKey(first, sent) };
  return { kind: 'found', account: own };
}

function notFound(room: ProviderRoom, work: Work): LostCreate {
  const waitMs = createMayLandMs(room, work);
  return waitMs > 0 ? { kind: 'tooEarly', waitMs } : { kind: 'neverLanded' };
}

/** How much longer a create whose answer was lost may still arrive; 0 or less when it cannot. */
export function createMayLandMs(room: ProviderRoom, work: Work): number {
  const youngestMs = Math.min(
    work.doubtAgeMs ?? Number.POSITIVE_INFINITY,
    ...work.unsettledCreates.map((create) => create.ageMs),
  );
  return room.engine.settings.lateArrivalMs - youngestMs;
}

async function withoutHolders(
  room: ProviderRoom,
  work: Work,
  accounts: readonly Account[],
): Promise<Account[]> {
  if (accounts.length === 0) return [];
  const holders = await findHolders(room.engine.database.sql, room.instance.slug, {
    accountIds: accounts.map((account) => account.accountId),
    keys: [],
  });
  return accounts.filter((account) => {
    const holder = holders.byAccountId.get(account.accountId);
    return holder === undefined || holder.userId === work.userId;
  });
}

/** Whoever is not active is led to no account of which its provider does not say when it was made: it may be anybody's. */
function mayBeOurs(room: ProviderRoom, work: Work, account: Account): boolean {
  if (account.isOurLogin === true) return false;
  const creates = work.unsettledCreates.filter(({ lookupKeys }) => matches(account, lookupKeys));
  const bornMs = account.createdAt?.getTime();
  if (bornMs === undefined) return creates.length > 0 && work.user.status === 'active';
  const { lateArrivalMs } = room.engine.settings;
  return creates.some(({ createdAt }) => {
    const sentMs = createdAt.getTime();
    return bornMs > sentMs - CLOCK_SKEW_MS && bornMs < sentMs + lateArrivalMs + CLOCK_SKEW_MS;
  });
}

function matches(account: Account, keys: readonly LookupKey[]): boolean {
  return account.lookupKeys.some((held) =>
    keys.some((key) => key.kind === held.kind && key.value === held.value),
  );
}

function distinctKeys(keys: readonly LookupKey[]): LookupKey[] {
  return [...new Map(keys.map((key) => [`${key.kind} ${key.value}`, key])).values()];
}
