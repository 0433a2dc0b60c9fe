import { ProviderError } from '#identity-provider';
import { isUuid } from './limits.js';

/** Below `/api/v1/users`. What stands there must have been checked: `deleted` is no id but the deleted users. */
export function usersPath(...below: readonly string[]): readonly string[] {
  return ['api', 'v1', 'users', ...below];
}

/** @throws ProviderError `invalid` when the id is no UUID */
export function userPath(userId: string, ...below: readonly string[]): readonly string[] {
  return usersPath(checked(userId), ...below);
}

/** @throws ProviderError `invalid` when the id is no UUID */
export function deletedUserPath(userId: string): readonly string[] {
  return usersPath('deleted', checked(userId));
}

function checked(userId: string): string {
  if (!isUuid(userId)) throw new ProviderError('invalid', { reason: 'account_id_is_no_uuid' });
  return userId;
}
