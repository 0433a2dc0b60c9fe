import { countAccounts, walkLinks, type SweptLink } from '#store';
import { missingAtMost, suspicionOf } from './absence.js';
import type { SeenAccounts } from './seen-accounts.js';
import type { Looked, Sweeping } from './sweeping.js';

const LINKS_A_PAGE = 1_000;

/**
 * Looks, after everything was listed, for the accounts of ours that were not shown. They are handed on as absent, which
 * makes them be read; nobody is when there are too many of them to be believed.
 * @param begun before the first page was asked for: whoever settled since may have come too late for the listing
 */
export async function findMissing(sweeping: Sweeping, shown: SeenAccounts, begun: string): Promise<Looked> {
  const missing = await collect(sweeping, shown, begun);
  const { tally } = sweeping;
  const why = suspicionOf({
    seen: shown.size,
    compared: tally.of('lookedFor'),
    missing: tally.of('notShown'),
  });
  if (why !== null) return { kind: 'suspicious', why };
  await sweeping.take(
    missing.map((link) => ({ situation: 'absent', link }) as const),
    begun,
  );
  return { kind: 'seen' };
}

/** Keeps no more of them than could be believed; the rest is counted. */
async function collect(sweeping: Sweeping, shown: SeenAccounts, begun: string): Promise<SweptLink[]> {
  const { sql, slug, tally } = sweeping;
  const counts = Object.values(await countAccounts(sql, slug));
  const most = missingAtMost(counts.reduce((sum, n) => sum + n, 0));
  const missing: SweptLink[] = [];
  for (let after: string | null = null; ;) {
    await sweeping.nextMoment();
    const links: SweptLink[] = await walkLinks(sql, slug, { after, limit: LINKS_A_PAGE, moment: begun });
    const there = links.filter(isThere);
    const unseen = there.filter(({ accountId }) => accountId !== null && !shown.has(accountId));
    tally.add('lookedFor', there.length);
    tally.add('notShown', unseen.length);
    missing.push(...unseen.slice(0, Math.max(0, most - missing.length)));
    const last = links.at(-1);
    if (last === undefined || links.length < LINKS_A_PAGE) return missing;
    after = last.userId;
  }
}

function isThere({ accountId, observedState }: SweptLink): boolean {
  return accountId !== null && observedState !== 'absent' && observedState !== 'notLive';
}
