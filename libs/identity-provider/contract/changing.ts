import { describe, expect, it } from '@jest/globals';
import type { Capabilities } from '../src/index.js';
import { valueAt } from './back-door.js';
import { ANNA, ANNA_BARE, ANNA_CHANGED } from './people.js';
import type { Stage } from './stage.js';

/** Changing what accounts hold. */
export function describeChanging(stage: Stage, capabilities: Capabilities): void {
  describe('updating', () => {
    it.each([
      ['other values', ANNA, ANNA_CHANGED],
      ['no values', ANNA, ANNA_BARE],
      ['values where there were none', ANNA_BARE, ANNA],
    ])('changes an account to %s', async (_, before, after) => {
      const anna = await stage.enrol(before);
      await stage.expectInSync(await stage.update(anna, after));
      expect(stage.onlyOne()).toMatchObject({ accountId: anna.target.accountId, state: 'live' });
    });

    it('changes nothing when repeated with everything named as changed', async () => {
      const anna = await stage.update(await stage.enrol(ANNA), ANNA_CHANGED);
      const { attributes } = anna.account;
      const again = { kind: 'update', attributes, changed: Object.keys(attributes) } as const;
      await stage.apply(again, anna.target);
      await stage.expectInSync(anna);
    });

    it.each([
      ['changed', ANNA_CHANGED],
      ['cleared', ANNA_BARE],
    ])('H31, H35: leaves what we do not manage as it is when all else is %s', async (_, after) => {
      const anna = await stage.enrol(ANNA);
      stage.guest.backDoor.alter(anna.target.accountId, stage.guest.backDoor.unmanaged);
      expectUnmanagedKept(stage);
      await stage.expectInSync(anna);
      await stage.expectInSync(await stage.update(anna, after));
      expectUnmanagedKept(stage);
    });

    it('H36: shows what somebody else changed, and puts it back', async () => {
      const anna = await stage.enrol(ANNA);
      const { attributes } = stage.provider.normalize(ANNA_CHANGED);
      const [path, value] = Object.entries(attributes)[0] ?? [];
      if (path === undefined) throw new Error('the provider carries no attribute');
      stage.guest.backDoor.alter(anna.target.accountId, nest(path, value));
      expect((await stage.read(anna.target)).attributes[path]).toBe(value);
      await stage.apply(
        { kind: 'update', attributes: anna.account.attributes, changed: [path] },
        anna.target,
      );
      await stage.expectInSync(anna);
    });

    it('H21: can be repeated after its answer was lost', async () => {
      const anna = await stage.enrol(ANNA);
      stage.guest.backDoor.breakNextWrite('answerLost');
      await stage.expectRejected(stage.update(anna, ANNA_CHANGED), 'outcomeUnknown');
      await stage.expectInSync(await stage.update(anna, ANNA_CHANGED));
    });

    if (capabilities.writableWhileSuspended && hasSuspension(capabilities)) {
      it('leaves a suspended account suspended', async () => {
        const anna = await stage.enrol(ANNA);
        const { marker = null } = capabilities.lowering.deactivated;
        const { attributes } = anna.account;
        await stage.apply({ kind: 'suspend', marker, attributes }, anna.target);
        await stage.expectInSync(await stage.update(anna, ANNA_CHANGED));
        expect(await stage.read(anna.target)).toMatchObject({ state: 'suspended', marker });
      });
    }
  });
}

/** Whether an account can be suspended by a step of its own. */
export function hasSuspension({ suspend }: Capabilities): boolean {
  return suspend === 'native' || suspend === 'marker';
}

function expectUnmanagedKept(stage: Stage): void {
  const { raw } = stage.onlyOne();
  for (const [path, value] of leavesOf(stage.guest.backDoor.unmanaged)) {
    expect([path, valueAt(raw, path)]).toEqual([path, value]);
  }
}

/** Values by dotted path; lists count as values. */
function leavesOf(members: object, prefix = ''): [path: string, value: unknown][] {
  return Object.entries(members).flatMap(([name, value]: [string, unknown]): [string, unknown][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? leavesOf(value, `${prefix}${name}.`)
      : [[prefix + name, value]],
  );
}

/** The members that have a value at a dotted path. */
function nest(path: string, value: unknown): Record<string, unknown> {
  const members = path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
  return members as Record<string, unknown>; // a path has at least one name
}
