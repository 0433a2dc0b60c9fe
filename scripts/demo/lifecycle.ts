import type { HeldAccount } from './accounts.js';
import type { Provider } from './expect.js';

/** The verbs that the demo walks people through, in this order. */
export const VERBS = ['deactivate', 'reactivate', 'delete', 'restore', 'delete', 'purge'] as const;
export type Verb = (typeof VERBS)[number];

/** How an account is found after a verb: its state, our marker, or that it is gone. */
export type Shown = 'live' | 'marked deactivated' | 'marked deleted' | 'suspended' | 'soft-deleted' | 'gone';

/** What each verb comes to at each provider. PROVIDERS.md 1.7, 2.7, 3.7, 4.7, and section 5 */
export const SHOWN_AFTER: Readonly<Record<Verb, Readonly<Record<Provider, Shown>>>> = {
  deactivate: {
    vault: 'live',
    sunshine: 'marked deactivated',
    passage: 'suspended',
    sendauth: 'soft-deleted',
  },
  reactivate: { vault: 'live', sunshine: 'live', passage: 'live', sendauth: 'live' },
  delete: { vault: 'live', sunshine: 'marked deleted', passage: 'suspended', sendauth: 'soft-deleted' },
  restore: { vault: 'live', sunshine: 'live', passage: 'live', sendauth: 'live' },
  purge: { vault: 'gone', sunshine: 'gone', passage: 'gone', sendauth: 'gone' },
};

/** What the roster says of the person after each verb. */
export const STATUS_AFTER: Readonly<Record<Verb, string>> = {
  deactivate: 'deactivated',
  reactivate: 'active',
  delete: 'deleted',
  restore: 'active',
  purge: 'purged',
};

/** How an account that may not be there reads. */
export function shownOf(account: HeldAccount | undefined): string {
  if (account === undefined) return 'gone';
  if (account.state === 'softDeleted') return 'soft-deleted';
  return account.state === 'live' && account.marker !== null ? `marked ${account.marker}` : account.state;
}
