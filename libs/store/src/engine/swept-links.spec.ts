import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestRoster } from '../roster/roster.harness.js';
import { knows, Links, PROVIDER } from './engine.harness.js';
import {
  countAccounts,
  findLinksOfAccounts,
  findLookedFor,
  walkAccounts,
  type HeldAccount,
} from './swept-links.js';

describe('the accounts that links hold', () => {
  let links: Links;
  beforeEach(async () => {
    links = new Links(await openTestRoster([PROVIDER, 'south']));
  });
  afterEach(() => links.roster.close());

  async function walkAll(limit: number): Promise<HeldAccount[]> {
    const all: HeldAccount[] = [];
    for (let after: string | null = null; ;) {
      const page: HeldAccount[] = await walkAccounts(links.roster.sql, PROVIDER, { after, limit });
      all.push(...page);
      if (page.length < limit) return all;
      after = page.at(-1)?.accountId ?? null;
    }
  }

  it.each([1, 2, 3, 10])('are walked whole and once each, %i at a time', async (limit) => {
    const ids = ['a-1', 'A-2', 'é', 'a 3', '9', '-', 'z/..'];
    for (const id of ids) await links.enterInSync(id);
    await links.enter(); // has none
    const walked = await walkAll(limit);
    expect(walked.map(({ accountId }) => accountId).toSorted()).toEqual(ids.toSorted());
  });

  it('are told with the state they were last seen in, whatever is under way for them', async () => {
    await links.enterInSync('live');
    const gone = await links.enter();
    await links.settle(await links.claim(gone), {
      knowledge: knows({ accountId: 'gone', observedState: 'absent' }),
    });
    const due = await links.enterInSync('due');
    await links.set(due, 'wanted = wanted + 1');
    const walked = await walkAll(10);
    expect(walked).toHaveLength(3);
    expect(walked).toEqual(
      expect.arrayContaining([
        { accountId: 'live', observedState: 'live' },
        { accountId: 'gone', observedState: 'absent' },
        { accountId: 'due', observedState: 'live' },
      ]),
    );
    expect(await countAccounts(links.roster.sql, PROVIDER)).toEqual({ live: 2, absent: 1 });
    expect(await countAccounts(links.roster.sql, 'south')).toEqual({});
  });

  /** Between what was settled before and what will be: times of rows are rounded to milliseconds. */
  async function momentOfNow(): Promise<string> {
    const { sql } = links.roster;
    await sql('SELECT pg_sleep(0.003)');
    const [row] = await sql<{ now: string }>('SELECT now()::text AS now');
    await sql('SELECT pg_sleep(0.003)');
    return row?.now ?? '';
  }

  it('are looked for when they were settled before the listing began, and still are', async () => {
    const { sql } = links.roster;
    await links.enterInSync('early');
    const stirred = await links.enterInSync('stirred');
    const begun = await momentOfNow();
    await links.enterInSync('late');
    await links.set(stirred, 'wanted = wanted + 1');
    const moment = await momentOfNow();
    const accountIds = ['early', 'late', 'stirred', 'unknown'];
    const known = await findLinksOfAccounts(sql, PROVIDER, { accountIds, moment, begun });
    const told = [...known].map(([id, { isComparable, isLookedFor }]) => [id, isComparable, isLookedFor]);
    expect(told.toSorted()).toEqual([
      ['early', true, true],
      ['late', true, false],
      ['stirred', false, false],
    ]);
    expect(await findLookedFor(sql, PROVIDER, { accountIds, begun })).toEqual(['early']);
  });
});
