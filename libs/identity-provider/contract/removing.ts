import { describe, expect, it } from '@jest/globals';
import type { Capabilities } from '../src/index.js';
import { hasSuspension } from './changing.js';
import { ANNA, BEN } from './people.js';
import type { Stage } from './stage.js';

/** Removing accounts for good. */
export function describeRemoving(stage: Stage, capabilities: Capabilities): void {
  describe('purging', () => {
    it('leaves nothing of the account, proves it, and touches no other', async () => {
      const ben = await stage.enrol(BEN);
      const { attributes } = stage.provider.normalize(ANNA);
      const unborn = { accountId: null, remoteKey: ANNA.remoteKey };
      const { accountId = null } = await stage.apply({ kind: 'provision', attributes }, unborn);
      const applied = await stage.purge({ ...unborn, accountId });
      expect(applied.confirmed).toBe(capabilities.purge.confirmed === 'atOnce');
      expect(await stage.get({ ...unborn, accountId })).toEqual({ state: 'absent' });
      const keys = stage.provider.normalize(ANNA).lookupKeys;
      expect(await stage.provider.correlate(keys, stage.context)).toEqual([]);
      await stage.expectInSync(ben);
    });

    it('H09: acknowledges what is gone already', async () => {
      const anna = await stage.enrol(ANNA);
      await stage.purge(anna.target);
      expect(await stage.apply({ kind: 'purge' }, anna.target)).toMatchObject({ confirmed: true });
      expect(stage.held()).toEqual([]);
    });

    it('H22: can be repeated after its answer was lost', async () => {
      const anna = await stage.enrol(ANNA);
      stage.guest.backDoor.breakNextWrite('answerLost');
      await stage.expectRejected(stage.apply({ kind: 'purge' }, anna.target), 'outcomeUnknown');
      await stage.purge(anna.target);
      expect(stage.held()).toEqual([]);
    });

    it('makes room for a new account of the same person', async () => {
      await stage.purge((await stage.enrol(ANNA)).target);
      await stage.expectInSync(await stage.enrol(ANNA));
    });

    if (capabilities.softDelete) {
      it('D13: destroys what is soft-deleted', async () => {
        const anna = await stage.enrol(ANNA);
        await stage.apply({ kind: 'softDelete' }, anna.target);
        await stage.purge(anna.target);
        expect(stage.held()).toEqual([]);
      });
    }

    if (hasSuspension(capabilities)) {
      it('removes what is suspended', async () => {
        const anna = await stage.enrol(ANNA);
        const { marker = null } = capabilities.lowering.deactivated;
        await stage.apply({ kind: 'suspend', marker, attributes: anna.account.attributes }, anna.target);
        await stage.purge(anna.target);
        expect(stage.held()).toEqual([]);
      });
    }
  });
}
