import { expect } from '@jest/globals';
import type { LookupKey } from '../src/index.js';
import { ANNA, BEN } from './people.js';
import type { StoryGroup } from './story.js';

/** Finding accounts by their unique keys. */
export const FINDING: StoryGroup = {
  name: 'finding by keys',
  stories: [
    {
      name: 'finds exactly the accounts that hold one of the keys',
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        const ben = await stage.enrol(BEN);
        const find = async (keys: readonly LookupKey[]): Promise<Set<string>> =>
          new Set((await stage.provider.correlate(keys, stage.context)).map(({ accountId }) => accountId));
        expect(await find(anna.account.lookupKeys)).toEqual(new Set([anna.target.accountId]));
        expect(await find([...anna.account.lookupKeys, ...ben.account.lookupKeys])).toEqual(
          new Set([anna.target.accountId, ben.target.accountId]),
        );
      },
    },
    {
      name: 'H28: is not taken in by keys that are a part of a key, or have it as a part',
      tell: async (stage) => {
        const { account } = await stage.enrol(ANNA);
        const near = account.lookupKeys.flatMap(nearMisses);
        expect(near).not.toEqual([]);
        expect(await stage.provider.correlate(near, stage.context)).toEqual([]);
      },
    },
    {
      name: 'finds nothing for no keys',
      tell: async (stage) => {
        await stage.enrol(ANNA);
        expect(await stage.provider.correlate([], stage.context)).toEqual([]);
      },
    },
  ],
};

function nearMisses(key: LookupKey): LookupKey[] {
  const { value } = key;
  return [value.slice(0, -1), value.slice(1), `${value}1`].map((near) => ({ ...key, value: near }));
}
