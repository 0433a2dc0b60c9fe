import { findLinksOfAccounts, findLookedFor, walkAccounts, type HeldAccount } from '#store';
import { isHealthy, isThere, suspicionOf } from './absence.js';
import { oneAhead } from './one-ahead.js';
import type { SeenAccounts } from './seen-accounts.js';
import type { Looked, Sweeping } from './sweeping.js';

const ACCOUNTS_A_PAGE = 2_000;
/** A preview reads them, and plans what would follow. */
export const HANDED_ON_AT_ONCE = 100;

/** What a listing came to. */
export interface Shown {
  readonly accounts: SeenAccounts;
  /** How many of them are ours, due or not. */
  readonly ours: number;
  /** How many of those would be missing, had they not been shown. */
  readonly lookedFor: number;
}

/** Against what it is held. */
export interface Expected {
  /** Before the first page was asked for: whoever settled since may have come too late for the listing. */
  readonly begun: string;
  /** How many accounts of ours should have been shown, as of then. */
  readonly known: number;
}

/**
 * Looks, after everything was listed, for the accounts of ours that were not shown. They are handed on as absent, which
 * makes them be read; nobody is when there are too many of them to be believed.
 */
export async function findMissing(
  sweeping: Sweeping,
  { accounts, ours, lookedFor }: Shown,
  { begun, known }: Expected,
): Promise<Looked> {
  const { tally } = sweeping;
  for await (const unseen of walkUnseen(sweeping, accounts, begun)) tally.add('notShown', unseen.length);
  const missing = tally.of('notShown');
  tally.add('lookedFor', lookedFor + missing);
  const why = suspicionOf({ seen: accounts.size, known, compared: tally.of('lookedFor'), missing });
  if (why !== null) return { kind: 'suspicious', why };
  await handOn(sweeping, accounts, { begun, missing });
  return { kind: 'seen', isHealthy: isHealthy({ known, shown: ours }) };
}

/** Walks once more instead of keeping them: they may be one in twenty of everybody. */
async function handOn(
  sweeping: Sweeping,
  accounts: SeenAccounts,
  { begun, missing }: { readonly begun: string; readonly missing: number },
): Promise<void> {
  // No more than were believed, should somebody's settle have come to nothing meanwhile.
  let left = missing;
  if (left === 0) return;
  for await (const unseen of walkUnseen(sweeping, accounts, begun)) {
    const believed = unseen.slice(0, left);
    left -= believed.length;
    for (let at = 0; at < believed.length; at += HANDED_ON_AT_ONCE) {
      await sweeping.nextMoment();
      await handOnSome(sweeping, believed.slice(at, at + HANDED_ON_AT_ONCE), begun);
    }
    if (left === 0) return;
  }
}

async function handOnSome(sweeping: Sweeping, accountIds: readonly string[], begun: string): Promise<void> {
  const links = await findLinksOfAccounts(sweeping.sql, sweeping.slug, { accountIds, moment: begun, begun });
  const absent = [...links.values()].filter(
    ({ observedState, isLookedFor }) => isLookedFor && isThere(observedState),
  );
  await sweeping.take(
    absent.map((link) => ({ situation: 'absent', link }) as const),
    begun,
  );
}

/** Page by page, the accounts of ours that should have been shown and were not. */
async function* walkUnseen(
  sweeping: Sweeping,
  accounts: SeenAccounts,
  begun: string,
): AsyncGenerator<readonly string[], void, undefined> {
  for await (const held of heldAccounts(sweeping)) {
    const unseen = held
      .filter(({ accountId, observedState }) => isThere(observedState) && !accounts.has(accountId))
      .map(({ accountId }) => accountId);
    if (unseen.length > 0)
      yield await findLookedFor(sweeping.sql, sweeping.slug, { accountIds: unseen, begun });
  }
}

function heldAccounts(sweeping: Sweeping): AsyncGenerator<readonly HeldAccount[], void, undefined> {
  const { sql, slug } = sweeping;
  const ask = async (before: readonly HeldAccount[] | null): Promise<readonly HeldAccount[]> => {
    await sweeping.nextMoment();
    const after = before?.at(-1)?.accountId ?? null;
    return walkAccounts(sql, slug, { after, limit: ACCOUNTS_A_PAGE });
  };
  return oneAhead(ask, (held) => held.length < ACCOUNTS_A_PAGE);
}
