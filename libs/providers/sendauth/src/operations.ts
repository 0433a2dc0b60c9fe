import {
  ProviderError,
  type AccountOperations,
  type AccountTarget,
  type CallContext,
} from '#identity-provider';
import type { SendauthActivityApi } from './activity-api.js';
import type { SendauthApi } from './api.js';
import { ensureThere } from './whereabouts.js';

/**
 * What SendAuth offers for one live user beside mirroring. A 404 is told as `notFound` (of a user who is soft-deleted or
 * was never there) only when SendAuth itself is there to say so.
 * @see PROVIDERS.md 4.2
 */
export function sendauthOperations(users: SendauthApi, activity: SendauthActivityApi): AccountOperations {
  return {
    readAudits: (target, query, context) =>
      about(target, { users, context }, (userId) => activity.listAudits(userId, query, context)),
    readTransactions: (target, query, context) =>
      about(target, { users, context }, (userId) => activity.listTransactions(userId, query, context)),
    startRegistration: (target, context) =>
      about(target, { users, context }, (userId) => activity.registerUser(userId, context)),
    startAuthentication: (target, request, context) =>
      about(target, { users, context }, (userId) => activity.authenticateUser(userId, request, context)),
    removePasskeys: (target, context) =>
      about(target, { users, context }, async (userId) => {
        await activity.removePasskeys(userId, context);
      }),
  };
}

async function about<Result>(
  { accountId }: AccountTarget,
  { users, context }: { readonly users: SendauthApi; readonly context: CallContext },
  act: (userId: string) => Promise<Result>,
): Promise<Result> {
  if (accountId === null) throw new ProviderError('unsupported', { reason: 'no_account_id' });
  try {
    return await act(accountId);
  } catch (error) {
    if (error instanceof ProviderError && error.kind === 'notFound') await ensureThere(users, context);
    throw error;
  }
}
