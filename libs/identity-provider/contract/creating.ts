import { expect } from '@jest/globals';
import type { Account } from '../src/index.js';
import type { BrokenWrite } from './back-door.js';
import { ANNA } from './people.js';
import type { Stage } from './stage.js';
import type { Story, StoryGroup } from './story.js';

/** How a provider that assigns the ids says that somebody has these keys already. */
const REFUSED = ['conflict', 'identifierTaken'];

/** Creating accounts, and finding them again when nobody knows whether they were created. */
export const CREATING: StoryGroup = {
  name: 'creating',
  stories: [
    {
      name: 'makes a live account that holds every attribute, and reads it back',
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        expect(stage.onlyOne().state).toBe('live');
        await stage.expectInSync(anna);
        const read = await stage.read(anna.target);
        expect(read).toMatchObject({ state: 'live', marker: null, accountId: stage.onlyOne().accountId });
        expect(read.lookupKeys).toEqual(anna.account.lookupKeys);
      },
    },
    {
      name: 'answers with the id and the content of what it made',
      tell: async (stage) => {
        const applied = await stage.provision(ANNA);
        expect(applied).toMatchObject({ confirmed: true, accountId: stage.onlyOne().accountId });
        if (applied.echo) expect(applied.echo.attributes).toEqual(stage.provider.normalize(ANNA).attributes);
      },
    },
    {
      name: 'makes no second account when asked twice',
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        const byUs = stage.capabilities.accountIdAssignedBy === 'us';
        const outcomes = byUs ? ['acknowledged', 'conflict'] : REFUSED;
        expect(outcomes).toContain(await stage.outcomeOf(stage.provision(ANNA)));
        await stage.expectInSync(anna);
      },
    },
    lostCreate('answerLost'),
    lostCreate('answerCut'),
    {
      name: 'H18: proves that a create which never arrived made nothing, and can be repeated',
      tell: async (stage) => {
        stage.guest.backDoor.breakNextWrite('neverArrived');
        await stage.expectRejected(stage.provision(ANNA), 'outcomeUnknown');
        expect(await findAnna(stage)).toEqual([]);
        expect(stage.held()).toEqual([]);
        await stage.expectInSync(await stage.enrol(ANNA));
      },
    },
  ],
};

function lostCreate(how: BrokenWrite): Story {
  return {
    name: `H20, H24: finds the account of a create with its ${how}`,
    tell: async (stage) => {
      stage.guest.backDoor.breakNextWrite(how);
      await stage.expectRejected(stage.provision(ANNA), 'outcomeUnknown');
      const found = await findAnna(stage);
      expect(found.map(({ accountId }) => accountId)).toEqual([stage.onlyOne().accountId]);
      stage.expectHolds(stage.onlyOne(), stage.provider.normalize(ANNA));
    },
  };
}

function findAnna(stage: Stage): Promise<Account[]> {
  return stage.provider.correlate(stage.provider.normalize(ANNA).lookupKeys, stage.context);
}
