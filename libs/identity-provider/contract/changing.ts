import { expect } from '@jest/globals';
import type { Capabilities, Desired } from '../src/index.js';
import { expectUnmanagedKept, nest } from './paths.js';
import { ANNA, ANNA_BARE, ANNA_CHANGED, ANNA_TAGGED } from './people.js';
import type { Story, StoryGroup } from './story.js';

/** Changing what accounts hold. */
export const CHANGING: StoryGroup = {
  name: 'updating',
  stories: [
    change('other values', ANNA, ANNA_CHANGED),
    change('no values', ANNA, ANNA_BARE),
    change('values where there were none', ANNA_BARE, ANNA),
    {
      name: 'changes nothing when repeated with everything named as changed',
      tell: async (stage) => {
        const anna = await stage.update(await stage.enrol(ANNA), ANNA_CHANGED);
        const { attributes } = anna.account;
        const again = { kind: 'update', attributes, changed: Object.keys(attributes) } as const;
        await stage.apply(again, anna.target);
        await stage.expectInSync(anna);
      },
    },
    keepsUnmanaged('changed', ANNA_CHANGED),
    keepsUnmanaged('cleared', ANNA_BARE),
    {
      name: 'H36: shows what somebody else changed, and puts it back',
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        const { attributes } = stage.provider.normalize(ANNA_CHANGED);
        const [path, value] = Object.entries(attributes)[0] ?? [];
        if (path === undefined) throw new Error('the provider carries no attribute');
        stage.guest.backDoor.alter(anna.target.accountId, nest(path, value));
        expect((await stage.read(anna.target)).attributes[path]).toBe(value);
        const step = { kind: 'update', attributes: anna.account.attributes, changed: [path] } as const;
        await stage.apply(step, anna.target);
        await stage.expectInSync(anna);
      },
    },
    {
      name: 'H21: can be repeated after its answer was lost',
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        stage.guest.backDoor.breakNextWrite('answerLost');
        await stage.expectRejected(stage.update(anna, ANNA_CHANGED), 'outcomeUnknown');
        await stage.expectInSync(await stage.update(anna, ANNA_CHANGED));
      },
    },
    {
      name: 'leaves a suspended account suspended',
      needs: (capabilities) => capabilities.writableWhileSuspended && hasSuspension(capabilities),
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        await stage.suspend(anna);
        await stage.expectInSync(await stage.update(anna, ANNA_CHANGED));
        const { marker = null } = stage.capabilities.lowering.deactivated[0];
        expect(await stage.read(anna.target)).toMatchObject({ state: 'suspended', marker });
      },
    },
    {
      name: 'tells an account its tags, the whole map each time',
      needs: ({ mirrorsTags }) => mirrorsTags,
      tell: async (stage) => {
        const proof = stage.guest.backDoor.owed.setTags;
        if (proof === undefined) throw new Error('the guest does not say how tags are seen');
        const anna = await stage.enrol(ANNA_TAGGED);
        stage.guest.backDoor.alter(anna.target.accountId, proof.due);
        expect(proof.isPaid(stage.onlyOne())).toBe(false);
        const { tags } = ANNA_TAGGED.attributes;
        expect(anna.account.tags).toEqual(tags);
        for (let time = 0; time < 2; time += 1) {
          const told = await stage.apply({ kind: 'discharge', effect: 'setTags', tags }, anna.target);
          expect(told.confirmed).toBe(true);
          expect(proof.isPaid(stage.onlyOne())).toBe(true);
        }
        await stage.expectInSync(anna);
      },
    },
  ],
};

/** Whether an account can be suspended by a step of its own. */
export function hasSuspension({ suspend }: Capabilities): boolean {
  return suspend === 'native' || suspend === 'marker';
}

function change(to: string, before: Desired, after: Desired): Story {
  return {
    name: `changes an account to ${to}`,
    tell: async (stage) => {
      const anna = await stage.enrol(before);
      await stage.expectInSync(await stage.update(anna, after));
      expect(stage.onlyOne()).toMatchObject({ accountId: anna.target.accountId, state: 'live' });
    },
  };
}

function keepsUnmanaged(how: string, after: Desired): Story {
  return {
    name: `H31, H35: leaves what we do not manage as it is when all else is ${how}`,
    tell: async (stage) => {
      const anna = await stage.enrol(ANNA);
      stage.guest.backDoor.alter(anna.target.accountId, stage.guest.backDoor.unmanaged);
      expectUnmanagedKept(stage);
      await stage.expectInSync(anna);
      await stage.expectInSync(await stage.update(anna, after));
      expectUnmanagedKept(stage);
    },
  };
}
