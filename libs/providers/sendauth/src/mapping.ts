import type { Mapping } from '#identity-provider';

/** How names are spelt that are too short for SendAuth: refused as they are, or padded. */
export interface NameSpelling {
  readonly padNames: boolean;
}

/**
 * What a SendAuth user keeps of ours. Emails are sent in lower case: whether SendAuth folds them is not documented, and
 * so they compare equal whether it does or not.
 * @see PROVIDERS.md 4.3
 */
export function sendauthMapping({ padNames }: NameSpelling): Mapping {
  const transform = padNames ? 'pad2' : 'asIs';
  return {
    version: padNames ? 'sendauth-1+pad2' : 'sendauth-1',
    lines: [
      { from: 'givenName', to: 'firstName', transform },
      { from: 'familyName', to: 'lastName', transform },
      { from: 'email', to: 'email', transform: 'lowerCase' },
      { from: 'phone', to: 'phone', transform: 'asIs' },
      { from: 'company', to: 'company.name', transform: 'asIs' },
    ],
  };
}
