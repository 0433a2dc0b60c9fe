import { expect } from '@jest/globals';
import type { Account, Capabilities } from '../src/index.js';
import type { ListingDisturbance, ListName } from './back-door.js';
import { ANNA } from './people.js';
import { heldIds, idsOn, readListing, expectFoundByReading, type Walk } from './pages.js';
import type { Stage } from './stage.js';
import { storiesWith, type Story, type StoryGroup } from './story.js';

type Tale = Pick<Story, 'name' | 'tell'>;

/** More than a page, by this much. */
const BEYOND_A_PAGE = 15;

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

/** Lists that are not what a list should be. */
function disturbedStories(list: ListName): Tale[] {
  return [
    {
      name: 'L08: does not end as if complete when a later page fails',
      tell: async (stage) => {
        crowd(stage, list);
        stage.guest.backDoor.breakAll({ status: 500, skip: 1 });
        expectGivenUp(await readListing(stage, list), ['unreachable']);
      },
    },
    disturbed(list, 'samePage', 'L03: gives up when every page is the first', expectGivenUpSoon),
    disturbed(
      list,
      'roundabout',
      'L03: gives up when a later page leads back to one before',
      expectGivenUpSoon,
    ),
    disturbed(list, 'endless', 'L09: gives up on a page that comes again and again', expectGivenUpSoon),
    disturbed(
      list,
      'emptyForEver',
      'L09: gives up when nothing comes, and more is promised',
      expectGivenUpSoon,
    ),
    disturbed(
      list,
      'overstated',
      'L09: gives up when fewer come than are counted',
      expectGivenUpWhereCounted,
    ),
    disturbed(
      list,
      'understated',
      'L09: gives up when more come than are counted',
      expectGivenUpWhereCounted,
    ),
    disturbed(
      list,
      'hole',
      'L05: gives up on a page without anybody where somebody is counted',
      expectGivenUpWhereCounted,
    ),
    disturbed(
      list,
      'emptied',
      'L05: gives up on a list without anybody where somebody is counted',
      expectGivenUpWhereCounted,
    ),
    disturbed(
      list,
      'vanished',
      'L05: whom an empty list does not show, a read still finds',
      (stage, walk) => {
        expect(idsOn(walk)).toEqual([]);
        return expectFoundByReading(stage, heldIds(stage));
      },
    ),
    disturbed(
      list,
      'shortPages',
      'L07: shows everybody, or gives up, when pages are shorter than asked for',
      (stage, walk) => expectHonest(stage, walk, 0),
    ),
    disturbed(
      list,
      'doubledRows',
      'L02: bears accounts that come twice, and shows everybody',
      async (stage, walk) => {
        await expectHonest(stage, walk, 0);
        expect(walk.error).toBeNull();
        expectTwiceAtMost(walk);
      },
    ),
    disturbed(
      list,
      'refusedOnce',
      'L04: shows everybody, or gives up, when it is sent back once',
      (stage, walk) => expectHonest(stage, walk, 0),
    ),
    disturbed(list, 'refused', 'L04: gives up when it is always sent back', expectGivenUpSoon),
  ];
}

function disturbed(
  list: ListName,
  how: ListingDisturbance,
  ...[name, judge]: [string, (stage: Stage, walk: Walk) => Promise<void>]
): Tale {
  return {
    name,
    tell: async (stage) => {
      crowd(stage, list);
      stage.guest.backDoor.disturbListing(how, { list, pageSize: pageSizeOf(stage.capabilities) });
      const walk = await readListing(stage, list);
      stage.guest.backDoor.heal();
      await judge(stage, walk);
    },
  };
}

/** Either it ended with an error, or it missed no more than so many, each of whom a read still finds. */
async function expectHonest(stage: Stage, walk: Walk, missedAtMost: number): Promise<void> {
  if (walk.error !== null) {
    expectGivenUp(walk);
    return;
  }
  const listed = new Set(idsOn(walk));
  const missed = heldIds(stage).filter((accountId) => !listed.has(accountId));
  expect(missed.length).toBeLessThanOrEqual(missedAtMost);
  await expectFoundByReading(stage, missed);
}

function expectGivenUp(walk: Walk, kinds?: readonly string[]): void {
  expect(walk.error).not.toBeNull();
  if (kinds !== undefined) expect(kinds).toContain(walk.error?.kind);
  expect(walk.pages.some(({ complete }) => complete)).toBe(false);
}

async function expectGivenUpSoon(_stage: Stage, walk: Walk): Promise<void> {
  expectGivenUp(walk);
  return Promise.resolve();
}

/** A list that tells no total cannot be found out; its accounts are still there for a read. */
async function expectGivenUpWhereCounted(stage: Stage, walk: Walk): Promise<void> {
  const isCounted = walk.pages.length === 0 || walk.pages.some(({ total }) => total !== undefined);
  if (isCounted) {
    expectGivenUp(walk);
    return;
  }
  const listed = new Set(idsOn(walk));
  await expectFoundByReading(
    stage,
    heldIds(stage).filter((accountId) => !listed.has(accountId)),
  );
}

function expectTwiceAtMost(walk: Walk): void {
  const times = new Map<string, number>();
  for (const id of idsOn(walk)) times.set(id, (times.get(id) ?? 0) + 1);
  expect([...times].filter(([, count]) => count > 2)).toEqual([]);
}

function crowd(stage: Stage, list: ListName): void {
  stage.guest.backDoor.crowd(2 * pageSizeOf(stage.capabilities) + BEYOND_A_PAGE, list);
}

function pageSizeOf({ listPageSize }: Capabilities): number {
  if (listPageSize === null) throw new Error('the story needs a provider that lists');
  return listPageSize;
}
