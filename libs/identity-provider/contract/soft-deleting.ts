import { expect } from '@jest/globals';
import type { Capabilities } from '../src/index.js';
import { ANNA } from './people.js';
import type { Enrolled, Stage } from './stage.js';
import type { StoryGroup } from './story.js';

const softDeletes = ({ softDelete }: Capabilities): boolean => softDelete;
const restores = ({ softDelete, restore }: Capabilities): boolean => softDelete && restore;

/** Soft-deleting accounts, and having them back. */
export const SOFT_DELETING: StoryGroup = {
  name: 'soft-deleting',
  stories: [
    {
      name: 'soft-deletes an account, also twice, and keeps it apart from absent ones',
      needs: softDeletes,
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        await softDelete(stage, anna);
        await softDelete(stage, anna);
        expect(stage.onlyOne().state).toBe('softDeleted');
        expect(await stage.get(anna.target)).toMatchObject({ state: 'softDeleted' });
      },
    },
    {
      name: 'H22: soft-deletes after the answer to a soft deletion was lost',
      needs: softDeletes,
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        stage.guest.backDoor.breakNextWrite('answerLost');
        await stage.expectRejected(softDelete(stage, anna), 'outcomeUnknown');
        await softDelete(stage, anna);
        expect(stage.onlyOne().state).toBe('softDeleted');
      },
    },
    {
      name: 'finds a soft-deleted account by its keys',
      needs: softDeletes,
      tell: async (stage) => {
        const anna = await stage.enrol(ANNA);
        await softDelete(stage, anna);
        const found = await stage.provider.correlate(anna.account.lookupKeys, stage.context);
        expect(found).toMatchObject([{ accountId: anna.target.accountId, state: 'softDeleted' }]);
      },
    },
    {
      name: 'D11: restores the same account with all that it held, also what we do not manage',
      needs: restores,
      tell: async (stage) => {
        const { anna, before } = await enrolRich(stage);
        await softDelete(stage, anna);
        await restore(stage, anna);
        expect(stage.onlyOne().raw).toEqual(before);
        await stage.expectInSync(anna);
      },
    },
    {
      name: 'restores twice',
      needs: restores,
      tell: async (stage) => {
        const { anna, before } = await enrolRich(stage);
        await softDelete(stage, anna);
        await restore(stage, anna);
        await restore(stage, anna);
        expect(stage.onlyOne().raw).toEqual(before);
        expect(await stage.get(anna.target)).toMatchObject({ state: 'live' });
      },
    },
    {
      name: 'H22: restores after the answer to a restore was lost',
      needs: restores,
      tell: async (stage) => {
        const { anna, before } = await enrolRich(stage);
        await softDelete(stage, anna);
        stage.guest.backDoor.breakNextWrite('answerLost');
        await stage.expectRejected(restore(stage, anna), 'outcomeUnknown');
        await restore(stage, anna);
        expect(stage.onlyOne().raw).toEqual(before);
      },
    },
    {
      name: 'D11: soft-deletes what was restored, and restores it again',
      needs: restores,
      tell: async (stage) => {
        const { anna, before } = await enrolRich(stage);
        await softDelete(stage, anna);
        await restore(stage, anna);
        await softDelete(stage, anna);
        expect(stage.onlyOne()).toMatchObject({
          accountId: anna.target.accountId,
          state: 'softDeleted',
        });
        await restore(stage, anna);
        expect(stage.onlyOne().raw).toEqual(before);
        await stage.expectInSync(anna);
      },
    },
  ],
};

async function softDelete(stage: Stage, { target }: Enrolled): Promise<void> {
  await stage.apply({ kind: 'softDelete' }, target);
}

async function restore(stage: Stage, { target }: Enrolled): Promise<void> {
  await stage.apply({ kind: 'restore' }, target);
}

/** An account with what we manage and what we do not, and all that it holds. */
async function enrolRich(
  stage: Stage,
): Promise<{ anna: Enrolled; before: Readonly<Record<string, unknown>> }> {
  const anna = await stage.enrol(ANNA);
  stage.guest.backDoor.alter(anna.target.accountId, stage.guest.backDoor.unmanaged);
  return { anna, before: stage.onlyOne().raw };
}
