import { OWED_EFFECTS, type OwedEffect } from '#domain';
import { expect } from '@jest/globals';
import { valueAt } from './back-door.js';
import { hasSuspension } from './changing.js';
import { ANNA, ANNA_CHANGED } from './people.js';
import type { Stage } from './stage.js';
import type { Story, StoryGroup } from './story.js';

/** Lowering accounts by a step of its own, and raising them again. */
export const SUSPENDING: StoryGroup = {
  name: 'suspending',
  stories: [
    {
      name: 'suspends an account and leaves its content',
      needs: hasSuspension,
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        await stage.suspend(anna);
        await expectSuspended(stage);
        await stage.expectInSync(anna);
      },
    },
    {
      name: 'suspends twice',
      needs: hasSuspension,
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        await stage.suspend(anna);
        await stage.suspend(anna);
        await expectSuspended(stage);
        await stage.expectInSync(anna);
      },
    },
    {
      name: 'H22: suspends after the answer to a suspension was lost',
      needs: hasSuspension,
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        stage.guest.backDoor.breakNextWrite('answerLost');
        await stage.expectRejected(stage.suspend(anna), 'outcomeUnknown');
        await stage.suspend(anna);
        await expectSuspended(stage);
      },
    },
    {
      name: 'reactivates the same account, also twice, with what it is to hold by then',
      needs: hasSuspension,
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        await stage.suspend(anna);
        const { writableWhileSuspended } = stage.capabilities;
        const changed = writableWhileSuspended ? await stage.update(anna, ANNA_CHANGED) : anna;
        await stage.reactivate(changed);
        await stage.reactivate(changed);
        await expectLive(stage);
        expect(stage.onlyOne().accountId).toBe(anna.target.accountId);
        await stage.expectInSync(changed);
      },
    },
    {
      name: 'H22: reactivates after the answer to a reactivation was lost',
      needs: hasSuspension,
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        await stage.suspend(anna);
        stage.guest.backDoor.breakNextWrite('answerLost');
        await stage.expectRejected(stage.reactivate(anna), 'outcomeUnknown');
        await stage.reactivate(anna);
        await expectLive(stage);
      },
    },
    {
      name: 'H31, H35: leaves what we do not manage as it is',
      needs: hasSuspension,
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        stage.guest.backDoor.alter(anna.target.accountId, stage.guest.backDoor.unmanaged);
        const before = stage.onlyOne().raw;
        await stage.suspend(anna);
        await stage.reactivate(anna);
        for (const name of Object.keys(stage.guest.backDoor.unmanaged)) {
          expect(withoutEmpty(stage.onlyOne().raw[name])).toEqual(withoutEmpty(before[name]));
        }
      },
    },
    {
      name: 'tells a deletion from a deactivation',
      needs: ({ lowering }) => lowering.deleted[0].marker !== lowering.deactivated[0].marker,
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        await stage.suspend(anna);
        await stage.suspend(anna, 'deleted');
        await expectSuspended(stage, stage.capabilities.lowering.deleted[0].marker);
      },
    },
    ...OWED_EFFECTS.map(paysOwed),
  ],
};

function paysOwed(effect: OwedEffect): Story {
  return {
    name: `pays the owed effect ${effect}, also twice`,
    needs: ({ owedOnSuspend }) => owedOnSuspend.includes(effect),
    tell: async (stage) => {
      const proof = stage.guest.backDoor.owed[effect];
      if (proof === undefined) throw new Error(`the guest does not say how ${effect} is seen`);
      const anna = await stage.enrol(ANNA);
      stage.guest.backDoor.alter(anna.target.accountId, proof.due);
      const { marker = null } = stage.capabilities.lowering.deactivated[0];
      await stage.apply({ kind: 'suspend', marker, attributes: anna.account.attributes }, anna.target);
      expect(proof.isPaid(stage.onlyOne())).toBe(false);
      for (let time = 0; time < 2; time += 1) {
        const paid = await stage.apply({ kind: 'discharge', effect, tags: {} }, anna.target);
        expect(paid.confirmed).toBe(true);
        expect(proof.isPaid(stage.onlyOne())).toBe(true);
      }
      await expectSuspended(stage);
    },
  };
}

/** Suspended as it really is, and as the adapter sees it. */
async function expectSuspended(
  stage: Stage,
  marker = stage.capabilities.lowering.deactivated[0].marker,
): Promise<void> {
  const { markerPath } = stage.guest.backDoor;
  const held = stage.onlyOne();
  if (markerPath === null) expect(held.state).toBe('suspended');
  else expect(valueAt(held.raw, markerPath)).toBe(marker);
  const read = await stage.provider.get({ ...held, remoteKey: ANNA.remoteKey }, stage.context);
  expect(read).toMatchObject({ state: 'suspended', account: { marker: marker ?? null } });
}

async function expectLive(stage: Stage): Promise<void> {
  const { markerPath } = stage.guest.backDoor;
  const held = stage.onlyOne();
  expect(held.state).toBe('live');
  if (markerPath !== null) expect(valueAt(held.raw, markerPath)).toBeNull();
  const read = await stage.provider.get({ ...held, remoteKey: ANNA.remoteKey }, stage.context);
  expect(read).toMatchObject({ state: 'live', account: { marker: null } });
}

/** A removed marker may stay behind as an empty text. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== ''));
}
