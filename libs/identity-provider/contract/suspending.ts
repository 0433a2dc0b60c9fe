import { describe, expect, it } from '@jest/globals';
import type { Capabilities } from '../src/index.js';
import { valueAt } from './back-door.js';
import { hasSuspension } from './changing.js';
import { ANNA, ANNA_CHANGED } from './people.js';
import type { Enrolled, Stage } from './stage.js';

/** Lowering accounts and raising them again, as far as the provider can. */
export function describeSuspending(stage: Stage, capabilities: Capabilities): void {
  if (hasSuspension(capabilities)) describeSuspension(stage, capabilities);
  if (capabilities.softDelete) describeSoftDeletion(stage, capabilities);
}

function describeSuspension(stage: Stage, capabilities: Capabilities): void {
  const { marker = null } = capabilities.lowering.deactivated;
  const suspend = ({ target, account }: Enrolled, as: string | null = marker) =>
    stage.apply({ kind: 'suspend', marker: as, attributes: account.attributes }, target);
  const reactivate = ({ target, account }: Enrolled) =>
    stage.apply({ kind: 'reactivate', attributes: account.attributes }, target);

  describe('suspending', () => {
    it('suspends an account and leaves its content', async () => {
      const anna = await stage.enrol(ANNA);
      await suspend(anna);
      expectSuspended(stage, marker);
      expect(await stage.read(anna.target)).toMatchObject({ state: 'suspended', marker });
      await stage.expectInSync(anna);
    });

    it('suspends twice', async () => {
      const anna = await stage.enrol(ANNA);
      await suspend(anna);
      await suspend(anna);
      expectSuspended(stage, marker);
      await stage.expectInSync(anna);
    });

    it('reactivates the same account, also twice, with what it is to hold by then', async () => {
      const anna = await stage.enrol(ANNA);
      await suspend(anna);
      const changed = capabilities.writableWhileSuspended ? await stage.update(anna, ANNA_CHANGED) : anna;
      await reactivate(changed);
      await reactivate(changed);
      expectLive(stage);
      expect(await stage.read(anna.target)).toMatchObject({ state: 'live', marker: null });
      expect(stage.onlyOne().accountId).toBe(anna.target.accountId);
      await stage.expectInSync(changed);
    });

    it('H31, H35: leaves what we do not manage as it is', async () => {
      const anna = await stage.enrol(ANNA);
      stage.guest.backDoor.alter(anna.target.accountId, stage.guest.backDoor.unmanaged);
      const before = stage.onlyOne().raw;
      await suspend(anna);
      await reactivate(anna);
      for (const name of Object.keys(stage.guest.backDoor.unmanaged)) {
        expect(withoutEmpty(stage.onlyOne().raw[name])).toEqual(withoutEmpty(before[name]));
      }
    });

    const { marker: deleted = null } = capabilities.lowering.deleted;
    if (deleted !== marker) {
      it('tells a deletion from a deactivation', async () => {
        const anna = await stage.enrol(ANNA);
        await suspend(anna);
        await suspend(anna, deleted);
        expectSuspended(stage, deleted);
        expect(await stage.read(anna.target)).toMatchObject({ state: 'suspended', marker: deleted });
      });
    }

    const owed = capabilities.owedOnSuspend.map((effect) => [effect] as const);
    if (owed.length === 0) return; // jest refuses an empty table
    it.each(owed)('pays the owed effect %s', async (effect) => {
      const proof = stage.guest.backDoor.owed[effect];
      if (proof === undefined) throw new Error(`the guest does not say how ${effect} is seen`);
      const anna = await stage.enrol(ANNA);
      stage.guest.backDoor.alter(anna.target.accountId, proof.due);
      await suspend(anna);
      expect(proof.isPaid(stage.onlyOne())).toBe(false);
      const paid = await stage.apply({ kind: 'discharge', effect, tags: {} }, anna.target);
      expect(paid.confirmed).toBe(true);
      expect(proof.isPaid(stage.onlyOne())).toBe(true);
      expectSuspended(stage, marker);
    });
  });
}

function describeSoftDeletion(stage: Stage, capabilities: Capabilities): void {
  describe('soft-deleting', () => {
    it('soft-deletes an account, also twice, and keeps it apart from absent ones', async () => {
      const anna = await stage.enrol(ANNA);
      await stage.apply({ kind: 'softDelete' }, anna.target);
      await stage.apply({ kind: 'softDelete' }, anna.target);
      expect(stage.onlyOne().state).toBe('softDeleted');
      expect(await stage.get(anna.target)).toMatchObject({ state: 'softDeleted' });
    });

    it('finds a soft-deleted account by its keys', async () => {
      const anna = await stage.enrol(ANNA);
      await stage.apply({ kind: 'softDelete' }, anna.target);
      const found = await stage.provider.correlate(anna.account.lookupKeys, stage.context);
      expect(found).toMatchObject([{ accountId: anna.target.accountId, state: 'softDeleted' }]);
    });

    if (capabilities.restore) {
      it('D11: restores the same account with all that it held', async () => {
        const anna = await stage.enrol(ANNA);
        stage.guest.backDoor.alter(anna.target.accountId, stage.guest.backDoor.unmanaged);
        const before = stage.onlyOne().raw;
        await stage.apply({ kind: 'softDelete' }, anna.target);
        await stage.apply({ kind: 'restore' }, anna.target);
        expect(stage.onlyOne().raw).toEqual(before);
        await stage.expectInSync(anna);
      });
    }

    if (capabilities.listsDeleted) {
      it('lists soft-deleted accounts apart from live ones', async () => {
        const anna = await stage.enrol(ANNA);
        await stage.apply({ kind: 'softDelete' }, anna.target);
        expect(await idsOf(stage.provider.listDeleted?.(stage.context))).toEqual([anna.target.accountId]);
        expect(await idsOf(stage.provider.list?.(stage.context))).toEqual([]);
      });
    }
  });
}

async function idsOf(
  pages: AsyncIterable<{ accounts: readonly { accountId: string }[] }> | undefined,
): Promise<string[]> {
  if (pages === undefined) throw new Error('the provider lists, and has no listing');
  const ids: string[] = [];
  for await (const { accounts } of pages) ids.push(...accounts.map(({ accountId }) => accountId));
  return ids;
}

function expectSuspended(stage: Stage, marker: string | null): void {
  const { markerPath } = stage.guest.backDoor;
  if (markerPath === null) expect(stage.onlyOne().state).toBe('suspended');
  else expect(valueAt(stage.onlyOne().raw, markerPath)).toBe(marker);
}

function expectLive(stage: Stage): void {
  const { markerPath } = stage.guest.backDoor;
  expect(stage.onlyOne().state).toBe('live');
  if (markerPath !== null) expect(valueAt(stage.onlyOne().raw, markerPath)).toBeNull();
}

/** A removed marker may stay behind as an empty text. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== ''));
}
