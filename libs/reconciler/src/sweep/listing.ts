import { ProviderError, type Account, type AccountPage, type CallContext } from '#identity-provider';
import { countAccounts, findClaimants, findHolders, findLinksOfAccounts } from '#store';
import { howManyThere, isThere } from './absence.js';
import { ClaimedUsers } from './claimed-users.js';
import { compare, keyText, type PageKnowledge } from './compare.js';
import { findMissing } from './missing.js';
import { oneAhead } from './one-ahead.js';
import { isTriedAgain } from './outcome.js';
import { SeenAccounts } from './seen-accounts.js';
import type { Looked, Sweeping } from './sweeping.js';

/** More pages than any directory has: whatever a provider says, a listing ends. */
const PAGES_AT_MOST = 100_000;

/** One list of a provider, and how many accounts of ours it should show. */
interface AccountList {
  readonly list: (context: CallContext) => AsyncIterable<AccountPage>;
  readonly ours: number;
}

/** What a listing has come to so far, over all of its attempts. */
interface Shown {
  /** Before the first page was asked for. */
  readonly begun: string;
  readonly accounts: SeenAccounts;
  readonly claimed: ClaimedUsers;
  /** How many of them are ours, due or not. */
  ours: number;
  /** How many of those would be missing, had they not been shown. */
  lookedFor: number;
}

/**
 * Looks at every account that a provider lists, and then for those of ours that it did not show. A list that fails on the
 * way begins anew: half of two lists is not a whole one.
 * @throws ProviderError, CallNotStarted when it could not be brought to an end
 */
export async function sweepListing(sweeping: Sweeping): Promise<Looked> {
  const begun = await sweeping.nextMoment();
  // Before the first page too: the accounts of a first import are made while it is read.
  const accounts = await countAccounts(sweeping.sql, sweeping.slug);
  const shown: Shown = {
    begun,
    accounts: new SeenAccounts(),
    claimed: new ClaimedUsers(),
    ours: 0,
    lookedFor: 0,
  };
  for (const list of listsOf(sweeping, accounts)) await readToTheEnd(sweeping, list, shown);
  return findMissing(sweeping, shown, { begun, known: howManyThere(accounts) });
}

/** @param accounts of ours, by the state in which each was last seen */
function listsOf({ provider }: Sweeping, accounts: Readonly<Record<string, number>>): AccountList[] {
  const list: AccountList['list'] = (context) => provider.list?.(context) ?? nothing();
  if (provider.listDeleted === undefined) return [{ list, ours: howManyThere(accounts) }];
  const { softDeleted = 0, ...others } = accounts;
  const listDeleted: AccountList['list'] = (context) => provider.listDeleted?.(context) ?? nothing();
  return [
    { list, ours: howManyThere(others) },
    { list: listDeleted, ours: softDeleted },
  ];
}

async function* nothing(): AsyncGenerator<AccountPage> {
  // A provider that cannot list is walked by our links instead.
}

async function readToTheEnd(sweeping: Sweeping, list: AccountList, shown: Shown): Promise<void> {
  const { room } = sweeping.ground;
  for (let failures = 1; ; failures += 1) {
    try {
      await readOnce(sweeping, list, shown);
      return;
    } catch (error) {
      if (!(await isTriedAgain(room, error, failures, sweeping.context.signal))) throw error;
    }
  }
}

async function readOnce(sweeping: Sweeping, { list, ours }: AccountList, shown: Shown): Promise<void> {
  const before = sweeping.expected ?? 0;
  const pages = list(sweeping.context)[Symbol.asyncIterator]();
  try {
    for await (const page of knownPages(sweeping, datedPages(sweeping, pages), shown.begun)) {
      const { total } = page.listed;
      sweeping.expected = before + (total ?? ours);
      sweeping.expectedFrom = total === undefined ? 'links' : 'provider';
      await takePage(sweeping, page, shown);
    }
    await sweeping.noteProgress();
  } catch (error) {
    sweeping.expected = before === 0 ? null : before;
    throw error;
  } finally {
    await pages.return?.();
  }
}

/** A page, and a moment before it was asked for. */
interface DatedPage {
  readonly moment: string;
  readonly listed: AccountPage;
}

/** @throws ProviderError when the list has no last page */
function datedPages(
  sweeping: Sweeping,
  pages: AsyncIterator<AccountPage>,
): AsyncGenerator<DatedPage, void, undefined> {
  let count = 0;
  const ask = async (): Promise<DatedPage> => {
    if (++count > PAGES_AT_MOST) throw new ProviderError('protocol', { reason: 'listing_does_not_end' });
    const moment = await sweeping.nextMoment();
    const next = await pages.next();
    if (next.done === true) throw new ProviderError('protocol', { reason: 'listing_ends_early' });
    return { moment, listed: next.value };
  };
  return oneAhead(ask, ({ listed }) => listed.complete);
}

/** A page, and what the roster knew of its accounts after it had come. */
interface KnownPage extends DatedPage {
  readonly known: PageKnowledge;
}

/** Reads what is known of a page while the one before it is compared, and the one behind it is on its way. */
function knownPages(
  sweeping: Sweeping,
  pages: AsyncGenerator<DatedPage, void, undefined>,
  begun: string,
): AsyncGenerator<KnownPage, void, undefined> {
  const ask = async (): Promise<KnownPage> => {
    const next = await pages.next();
    if (next.done === true) throw new Error('asked for a page behind the last one');
    const { moment, listed } = next.value;
    return { moment, listed, known: await readKnowledge(sweeping, listed.accounts, { moment, begun }) };
  };
  return oneAhead(ask, ({ listed }) => listed.complete);
}

async function takePage(
  sweeping: Sweeping,
  { moment, listed, known }: KnownPage,
  shown: Shown,
): Promise<void> {
  // A list that moves while it is read shows some twice; the first time counts. It counts when it is compared, and not
  // when it was read ahead.
  const fresh = listed.accounts.filter(({ accountId }) => shown.accounts.add(accountId));
  const { uniqueKeys } = sweeping.provider.capabilities;
  const links = fresh.flatMap(({ accountId }) => known.links.get(accountId) ?? []);
  const ours = links.filter(({ observedState }) => isThere(observedState));
  shown.ours += ours.length;
  shown.lookedFor += ours.filter(({ isLookedFor }) => isLookedFor).length;
  await sweeping.take(shown.claimed.settle(compare(fresh, known, uniqueKeys)), moment);
  sweeping.pages += 1;
  sweeping.seen = shown.accounts.size;
  await sweeping.noteProgressNowAndThen();
}

async function readKnowledge(
  { sql, slug, provider }: Sweeping,
  accounts: readonly Account[],
  { moment, begun }: { readonly moment: string; readonly begun: string },
): Promise<PageKnowledge> {
  const accountIds = accounts.map(({ accountId }) => accountId);
  const links = await findLinksOfAccounts(sql, slug, { accountIds, moment, begun });
  const keys = accounts
    .filter(({ accountId }) => !links.has(accountId))
    .flatMap(({ lookupKeys }) => lookupKeys)
    .filter(({ kind }) => provider.capabilities.uniqueKeys.includes(kind));
  if (keys.length === 0) return { links, claimants: [], beingMade: new Set() };
  const claimants = await findClaimants(sql, slug, { keys, moment });
  const { creating } = await findHolders(sql, slug, { accountIds: [], keys });
  const beingMade = new Set(creating.flatMap(({ lookupKeys }) => lookupKeys.map(keyText)));
  return { links, claimants, beingMade };
}
