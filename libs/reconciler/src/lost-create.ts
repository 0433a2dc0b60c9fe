import type { Account, CallContext, DesiredAccount, LookupKey } from '#identity-provider';
import { findHolders, type UnsettledCreate, type Work } from '#store';
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

/** No clock is wrong by more than this: what was made further from a create than that is somebody else's. */
const WRONGEST_CLOCK_MS = 24 * 60 * 60_000;

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
  const free = (await withoutHolders(room, work, accounts)).filter((one) => !isAStrangers(room, work, one));
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
  const { createdAt } = account;
  if (createdAt === undefined) return creates.length > 0 && work.user.status === 'active';
  return creates.some((create) => isMadeBy(room, create, { createdAt, toleranceMs: CLOCK_SKEW_MS }));
}

/** A stranger's account stands in nobody's way but that of somebody who needs the email for a new one. */
function isAStrangers(room: ProviderRoom, work: Work, { createdAt }: Account): boolean {
  if (work.user.status === 'active' || createdAt === undefined) return false;
  const made = { createdAt, toleranceMs: WRONGEST_CLOCK_MS };
  return !work.unsettledCreates.some((create) => isMadeBy(room, create, made));
}

/** Whether an account was made between the time at which a create was written down and that at which it can no longer land. */
function isMadeBy(
  room: ProviderRoom,
  create: UnsettledCreate,
  made: { readonly createdAt: Date; readonly toleranceMs: number },
): boolean {
  const afterMs = made.createdAt.getTime() - create.createdAt.getTime();
  const { lateArrivalMs } = room.engine.settings;
  return afterMs > -made.toleranceMs && afterMs < lateArrivalMs + made.toleranceMs;
}

function matches(account: Account, keys: readonly LookupKey[]): boolean {
  return account.lookupKeys.some((held) =>
    keys.some((key) => key.kind === held.kind && key.value === held.value),
  );
}

function distinctKeys(keys: readonly LookupKey[]): LookupKey[] {
  return [...new Map(keys.map((key) => [`${key.kind} ${key.value}`, key])).values()];
}
