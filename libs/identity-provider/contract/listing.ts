import { describe, expect, it } from '@jest/globals';
import type { Account, AccountPage, Capabilities } from '../src/index.js';
import { ANNA } from './people.js';
import type { Stage } from './stage.js';

/** More than a page, by this much. */
const BEYOND_A_PAGE = 15;

/** Enumerating accounts, where the provider can. */
export function describeListing(stage: Stage, capabilities: Capabilities): void {
  const { listPageSize } = capabilities;

  describe('listing', () => {
    it('is offered exactly when the capabilities say so (L12)', () => {
      expect(stage.provider.list !== undefined).toBe(listPageSize !== null);
      expect(stage.provider.listDeleted !== undefined).toBe(capabilities.listsDeleted);
    });

    if (listPageSize === null) return;
    const crowd = 2 * listPageSize + BEYOND_A_PAGE;

    it('shows every account once, over several pages of which only the last says that it is', async () => {
      stage.guest.backDoor.crowd(crowd);
      const pages = await read(stage);
      expect(pages.length).toBeGreaterThan(2);
      expect(pages.map(({ complete }) => complete)).toEqual(pages.map((_, at) => at === pages.length - 1));
      expect(idsOn(pages).sort()).toEqual(heldIds(stage).sort());
    });

    it('shows accounts as a single read does', async () => {
      const anna = await stage.enrol(ANNA);
      const listed: Account[] = (await read(stage)).flatMap(({ accounts }) => accounts);
      expect(listed).toEqual([await stage.read(anna.target)]);
    });

    it('shows nobody on a page that says it is the last', async () => {
      const pages = await read(stage);
      expect(idsOn(pages)).toEqual([]);
      expect(pages.at(-1)?.complete).toBe(true);
    });

    it('L01: misses nobody when accounts are added meanwhile', async () => {
      stage.guest.backDoor.crowd(crowd);
      const before = heldIds(stage);
      const pages = await read(stage, () => stage.enrol(ANNA));
      expect(idsOn(pages)).toEqual(expect.arrayContaining(before));
    });

    it('L01: whom it misses when accounts vanish meanwhile, a read still finds', async () => {
      stage.guest.backDoor.crowd(crowd);
      const [first = '', second = ''] = heldIds(stage);
      const pages = await read(stage, () => {
        stage.guest.backDoor.remove(first);
        stage.guest.backDoor.remove(second);
      });
      const listed = new Set(idsOn(pages));
      const missed = stage.held().filter(({ accountId }) => !listed.has(accountId));
      for (const { accountId } of missed) {
        expect(await stage.get({ accountId, remoteKey: accountId })).toMatchObject({ state: 'live' });
      }
      expect(missed.length).toBeLessThanOrEqual(2); // no more than moved, or the listing is of no use
    });

    it('L08: does not end as if complete when a later page fails', async () => {
      stage.guest.backDoor.crowd(crowd);
      stage.guest.backDoor.breakAll({ status: 500, skip: 1 });
      const seen: AccountPage[] = [];
      await stage.expectRejected(readInto(seen, stage), 'unreachable');
      expect(seen.some(({ complete }) => complete)).toBe(false);
    });
  });
}

async function read(stage: Stage, afterFirstPage?: () => unknown): Promise<AccountPage[]> {
  const pages: AccountPage[] = [];
  await readInto(pages, stage, afterFirstPage);
  return pages;
}

async function readInto(pages: AccountPage[], stage: Stage, afterFirstPage?: () => unknown): Promise<void> {
  const listing = stage.provider.list?.(stage.context);
  if (listing === undefined) throw new Error('the provider lists, and has no listing');
  for await (const page of listing) {
    pages.push(page);
    if (pages.length === 1) await afterFirstPage?.();
  }
}

function idsOn(pages: readonly AccountPage[]): string[] {
  return pages.flatMap(({ accounts }) => accounts.map(({ accountId }) => accountId));
}

function heldIds(stage: Stage): string[] {
  return stage.held().map(({ accountId }) => accountId);
}
