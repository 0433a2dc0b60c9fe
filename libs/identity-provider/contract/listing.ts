import { expect } from '@jest/globals';
import type { Account } from '../src/index.js';
import type { ListName } from './back-door.js';
import { disturbedStories } from './disturbed-lists.js';
import { ANNA } from './people.js';
import { crowd, expectHonest, expectTwiceAtMost, heldIds, idsOn, readListing } from './walks.js';
import type { Stage } from './stage.js';
import { storiesWith, type StoryGroup, type Tale } from './story.js';

/** Enumerating accounts, where the provider can. */
export const LISTING: StoryGroup = {
  name: 'listing',
  stories: [
    {
      name: 'is offered exactly when the capabilities say so (L12)',
      tell: ({ provider, capabilities }) => {
        expect(provider.list !== undefined).toBe(capabilities.listPageSize !== null);
        expect(provider.listDeleted !== undefined).toBe(capabilities.listsDeleted);
        return Promise.resolve();
      },
    },
    ...storiesWith({ needs: ({ listPageSize }) => listPageSize !== null }, storiesOf('live')),
  ],
};

/** Enumerating soft-deleted accounts, where the provider can. */
export const LISTING_DELETED: StoryGroup = {
  name: 'listing the soft-deleted',
  stories: storiesWith({ needs: ({ listsDeleted }) => listsDeleted }, [
    {
      name: 'shows them apart from live ones',
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        await stage.apply({ kind: 'softDelete' }, anna.target);
        expect(idsOn(await readListing(stage, 'softDeleted'))).toEqual([anna.target.accountId]);
        expect(idsOn(await readListing(stage, 'live'))).toEqual([]);
      },
    },
    ...storiesOf('softDeleted'),
  ]),
};

function storiesOf(list: ListName): Tale[] {
  return [...plainStories(list), ...movingStories(list), ...disturbedStories(list)];
}

function plainStories(list: ListName): Tale[] {
  return [
    {
      name: 'shows every account once, over several pages of which only the last says that it is',
      tell: async (stage) => {
        crowd(stage, list);
        const walk = await readListing(stage, list);
        expect(walk.error).toBeNull();
        expect(walk.pages.length).toBeGreaterThan(2);
        const last = walk.pages.length - 1;
        expect(walk.pages.map(({ complete }) => complete)).toEqual(walk.pages.map((_, at) => at === last));
        expect(idsOn(walk).sort()).toEqual(heldIds(stage).sort());
      },
    },
    {
      name: 'shows accounts as a single read does',
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        if (list === 'softDeleted') await stage.apply({ kind: 'softDelete' }, anna.target);
        const { pages } = await readListing(stage, list);
        const listed: Account[] = pages.flatMap(({ accounts }) => accounts);
        expect(listed).toEqual([await stage.read(anna.target)]);
      },
    },
    {
      name: 'shows nobody on a page that says it is the last',
      tell: async (stage) => {
        const walk = await readListing(stage, list);
        expect(idsOn(walk)).toEqual([]);
        expect(walk.pages.at(-1)?.complete).toBe(true);
      },
    },
  ];
}

/** Lists that change between two reads of a page. */
function movingStories(list: ListName): Tale[] {
  return [
    {
      name: 'L01: misses nobody when accounts are added meanwhile',
      tell: async (stage) => {
        crowd(stage, list);
        const before = heldIds(stage);
        const walk = await readListing(stage, list, async () => {
          const anna = await stage.enrol(ANNA);
          if (list === 'softDeleted') await stage.apply({ kind: 'softDelete' }, anna.target);
        });
        expect(walk.error).toBeNull();
        expect(idsOn(walk)).toEqual(expect.arrayContaining(before));
      },
    },
    {
      name: 'L01: whom it misses when accounts vanish meanwhile, a read still finds',
      tell: async (stage) => {
        crowd(stage, list);
        const leaving = heldIds(stage).slice(0, 2);
        const walk = await readListing(stage, list, () => {
          for (const accountId of leaving) stage.guest.backDoor.remove(accountId);
        });
        await expectHonest(stage, walk, leaving.length);
      },
    },
    ...(['first', 'last'] as const).map((to) => ({
      name: `L01: whom it misses when an account moves to be the ${to} meanwhile, a read still finds`,
      tell: async (stage: Stage) => {
        crowd(stage, list);
        const ids = heldIds(stage);
        const moved = to === 'first' ? ids.at(-1) : ids[0];
        const walk = await readListing(stage, list, () => {
          stage.guest.backDoor.reorder(moved ?? '', to);
        });
        await expectHonest(stage, walk, 1);
        expectTwiceAtMost(walk);
      },
    })),
  ];
}
