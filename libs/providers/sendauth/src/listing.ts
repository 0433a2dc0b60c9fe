import { PageTrail, ProviderError, type CallContext } from '#identity-provider';
import type { SendauthApi } from './api.js';
import { PAGE_LIMIT } from './query.js';
import type { SendauthUser, UserPage } from './user.js';

/** Reads one page of one list. */
export type ReadPage = (query: {
  readonly page: number;
  readonly perPage: number;
  readonly q?: string;
}) => Promise<UserPage>;

/** Live users, the oldest first: those who join meanwhile move nobody. */
export function livePages(api: SendauthApi, context: CallContext): ReadPage {
  return (query) => api.listUsers({ ...query, sortBy: 'createdAt', sortDir: 'asc' }, context);
}

/** Soft-deleted users, in whatever order. */
export function deletedPages(api: SendauthApi, context: CallContext): ReadPage {
  return (query) => api.listDeletedUsers(query, context);
}

/** One page of a walk through a list. */
export interface ListedPage {
  readonly users: readonly SendauthUser[];
  readonly complete: boolean;
  readonly total: number;
}

/** A walk that has to go back more often than this is given up: users leave faster than they can be read. */
const STEPS_BACK_AT_MOST = 20;

/** Users who may be counted and not shown: the account that we log in with (inferred). @see PROVIDERS.md 4.1 */
const HIDDEN_AT_MOST = 1;

/**
 * Walks through a list, a page at a time.
 *
 * Pages are counted from the start of the list, so whoever leaves it moves all behind forward, some onto pages that
 * were read already. The total tells, and the walk goes back by as many pages as that takes: a user may be shown twice,
 * and none who stays is left out.
 * @param q what to search for (Default: everybody)
 * @throws ProviderError `unreachable` when the list moves too much to be read, `protocol` when it goes round in circles
 * or shows more or fewer than it counts
 */
export async function* walk(readPage: ReadPage, q?: string): AsyncGenerator<ListedPage> {
  const search = q === undefined ? {} : { q };
  let known = 0;
  let stepsBack = 0;
  let missing = 0;
  const trail = new PageTrail(0);
  for (let page = 1; ;) {
    const { users, total } = await readPage({ page, perPage: PAGE_LIMIT, ...search });
    const back = Math.min(page - 1, Math.ceil(Math.max(0, known - total) / PAGE_LIMIT));
    known = total;
    if (back > 0 && ++stepsBack > STEPS_BACK_AT_MOST) {
      throw new ProviderError('unreachable', { reason: 'list_moves_while_read' });
    }
    if (back > 0) {
      trail.turnBack();
      missing = 0;
    }
    missing += Math.max(0, Math.min(PAGE_LIMIT, total - (page - 1) * PAGE_LIMIT)) - users.length;
    const complete = back === 0 && isLast(page, users.length, total);
    if (back === 0 && !complete) trail.follow(users.map(({ id }) => id));
    if (complete && missing > HIDDEN_AT_MOST)
      throw new ProviderError('protocol', { reason: 'pages_fall_short' });
    yield { users, complete, total };
    if (complete) return;
    page += back > 0 ? -back : 1;
  }
}

/** A page may hold fewer than were asked for; only nothing, or everything that the total promises, is the end. */
function isLast(page: number, length: number, total: number): boolean {
  if (length === 0) {
    if (total > (page - 1) * PAGE_LIMIT) throw new ProviderError('protocol', { reason: 'list_ends_early' });
    return true;
  }
  const shown = (page - 1) * PAGE_LIMIT + length;
  if (shown > total) throw new ProviderError('protocol', { reason: 'more_than_the_total' });
  return shown === total;
}

/** The first user of a walk that passes. */
export async function findFirst(
  pages: AsyncIterable<ListedPage>,
  passes: (user: SendauthUser) => boolean,
): Promise<SendauthUser | undefined> {
  for await (const { users } of pages) {
    const found = users.find(passes);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Every user of a walk that passes. */
export async function findAll(
  pages: AsyncIterable<ListedPage>,
  passes: (user: SendauthUser) => boolean,
): Promise<SendauthUser[]> {
  const found: SendauthUser[] = [];
  for await (const { users } of pages) found.push(...users.filter(passes));
  return found;
}
