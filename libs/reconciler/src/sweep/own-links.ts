import { ANSWERED_ANOTHER_USER, ProviderError } from '#identity-provider';
import { countAccounts, walkLinks, type SweptLink } from '#store';
import { missingAtMost, suspicionOf } from './absence.js';
import { compareLinked } from './compare.js';
import type { Comparison } from './comparison.js';
import { isTriedAgain } from './outcome.js';
import type { Looked, Sweeping } from './sweeping.js';

const LINKS_A_PAGE = 100;
/** The share of a provider's call slots that a walk takes: it is what can wait most. */
const ONE_SLOT_IN = 4;

/**
 * Reads the account of each of our links, where a provider cannot be listed or where some people are asked about. It goes
 * on where a lost worker had come to. Whose account is gone is only handed on at the end, when it is known how many they are.
 * @throws ProviderError, CallNotStarted when it could not be brought to an end
 */
export async function sweepOwnLinks(sweeping: Sweeping): Promise<Looked> {
  const { run } = sweeping.ground;
  sweeping.expectedFrom = 'links';
  const accounts = Object.values(await countAccounts(sweeping.sql, sweeping.slug)).reduce((a, b) => a + b, 0);
  sweeping.expected = run.userIds?.length ?? accounts;
  const most = run.userIds?.length ?? missingAtMost(accounts);
  while (await walkPage(sweeping, most)) await sweeping.noteProgress();
  const { tally } = sweeping;
  const looked = { seen: sweeping.seen, compared: tally.of('lookedFor'), missing: tally.of('absent') };
  const why = run.userIds === null ? suspicionOf(looked) : null;
  if (why !== null) return { kind: 'suspicious', why };
  await handOnAbsent(sweeping);
  return { kind: 'seen' };
}

/** @returns whether there may be more */
async function walkPage(sweeping: Sweeping, absentAtMost: number): Promise<boolean> {
  const moment = await sweeping.nextMoment();
  const { userIds } = sweeping.ground.run;
  const walk = { after: sweeping.position, limit: LINKS_A_PAGE, moment, userIds };
  const links = await walkLinks(sweeping.sql, sweeping.slug, walk);
  const last = links.at(-1);
  if (last === undefined) return false;
  const comparisons = await lookAtAll(sweeping, links);
  sweeping.tally.add('lookedFor', links.filter(isThere).length);
  sweeping.tally.addAll(comparisons);
  const present = comparisons.filter(({ situation }) => situation !== 'absent');
  const absent = comparisons.flatMap((each) => (each.situation === 'absent' ? [each.link.userId] : []));
  await sweeping.handOn(present, moment);
  sweeping.absent.push(...absent.slice(0, Math.max(0, absentAtMost - sweeping.absent.length)));
  sweeping.position = last.userId;
  sweeping.pages += 1;
  sweeping.seen +=
    userIds === null ? links.filter(({ accountId }) => accountId !== null).length : links.length;
  return true;
}

function isThere({ observedState }: SweptLink): boolean {
  return observedState !== 'absent' && observedState !== 'notLive';
}

/** A few at a time; each takes the next when it is done. */
async function lookAtAll(sweeping: Sweeping, links: readonly SweptLink[]): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  const left = [...links];
  const work = async (): Promise<void> => {
    for (let link = left.shift(); link !== undefined; link = left.shift()) {
      const comparison = await look(sweeping, link);
      if (comparison !== null) comparisons.push(comparison);
    }
  };
  const { concurrency } = sweeping.ground.room.instance;
  const workers = Math.max(1, Math.floor(concurrency / ONE_SLOT_IN));
  const ended = await Promise.allSettled(Array.from({ length: workers }, work));
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return comparisons;
}

/** `null`: there is nothing to read by, since no account was ever made. */
async function look(sweeping: Sweeping, link: SweptLink): Promise<Comparison | null> {
  const { provider } = sweeping;
  const { accountId, remoteKey } = link;
  if (accountId === null && provider.capabilities.accountIdAssignedBy === 'provider') return null;
  for (let failures = 1; ; failures += 1) {
    try {
      const seen = await provider.get({ accountId, remoteKey }, sweeping.context);
      return compareLinked(link, 'account' in seen ? seen.account : null);
    } catch (error) {
      if (isOfAnother(error)) return { situation: 'mismatched', link, account: null };
      // A key that no account there could have.
      if (accountId === null && error instanceof ProviderError && error.kind === 'invalid') return null;
      const { room } = sweeping.ground;
      if (!(await isTriedAgain(room, error, failures, sweeping.context.signal))) throw error;
    }
  }
}

function isOfAnother(error: unknown): boolean {
  return error instanceof ProviderError && error.detail.reason === ANSWERED_ANOTHER_USER;
}

async function handOnAbsent(sweeping: Sweeping): Promise<void> {
  const { absent, sql, slug } = sweeping;
  const moment = await sweeping.nextMoment();
  for (let at = 0; at < absent.length; at += LINKS_A_PAGE) {
    const userIds = absent.slice(at, at + LINKS_A_PAGE);
    const links = await walkLinks(sql, slug, { after: null, limit: LINKS_A_PAGE, moment, userIds });
    await sweeping.handOn(
      links.map((link) => ({ situation: 'absent', link }) as const),
      moment,
    );
  }
}
