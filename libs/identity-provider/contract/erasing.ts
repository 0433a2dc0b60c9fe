import { describe, expect, it } from '@jest/globals';
import type { AccountTarget, Applied, Capabilities } from '../src/index.js';
import { valueAt, type HeldAccount } from './back-door.js';
import { ANNA, BEN } from './people.js';
import type { Enrolled, Stage } from './stage.js';

/** Removing what is personal from an account that stays, where the provider can. */
export function describeErasing(stage: Stage, capabilities: Capabilities): void {
  if (!capabilities.erasesProfile) return;
  const { marker = null } = capabilities.lowering.deleted;
  const erase = ({ target }: { readonly target: AccountTarget }): Promise<Applied> =>
    stage.apply({ kind: 'discharge', effect: 'eraseProfile', tags: {} }, target);
  const delist = async (anna: Enrolled): Promise<Enrolled> => {
    await stage.apply({ kind: 'suspend', marker, attributes: anna.account.attributes }, anna.target);
    return anna;
  };

  describe('erasing a profile', () => {
    it('leaves nothing personal, and the account under its id and key', async () => {
      const anna = await delist(await stage.enrol(ANNA));
      expect(await erase(anna)).toMatchObject({ confirmed: true });
      expectNothingPersonal(stage, stage.onlyOne());
      expect(await stage.read(anna.target)).toMatchObject(anna.target);
    });

    it('is seen by the next read: no marker, and no attribute that was personal', async () => {
      const anna = await delist(await stage.enrol(ANNA));
      await erase(anna);
      const { marker: left, attributes } = await stage.read(anna.target);
      expect(left).toBeNull();
      for (const path of personalPaths(stage)) expect([path, attributes[path]]).toEqual([path, null]);
    });

    it('touches nobody else', async () => {
      const ben = await stage.enrol(BEN);
      await erase(await stage.enrol(ANNA));
      const held = stage.held().find(({ accountId }) => accountId === ben.target.accountId);
      if (held === undefined) throw new Error('the account of somebody else is gone');
      stage.expectHolds(held, ben.account);
    });

    it('H22: is acknowledged again, also after its answer was lost', async () => {
      const anna = await stage.enrol(ANNA);
      stage.guest.backDoor.breakNextWrite('answerLost');
      await stage.expectRejected(erase(anna), 'outcomeUnknown');
      expect(await erase(anna)).toMatchObject({ confirmed: true });
      expect(await erase(anna)).toMatchObject({ confirmed: true });
      expectNothingPersonal(stage, stage.onlyOne());
    });

    it('H08: does not find an account that nobody holds, and creates none', async () => {
      await stage.expectRejected(erase({ target: stage.guest.nobody }), 'notFound');
      expect(stage.held()).toEqual([]);
    });

    it('is no obstacle to writing the profile again', async () => {
      const anna = await stage.enrol(ANNA);
      await erase(anna);
      await stage.update(anna, ANNA);
      await stage.expectInSync(anna);
    });
  });
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
