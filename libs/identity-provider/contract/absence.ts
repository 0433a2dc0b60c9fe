import { describe, expect, it } from '@jest/globals';
import type { Capabilities, IdentityProvider, ProviderStep } from '../src/index.js';
import { hasSuspension } from './changing.js';
import { ANNA } from './people.js';
import type { Stage } from './stage.js';

/** What is said of accounts that are not there, and of providers that do not let us see. */
export function describeAbsence(stage: Stage, capabilities: Capabilities): void {
  describe('an account that nobody holds', () => {
    it('is absent', async () => {
      await stage.enrol(ANNA);
      expect(await stage.get(stage.guest.nobody)).toEqual({ state: 'absent' });
    });

    it.each(stepsOnAnAccount(capabilities).map(({ kind }) => kind))(
      'H08: is not found by %s, which creates nothing',
      async (kind) => {
        const step = stepsOnAnAccount(capabilities).find((each) => each.kind === kind);
        if (step === undefined) throw new Error('the step was listed a moment ago');
        const { attributes } = stage.provider.normalize(ANNA);
        const filled = 'attributes' in step ? { ...step, attributes } : step;
        await stage.expectRejected(stage.apply(filled, stage.guest.nobody), 'notFound');
        expect(stage.held()).toEqual([]);
      },
    );

    it('H09: is acknowledged by a purge', async () => {
      expect(await stage.apply({ kind: 'purge' }, stage.guest.nobody)).toMatchObject({ confirmed: true });
    });
  });

  describe('refused credentials', () => {
    it('H13: are told as such by every call, and change nothing', async () => {
      const anna = await stage.enrol(ANNA);
      for (const call of callsTo(stage, stage.guest.stranger, anna.target)) {
        await stage.expectRejected(call(), 'unauthorized');
      }
      await stage.expectInSync(anna);
    });
  });

  describe('a provider that is not where we look', () => {
    it('H10: with the app gone, is never taken for absent accounts', async () => {
      const { astray } = stage.guest;
      const anna = await stage.enrol(ANNA);
      const calls = astray === null ? [] : callsTo(stage, astray, anna.target);
      for (const call of calls) await stage.expectRejected(call(), 'gone', 'unauthorized');
      await stage.expectInSync(anna);
    });

    it('H10: with nothing there but pages for people, is never taken for absent accounts', async () => {
      const anna = await stage.enrol(ANNA);
      stage.guest.backDoor.breakAll({ status: 404 });
      for (const call of callsTo(stage, stage.provider, anna.target)) {
        await stage.expectRejected(call(), 'gone', 'unauthorized', 'protocol', 'unreachable');
      }
      stage.guest.backDoor.heal();
      await stage.expectInSync(anna);
    });

    it('H11: when it fails at reading, has not said that anything is absent', async () => {
      const anna = await stage.enrol(ANNA);
      stage.guest.backDoor.breakAll({ status: 500 });
      await stage.expectRejected(stage.get(anna.target), 'unreachable');
      const search = stage.provider.correlate(anna.account.lookupKeys, stage.context);
      await stage.expectRejected(search, 'unreachable');
    });
  });
}

/** Calls that an answer of "not found" could mislead. */
function callsTo(
  stage: Stage,
  provider: IdentityProvider,
  target: { accountId: string; remoteKey: string },
): (() => Promise<unknown>)[] {
  const { attributes, lookupKeys } = provider.normalize(ANNA);
  const changed = Object.keys(attributes);
  const unborn = { accountId: null, remoteKey: 'somebody else' };
  return [
    () => provider.get(target, stage.context),
    () => provider.correlate(lookupKeys, stage.context),
    () => provider.apply({ kind: 'provision', attributes }, unborn, stage.context),
    () => provider.apply({ kind: 'update', attributes, changed }, target, stage.context),
    () => provider.apply({ kind: 'purge' }, target, stage.context),
  ];
}

/** Every step that the provider can take on an account that has to be there. */
function stepsOnAnAccount(capabilities: Capabilities): ProviderStep[] {
  const attributes = {};
  const { marker = null } = capabilities.lowering.deactivated;
  return [
    { kind: 'update', attributes, changed: [] },
    ...(hasSuspension(capabilities)
      ? ([
          { kind: 'suspend', marker, attributes },
          { kind: 'reactivate', attributes },
        ] as const)
      : []),
    ...(capabilities.restore ? ([{ kind: 'restore' }] as const) : []),
  ];
}
