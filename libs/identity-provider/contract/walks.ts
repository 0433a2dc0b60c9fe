import { expect } from '@jest/globals';
import { ProviderError, type AccountPage, type Capabilities } from '../src/index.js';
import type { ListName } from './back-door.js';
import type { Stage } from './stage.js';

/** More pages than any list of the suite has, going back and beginning anew included. */
const PAGES_AT_MOST = 40;

/** More than a page, by this much. */
const BEYOND_A_PAGE = 15;

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

/** Either it ended with an error, or it missed no more than so many, each of whom a read still finds. */
export async function expectHonest(stage: Stage, walk: Walk, missedAtMost: number): Promise<void> {
  if (walk.error !== null) {
    expectGivenUp(walk);
    return;
  }
  const listed = new Set(idsOn(walk));
  const missed = heldIds(stage).filter((accountId) => !listed.has(accountId));
  expect(missed.length).toBeLessThanOrEqual(missedAtMost);
  await expectFoundByReading(stage, missed);
}

/** It ended with an error, and said nowhere that it was complete. */
export function expectGivenUp(walk: Walk, kinds?: readonly string[]): void {
  expect(walk.error).not.toBeNull();
  if (kinds !== undefined) expect(kinds).toContain(walk.error?.kind);
  expect(walk.pages.some(({ complete }) => complete)).toBe(false);
}

/** Nobody came up more than twice. */
export function expectTwiceAtMost(walk: Walk): void {
  const times = new Map<string, number>();
  for (const id of idsOn(walk)) times.set(id, (times.get(id) ?? 0) + 1);
  expect([...times].filter(([, count]) => count > 2)).toEqual([]);
}

/** Fills a list with strangers, over more than two pages. */
export function crowd(stage: Stage, list: ListName): void {
  stage.guest.backDoor.crowd(2 * pageSizeOf(stage.capabilities) + BEYOND_A_PAGE, list);
}

/** Accounts on a full page. */
export function pageSizeOf({ listPageSize }: Capabilities): number {
  if (listPageSize === null) throw new Error('the story needs a provider that lists');
  return listPageSize;
}
