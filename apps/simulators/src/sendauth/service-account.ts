import { DEFAULT_FIELDS, type User } from './user.js';

/** The user whose credentials the API is called with. @see PROVIDERS.md 4.1 (that there is one is inferred) */
export const SERVICE_ACCOUNT_ID = '00000000-0000-4000-8000-00000000a0a0';

export function isServiceAccount(user: User): boolean {
  return user.id === SERVICE_ACCOUNT_ID;
}

/**
 * @param username what its credentials are called
 * @param at ISO 8601
 */
export function serviceAccount(username: string, at: string): User {
  return {
    ...DEFAULT_FIELDS,
    id: SERVICE_ACCOUNT_ID,
    firstName: 'Service',
    lastName: 'Account',
    email: 'service@sendauth.example',
    username,
    role: 'admin',
    hasPasskeys: false,
    createdAt: at,
    tags: {},
  };
}
