import { ANSWERED_ANOTHER_USER, ProviderError } from '#identity-provider';
import { countAccounts, walkLinks, type SweptLink } from '#store';
import { howManyThere, isThere, missingAtMost, suspicionOf } from './absence.js';
import { compareLinked } from './compare.js';
import type { Comparison } from './comparison.js';
import { fewAtATime } from './read-account.js';
import type { Looked, Sweeping } from './sweeping.js';

const LINKS_A_PAGE = 100;

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
  while (await walkPage(sweeping, most)) await sweeping.noteProgress();
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

/** @returns whether there may be more */
async function walkPage(sweeping: Sweeping, absentAtMost: number): Promise<boolean> {
  const moment = await sweeping.nextMoment();
  const { userIds } = sweeping.ground.run;
  const walk = { after: sweeping.position, limit: LINKS_A_PAGE, moment, userIds };
  const links = await walkLinks(sweeping.sql, sweeping.slug, walk);
  const last = links.at(-1);
  if (last === undefined) return false;
  const looked = await fewAtATime(sweeping.ground.room, links, (link) => look(sweeping, link));
  const comparisons = looked.filter((comparison) => comparison !== null);
  const there = links.filter(({ observedState }) => isThere(observedState));
  sweeping.tally.add('lookedFor', there.length);
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

/** `null`: there is nothing to read by, since no account was ever made. */
async function look(sweeping: Sweeping, link: SweptLink): Promise<Comparison | null> {
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
  for (let at = 0; at < absent.length; at += LINKS_A_PAGE) {
    const userIds = absent.slice(at, at + LINKS_A_PAGE);
    const links = await walkLinks(sql, slug, { after: null, limit: LINKS_A_PAGE, moment, userIds });
    await sweeping.handOn(
      links.map((link) => ({ situation: 'absent', link }) as const),
      moment,
    );
  }
}
