import { ProviderError, type CallContext } from '#identity-provider';
import type { SendauthApi } from './api.js';
import { spellEmail } from './convert.js';
import { deletedPages, findAll, findFirst, livePages, walk } from './listing.js';
import type { SendauthUser } from './user.js';

/** Where a user is. The answers of SendAuth do not tell a soft-deleted user from a live one; its lists do. */
export type Whereabouts =
  { readonly state: 'live' | 'softDeleted'; readonly user: SendauthUser } | { readonly state: 'absent' };

/**
 * Finds out where one user is.
 *
 * Whether a soft-deleted user is still answered by a read is not documented (PROVIDERS.md 4.7), so a user is live only
 * when the live list has it, and absent only when the whole deleted list, searched by nothing, has not. Somebody who is
 * restored while that is read is in neither; the second read at the end finds out.
 * @throws ProviderError `gone` when the lists are not there either
 */
export async function locate(api: SendauthApi, userId: string, context: CallContext): Promise<Whereabouts> {
  const shown = await readIfShown(api, userId, context);
  if (shown !== null && (await isListedLive(api, shown, context))) return { state: 'live', user: shown };
  const deleted = await findDeleted(api, userId, context);
  if (deleted !== undefined) return { state: 'softDeleted', user: deleted };
  const again = await readIfShown(api, userId, context);
  return again === null ? { state: 'absent' } : { state: 'live', user: again };
}

/** Users who hold one of these emails, exactly compared, live and soft-deleted. */
export async function locateByEmail(
  api: SendauthApi,
  email: string,
  context: CallContext,
): Promise<readonly Extract<Whereabouts, { user: SendauthUser }>[]> {
  const wanted = spellEmail(email);
  const holds = (user: SendauthUser): boolean => spellEmail(user.email ?? '') === wanted;
  const live = await findAll(walk(livePages(api, context), email), holds);
  const deleted = await findAll(walk(deletedPages(api, context), email), holds);
  // Whoever is soft-deleted between the two is in both; the later reading counts.
  const found = new Map(live.map((user) => [user.id, { state: 'live', user } as const]));
  return [
    ...new Map<string, Extract<Whereabouts, { user: SendauthUser }>>([
      ...found,
      ...deleted.map((user) => [user.id, { state: 'softDeleted', user }] as const),
    ]).values(),
  ];
}

/**
 * Proves that SendAuth is there, so that a 404 speaks of one user.
 * @throws ProviderError `gone` when its list is not found either
 */
export async function ensureThere(api: SendauthApi, context: CallContext): Promise<void> {
  await api.listUsers({ page: 1, perPage: 1 }, context);
}

/** @throws ProviderError `protocol` for an answer about somebody else, who must not be taken for the one asked for */
export function assertIs(user: SendauthUser, userId: string): void {
  if (!isSameId(user.id, userId)) throw new ProviderError('protocol', { reason: 'answered_another_user' });
}

async function readIfShown(
  api: SendauthApi,
  userId: string,
  context: CallContext,
): Promise<SendauthUser | null> {
  try {
    const { user } = await api.getUser(userId, context);
    assertIs(user, userId);
    return user;
  } catch (error) {
    if (error instanceof ProviderError && error.kind === 'notFound') return null;
    throw error;
  }
}

/** Searched by what is rarest about the user; the id decides. */
async function isListedLive(api: SendauthApi, user: SendauthUser, context: CallContext): Promise<boolean> {
  const rarest = [user.email, user.phone, user.lastName].find((text) => (text ?? '') !== '');
  const pages = walk(livePages(api, context), rarest ?? undefined);
  return (await findFirst(pages, ({ id }) => isSameId(id, user.id))) !== undefined;
}

/** The whole list: what a search covers is not documented, and it may not cover ids. */
async function findDeleted(
  api: SendauthApi,
  userId: string,
  context: CallContext,
): Promise<SendauthUser | undefined> {
  const pages = walk(deletedPages(api, context));
  return findFirst(pages, ({ id }) => isSameId(id, userId));
}

function isSameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
