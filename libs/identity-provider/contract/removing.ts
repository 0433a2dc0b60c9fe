import { expect } from '@jest/globals';
import { hasSuspension } from './changing.js';
import { ANNA, BEN } from './people.js';
import type { StoryGroup } from './story.js';

/** Removing accounts for good. */
export const REMOVING: StoryGroup = {
  name: 'purging',
  stories: [
    {
      name: 'leaves nothing of the account, proves it, and touches no other',
      tell: async (stage) => {
        const ben = await stage.enrol(BEN);
        const anna = await stage.enrol(ANNA);
        const applied = await stage.purge(anna.target);
        expect(applied.confirmed).toBe(stage.capabilities.purge.confirmed === 'atOnce');
        expect(await stage.get(anna.target)).toEqual({ state: 'absent' });
        expect(await stage.provider.correlate(anna.account.lookupKeys, stage.context)).toEqual([]);
        await stage.expectInSync(ben);
      },
    },
    {
      name: 'H09: acknowledges what is gone already',
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        await stage.purge(anna.target);
        expect(await stage.apply({ kind: 'purge' }, anna.target)).toMatchObject({ confirmed: true });
        expect(stage.held()).toEqual([]);
      },
    },
    {
      name: 'H22: can be repeated after its answer was lost',
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        stage.guest.backDoor.breakNextWrite('answerLost');
        await stage.expectRejected(stage.apply({ kind: 'purge' }, anna.target), 'outcomeUnknown');
        await stage.purge(anna.target);
        expect(stage.held()).toEqual([]);
      },
    },
    {
      name: 'makes room for a new account of the same person',
      tell: async (stage) => {
        await stage.purge((await stage.enrol(ANNA)).target);
        await stage.expectInSync(await stage.enrol(ANNA));
      },
    },
    {
      name: 'D13: destroys what is soft-deleted',
      needs: ({ softDelete }) => softDelete,
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        await stage.apply({ kind: 'softDelete' }, anna.target);
        await stage.purge(anna.target);
        expect(stage.held()).toEqual([]);
      },
    },
    {
      name: 'removes what is suspended',
      needs: hasSuspension,
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        await stage.suspend(anna);
        await stage.purge(anna.target);
        expect(stage.held()).toEqual([]);
      },
    },
  ],
};
