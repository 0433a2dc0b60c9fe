import type { SendauthUser } from './user.js';

/** Tells the user whose credentials we call with from everybody else. */
export type IsOwnAccount = (user: SendauthUser) => boolean;

/**
 * "Cannot delete own account" suggests that credentials belong to a user, who is then among the users: as far as the
 * name that we log in with tells (it may be that of a key), it is none of the accounts that are mirrored. Were it taken
 * over for somebody with its email, a change of that person would change what we log in with.
 * @see PROVIDERS.md 4.1 (inferred)
 */
export function ownAccountOf(loginName: string): IsOwnAccount {
  const own = loginName.toLowerCase();
  return ({ email, username }) =>
    [email, username].some((name) => typeof name === 'string' && name.toLowerCase() === own);
}
