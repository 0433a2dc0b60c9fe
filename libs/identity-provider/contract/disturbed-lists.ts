import { expect } from '@jest/globals';
import type { ListingDisturbance, ListName } from './back-door.js';
import type { Stage } from './stage.js';
import type { Tale } from './story.js';
import {
  crowd,
  expectFoundByReading,
  expectGivenUp,
  expectHonest,
  expectTwiceAtMost,
  heldIds,
  idsOn,
  pageSizeOf,
  readListing,
  type Walk,
} from './walks.js';

/** Lists that are not what a list should be. */
export function disturbedStories(list: ListName): Tale[] {
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
    disturbed(list, 'overstated', 'L09: gives up when fewer come than are counted', whereCounted(list)),
    disturbed(list, 'understated', 'L09: gives up when more come than are counted', whereCounted(list)),
    disturbed(
      list,
      'hole',
      'L05: gives up on a page without anybody where somebody is counted',
      whereCounted(list),
    ),
    disturbed(
      list,
      'emptied',
      'L05: gives up on a list without anybody where somebody is counted',
      whereCounted(list),
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
  ...[name, judge]: [string, (stage: Stage, walk: Walk) => Promise<void> | void]
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

/** A list that tells no total cannot be found out; its accounts are still there for a read. */
function whereCounted(list: ListName): (stage: Stage, walk: Walk) => Promise<void> {
  return async (stage, walk) => {
    if (stage.guest.backDoor.counts(list)) {
      expectGivenUp(walk);
      return;
    }
    const listed = new Set(idsOn(walk));
    const missed = heldIds(stage).filter((accountId) => !listed.has(accountId));
    await expectFoundByReading(stage, missed);
  };
}

/** It ended with an error, and before it had read on and on, which `readListing` sees to. */
function expectGivenUpSoon(_: Stage, walk: Walk): void {
  expectGivenUp(walk);
}
