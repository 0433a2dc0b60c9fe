import { walkAccounts, walkLinks, type AccountOfLink } from '#store';
import { isHealthy, isThere, suspicionOf } from './absence.js';
import { oneAhead } from './one-ahead.js';
import type { SeenAccounts } from './seen-accounts.js';
import type { Looked, Sweeping } from './sweeping.js';

const LINKS_A_PAGE = 2_000;
/** A preview reads them, and plans what would follow. */
const HANDED_ON_AT_ONCE = 100;

/** What a listing came to. */
export interface Shown {
  readonly accounts: SeenAccounts;
  /** How many of them are ours, due or not. */
  readonly ours: number;
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
  { accounts, ours }: Shown,
  { begun, known }: Expected,
): Promise<Looked> {
  const { tally } = sweeping;
  for await (const { there, unseen } of walkAll(sweeping, accounts, begun)) {
    tally.add('lookedFor', there);
    tally.add('notShown', unseen.length);
  }
  const missing = tally.of('notShown');
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
  for await (const { unseen } of walkAll(sweeping, accounts, begun)) {
    const believed = unseen.slice(0, left);
    left -= believed.length;
    for (let at = 0; at < believed.length; at += HANDED_ON_AT_ONCE) {
      await sweeping.nextMoment();
      const userIds = believed.slice(at, at + HANDED_ON_AT_ONCE).map(({ userId }) => userId);
      const some = await walkLinks(sweeping.sql, sweeping.slug, {
        after: null,
        limit: userIds.length,
        moment: begun,
        userIds,
      });
      await sweeping.take(
        some.map((link) => ({ situation: 'absent', link }) as const),
        begun,
      );
    }
    if (left === 0) return;
  }
}

/** One page of our links. */
interface Walked {
  /** How many accounts should have been shown. */
  readonly there: number;
  /** Those that were not. */
  readonly unseen: readonly AccountOfLink[];
}

async function* walkAll(
  sweeping: Sweeping,
  accounts: SeenAccounts,
  begun: string,
): AsyncGenerator<Walked, void, undefined> {
  for await (const links of allLinks(sweeping, begun)) {
    const there = links.filter(
      ({ accountId, observedState }) => accountId !== null && isThere(observedState),
    );
    const unseen = there.filter(({ accountId }) => accountId !== null && !accounts.has(accountId));
    yield { there: there.length, unseen };
  }
}

function allLinks(
  sweeping: Sweeping,
  begun: string,
): AsyncGenerator<readonly AccountOfLink[], void, undefined> {
  const { sql, slug } = sweeping;
  const ask = async (before: readonly AccountOfLink[] | null): Promise<readonly AccountOfLink[]> => {
    await sweeping.nextMoment();
    const after = before?.at(-1)?.userId ?? null;
    return walkAccounts(sql, slug, { after, limit: LINKS_A_PAGE, moment: begun });
  };
  return oneAhead(ask, (links) => links.length < LINKS_A_PAGE);
}
