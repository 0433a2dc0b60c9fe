import { ANSWERED_ANOTHER_USER, CallNotStarted, ProviderError } from '#identity-provider';
import { countAccounts, walkLinks, type SweptLink } from '#store';
import { howManyThere, isThere, missingAtMost, suspicionOf } from './absence.js';
import { compareLinked } from './compare.js';
import { tellsSomething, type LinkComparison } from './comparison.js';
import { FewAtATime } from './few-at-a-time.js';
import { HANDED_ON_AT_ONCE } from './missing.js';
import { oneAhead } from './one-ahead.js';
import { readsAtOnce } from './read-account.js';
import type { Looked, Sweeping } from './sweeping.js';

/**
 * Each page is a question that keeps the database busy for milliseconds while accounts are read: few large ones disturb the
 * reading less. Whoever takes a run over reads two of them once more, and what was read since progress was noted.
 */
export const LINKS_A_PAGE = 500;

/**
 * Reads the account of each of our links, where a provider cannot be listed or where some people are asked about. It goes
 * on where a lost worker had come to. Whose account is gone is only handed on at the end, when it is known how many they are.
 * @throws ProviderError, CallNotStarted when it could not be brought to an end
 */
export async function sweepOwnLinks(sweeping: Sweeping): Promise<Looked> {
  const { run } = sweeping.ground;
  sweeping.expectedFrom = 'links';
  const counts = await countAccounts(sweeping.sql, sweeping.slug);
  const accounts = Object.values(counts).reduce((a, b) => a + b, 0);
  sweeping.expected = run.userIds?.length ?? accounts;
  const most = run.userIds?.length ?? missingAtMost(accounts);
  for await (const page of lookedAt(sweeping)) {
    await takePage(sweeping, page, most);
    await sweeping.noteProgressNowAndThen();
  }
  const { tally } = sweeping;
  const compared = tally.of('lookedFor');
  const known = howManyThere(counts);
  // Whoever was not walked was not looked for: a walk that met nobody says nothing for or against the provider.
  const looked = { seen: sweeping.seen, known: 0, compared, missing: tally.of('absent') };
  const why = run.userIds === null ? suspicionOf(looked) : null;
  if (why !== null) return { kind: 'suspicious', why };
  await handOnAbsent(sweeping);
  return { kind: 'seen', isHealthy: run.userIds === null && (compared > 0 || known === 0) };
}

/** A page of our links, and the moment that all of them were settled before. */
interface DatedLinks {
  readonly moment: string;
  readonly links: readonly SweptLink[];
}

function datedLinks(sweeping: Sweeping): AsyncGenerator<DatedLinks, void, undefined> {
  const { sql, slug } = sweeping;
  const { userIds } = sweeping.ground.run;
  const ask = async (before: DatedLinks | null): Promise<DatedLinks> => {
    const moment = await sweeping.nextMoment();
    const after = before?.links.at(-1)?.userId ?? sweeping.position;
    return { moment, links: await walkLinks(sql, slug, { after, limit: LINKS_A_PAGE, moment, userIds }) };
  };
  return oneAhead(ask, ({ links }) => links.length < LINKS_A_PAGE);
}

/** A page, and what came of looking at each of its accounts, in no order. */
interface LookedAt extends DatedLinks {
  readonly found: readonly LinkComparison[];
}

/**
 * The last accounts of a page are read beside the first ones of the next, so that no call slot waits for a page to end.
 * @throws CallNotStarted when the run goes no further; what is read then is left to whoever takes it over
 */
async function* lookedAt(sweeping: Sweeping): AsyncGenerator<LookedAt, void, undefined> {
  const reads = new FewAtATime(readsAtOnce(sweeping.ground.room));
  const inItsTurn = async (looking: Promise<LookedAt>): Promise<LookedAt> => {
    const page = await looking;
    if (sweeping.hold.stopped !== null) throw new CallNotStarted('stopping');
    return page;
  };
  let ahead: Promise<LookedAt> | null = null;
  try {
    for await (const page of datedLinks(sweeping)) {
      if (page.links.length === 0) break;
      const next = lookAtAll(sweeping, reads, page);
      // It is waited for with its turn, which may not come.
      next.catch(() => undefined);
      if (ahead !== null) yield await inItsTurn(ahead);
      ahead = next;
    }
    if (ahead !== null) yield await inItsTurn(ahead);
  } finally {
    // No call goes on after its run.
    await reads.stop();
  }
}

