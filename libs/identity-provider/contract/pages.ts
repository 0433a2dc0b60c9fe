import { expect } from '@jest/globals';
import { ProviderError, type AccountPage } from '../src/index.js';
import type { ListName } from './back-door.js';
import type { Stage } from './stage.js';

/** More pages than any list of the suite has, going back and beginning anew included. */
const PAGES_AT_MOST = 40;

/** Of those whom a list misses, as many are read one by one. */
const READ_AT_MOST = 5;

/** What came of reading a list. */
export interface Walk {
  readonly pages: readonly AccountPage[];
  readonly error: ProviderError | null;
}

/**
 * Reads a list to its end.
 * @throws Error when it does not end, or with anything but a `ProviderError`
 */
export async function readListing(
  stage: Stage,
  list: ListName,
  afterFirstPage?: () => unknown,
): Promise<Walk> {
  const { provider, context } = stage;
  const listing = list === 'live' ? provider.list?.(context) : provider.listDeleted?.(context);
  if (listing === undefined) throw new Error('the provider lists, and has no listing');
  const pages: AccountPage[] = [];
  try {
    for await (const page of listing) {
      pages.push(page);
      if (pages.length > PAGES_AT_MOST) throw new Error('the listing does not end');
      if (pages.length === 1) await afterFirstPage?.();
    }
  } catch (error) {
    if (error instanceof ProviderError) return { pages, error };
    throw error;
  }
  return { pages, error: null };
}

export function idsOn({ pages }: Walk): string[] {
  return pages.flatMap(({ accounts }) => accounts.map(({ accountId }) => accountId));
}

export function heldIds(stage: Stage): string[] {
  return stage.held().map(({ accountId }) => accountId);
}

/** Expects that accounts which a list did not show are told as what they are by a read: the list proves no absence. */
export async function expectFoundByReading(stage: Stage, ids: readonly string[]): Promise<void> {
  for (const accountId of ids.slice(0, READ_AT_MOST)) {
    const { state } = await stage.get({ accountId, remoteKey: accountId });
    expect(stage.held().find((account) => account.accountId === accountId)?.state).toBe(state);
  }
}
