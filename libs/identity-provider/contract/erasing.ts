import { expect } from '@jest/globals';
import type { AccountTarget, Applied } from '../src/index.js';
import { valueAt, type HeldAccount } from './back-door.js';
import { ANNA, BEN } from './people.js';
import type { Enrolled, Stage } from './stage.js';
import { storiesWith, type StoryGroup } from './story.js';

/** Removing what is personal from an account that stays, where the provider can. */
export const ERASING: StoryGroup = {
  name: 'erasing a profile',
  stories: storiesWith({ needs: ({ erasesProfile }) => erasesProfile, leaves: 'unfinished' }, [
    {
      name: 'leaves nothing personal, and the account under its id and key',
      tell: async (stage) => {
        const anna = await enrolLeaver(stage);
        expect(await erase(stage, anna.target)).toMatchObject({ confirmed: true });
        expectNothingPersonal(stage, stage.onlyOne());
        expect(await stage.read(anna.target)).toMatchObject(anna.target);
      },
    },
    {
      name: 'is seen by the next read: no marker, and no attribute that was personal',
      tell: async (stage) => {
        const anna = await enrolLeaver(stage);
        await erase(stage, anna.target);
        const { marker: left, attributes } = await stage.read(anna.target);
        expect(left).toBeNull();
        for (const path of personalPaths(stage)) expect([path, attributes[path]]).toEqual([path, null]);
      },
    },
    {
      name: 'touches nobody else',
      tell: async (stage) => {
        const ben = await stage.enrol(BEN);
        await erase(stage, (await stage.enrol(ANNA)).target);
        const held = stage.held().find(({ accountId }) => accountId === ben.target.accountId);
        if (held === undefined) throw new Error('the account of somebody else is gone');
        stage.expectHolds(held, ben.account);
      },
    },
    {
      name: 'H22: is acknowledged again, also after its answer was lost',
      tell: async (stage) => {
        const { target } = await stage.enrol(ANNA);
        stage.guest.backDoor.breakNextWrite('answerLost');
        await stage.expectRejected(erase(stage, target), 'outcomeUnknown');
        expect(await erase(stage, target)).toMatchObject({ confirmed: true });
        expect(await erase(stage, target)).toMatchObject({ confirmed: true });
        expectNothingPersonal(stage, stage.onlyOne());
      },
    },
    {
      name: 'is no obstacle to writing the profile again',
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        await erase(stage, anna.target);
        await stage.update(anna, ANNA);
        await stage.expectInSync(anna);
      },
    },
  ]),
};

function erase(stage: Stage, target: AccountTarget): Promise<Applied> {
  return stage.apply({ kind: 'discharge', effect: 'eraseProfile', tags: {} }, target);
}

async function enrolLeaver(stage: Stage): Promise<Enrolled> {
  const anna = await stage.enrol(ANNA);
  await stage.suspend(anna, 'deleted');
  return anna;
}

/** A language is nobody's alone, and no provider says that it goes with the rest. */
function personalPaths(stage: Stage): string[] {
  return stage.guest.mapping.lines.filter(({ from }) => from !== 'locale').map(({ to }) => to);
}

function expectNothingPersonal(stage: Stage, { raw }: HeldAccount): void {
  const left = personalPaths(stage).filter((path) => valueAt(raw, path) !== null);
  expect(left).toEqual([]);
  const whole = JSON.stringify(raw);
  for (const [name, text] of Object.entries(ANNA.attributes)) {
    if (name !== 'locale' && typeof text === 'string') expect(whole).not.toContain(text);
  }
}
