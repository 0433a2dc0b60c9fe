import type { Mapping } from '#identity-provider';

/** The four display fields are all that a consumer keeps; everything else of a user has no place there. @see PROVIDERS.md 1.3 */
export const vaultMapping: Mapping = {
  version: 'vault-1',
  lines: [
    { from: 'company', to: 'metadata.account_name', transform: 'asIs' },
    { from: 'displayName', to: 'metadata.user_name', transform: 'asIs' },
    { from: 'email', to: 'metadata.email', transform: 'asIs' },
    { from: 'avatarUrl', to: 'metadata.image', transform: 'asIs' },
  ],
};