async function lookAtAll(sweeping: Sweeping, reads: FewAtATime, page: DatedLinks): Promise<LookedAt> {
  const looked = await reads.each(page.links, (link) => look(sweeping, link));
  return { ...page, found: looked.filter((comparison) => comparison !== null) };
}

async function takePage(
  sweeping: Sweeping,
  { links, moment, found }: LookedAt,
  absentAtMost: number,
): Promise<void> {
  const { run } = sweeping.ground;
  const overtaken = await findOvertaken(sweeping, found, moment);
  const comparisons = found.filter(({ link }) => !overtaken.has(link.userId));
  const there = links.filter(({ userId, observedState }) => isThere(observedState) && !overtaken.has(userId));
  sweeping.tally.add('lookedFor', there.length);
  sweeping.tally.addAll(comparisons);
  const present = comparisons.filter(({ situation }) => situation !== 'absent');
  const absent = comparisons.flatMap((each) => (each.situation === 'absent' ? [each.link.userId] : []));
  await sweeping.handOn(present, moment);
  sweeping.absent.push(...absent.slice(0, Math.max(0, absentAtMost - sweeping.absent.length)));
  sweeping.position = links.at(-1)?.userId ?? sweeping.position;
  sweeping.pages += 1;
  sweeping.seen +=
    run.userIds === null ? links.filter(({ accountId }) => accountId !== null).length : links.length;
}

/**
 * Users whose link came to be written after it was read. A link is read before its account: what we changed in between
 * differs from the link and from nothing else, and says nothing of the provider either.
 */
async function findOvertaken(
  { sql, slug }: Sweeping,
  comparisons: readonly LinkComparison[],
  moment: string,
): Promise<ReadonlySet<string>> {
  const userIds = comparisons.filter(tellsSomething).map(({ link }) => link.userId);
  if (userIds.length === 0) return new Set();
  const settled = await walkLinks(sql, slug, { after: null, limit: userIds.length, moment, userIds });
  const still = new Set(settled.map(({ userId }) => userId));
  return new Set(userIds.filter((userId) => !still.has(userId)));
}

/** `null`: there is nothing to read by, since no account was ever made. */
async function look(sweeping: Sweeping, link: SweptLink): Promise<LinkComparison | null> {
  const { provider } = sweeping;
  const { accountId, remoteKey } = link;
  if (accountId === null && provider.capabilities.accountIdAssignedBy === 'provider') return null;
  try {
    const seen = await sweeping.ground.read({ accountId, remoteKey });
    return compareLinked(link, 'account' in seen ? seen.account : null);
  } catch (error) {
    if (isOfAnother(error)) return { situation: 'mismatched', link, account: null };
    // A key that no account there could have.
    if (accountId === null && error instanceof ProviderError && error.kind === 'invalid') return null;
    throw error;
  }
}

function isOfAnother(error: unknown): boolean {
  return error instanceof ProviderError && error.detail.reason === ANSWERED_ANOTHER_USER;
}

async function handOnAbsent(sweeping: Sweeping): Promise<void> {
  const { absent, sql, slug } = sweeping;
  const moment = await sweeping.nextMoment();
  for (let at = 0; at < absent.length; at += HANDED_ON_AT_ONCE) {
    const userIds = absent.slice(at, at + HANDED_ON_AT_ONCE);
    const links = await walkLinks(sql, slug, { after: null, limit: HANDED_ON_AT_ONCE, moment, userIds });
    await sweeping.handOn(
      links.map((link) => ({ situation: 'absent', link }) as const),
      moment,
    );
  }
}
