import type { HeldAccount } from './accounts.js';
import { PROVIDERS, type Provider } from './expect.js';

type Accounts = Readonly<Record<Provider, readonly HeldAccount[]>>;

/** The accounts that were there before us, such as the one whose credentials we use: they are not ours to touch. */
export class Strangers {
  constructor(private readonly before: Accounts) {}

  /** The accounts without the strangers among them. */
  without(accounts: Accounts): Record<Provider, HeldAccount[]> {
    const entries = PROVIDERS.map((provider) => {
      const ids = new Set(this.before[provider].map(({ accountId }) => accountId));
      return [provider, accounts[provider].filter(({ accountId }) => !ids.has(accountId))];
    });
    // One entry for each of PROVIDERS, by construction.
    return Object.fromEntries(entries) as Record<Provider, HeldAccount[]>;
  }

  /** One line for each stranger that is not as it was. */
  touched(accounts: Accounts): string[] {
    return PROVIDERS.flatMap((provider) =>
      this.before[provider]
        .filter((stranger) => {
          const now = accounts[provider].find(({ accountId }) => accountId === stranger.accountId);
          return JSON.stringify(now) !== JSON.stringify(stranger);
        })
        .map(({ accountId }) => `${provider}: the account ${accountId}, which is not ours, was changed`),
    );
  }
}
