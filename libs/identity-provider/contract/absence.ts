import { expect } from '@jest/globals';
import type { ProviderErrorKind } from '../src/index.js';
import { callsTo, STEPS_ON_AN_ACCOUNT, type PortCall } from './calls.js';
import { ANNA } from './people.js';
import type { Stage } from './stage.js';
import type { Story, StoryGroup } from './story.js';

/** What is said of accounts that are not there. */
export const ABSENCE: StoryGroup = {
  name: 'an account that nobody holds',
  stories: [
    {
      name: 'is absent',
      tell: async (stage) => {
        await stage.enrol(ANNA);
        expect(await stage.get(stage.guest.nobody)).toEqual({ state: 'absent' });
      },
    },
    ...STEPS_ON_AN_ACCOUNT.map(({ name, needs, step }): Story => ({
      name: `H08: is not found by ${name}, which creates nothing`,
      needs,
      tell: async (stage) => {
        await stage.expectRejected(stage.apply(step(stage), stage.guest.nobody), 'notFound');
        expect(stage.held()).toEqual([]);
      },
    })),
    {
      name: 'H09: is acknowledged by a purge',
      tell: async (stage) => {
        expect(await stage.apply({ kind: 'purge' }, stage.guest.nobody)).toMatchObject({ confirmed: true });
      },
    },
  ],
};

/** What is said by providers that do not let us see. */
export const REFUSAL: StoryGroup = {
  name: 'a provider that refuses us or is not where we look',
  stories: [
    {
      name: 'H13: refused credentials are told as such by every call, and change nothing',
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        await expectAllRejected(stage, callsTo(stage, stage.guest.stranger, anna.target), ['unauthorized']);
        await stage.expectInSync(anna);
      },
    },
    {
      name: 'H10: with the app gone, is never taken for absent accounts',
      tell: async (stage) => {
        const { astray } = stage.guest;
        const anna = await stage.enrol(ANNA);
        const calls = astray === null ? [] : callsTo(stage, astray, anna.target);
        await expectAllRejected(stage, calls, ['gone', 'unauthorized']);
        await stage.expectInSync(anna);
      },
    },
    {
      name: 'H10: with nothing there but pages for people, is never taken for absent accounts',
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        stage.guest.backDoor.breakAll({ status: 404 });
        const calls = callsTo(stage, stage.provider, anna.target);
        await expectAllRejected(stage, calls, ['gone', 'unauthorized', 'protocol', 'unreachable']);
        stage.guest.backDoor.heal();
        await stage.expectInSync(anna);
      },
    },
    {
      name: 'H11: when it fails, has not said that anything is absent or done',
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        stage.guest.backDoor.breakAll({ status: 500 });
        const calls = callsTo(stage, stage.provider, anna.target);
        await expectAllRejected(stage, calls, ['unreachable', 'outcomeUnknown']);
        await expectAllRejected(stage, calls.filter(isRead), ['unreachable']);
        stage.guest.backDoor.heal();
        await stage.expectInSync(anna);
      },
    },
  ],
};

function isRead({ name }: PortCall): boolean {
  return name === 'get' || name === 'correlate' || name.startsWith('list');
}

async function expectAllRejected(
  stage: Stage,
  calls: readonly PortCall[],
  kinds: readonly ProviderErrorKind[],
): Promise<void> {
  for (const { name, make } of calls) {
    const outcome = await stage.outcomeOf(make());
    expect([name, kinds.some((kind) => kind === outcome) ? 'rejected' : outcome]).toEqual([name, 'rejected']);
  }
}
