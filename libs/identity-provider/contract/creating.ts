import { describe, expect, it } from '@jest/globals';
import type { Capabilities, LookupKey } from '../src/index.js';
import type { BrokenWrite } from './back-door.js';
import { ANNA, BEN } from './people.js';
import type { Stage } from './stage.js';

/** How a provider that assigns the ids says that somebody has these keys already. */
const REFUSED = ['conflict', 'identifierTaken'];

/** Creating accounts, and finding them again when nobody knows whether they were created. */
export function describeCreating(stage: Stage, capabilities: Capabilities): void {
  const target = { accountId: null, remoteKey: ANNA.remoteKey };
  const provision = () => {
    const { attributes } = stage.provider.normalize(ANNA);
    return stage.apply({ kind: 'provision', attributes }, target);
  };
  const findAnna = () => stage.provider.correlate(stage.provider.normalize(ANNA).lookupKeys, stage.context);

  describe('creating', () => {
    it('makes a live account that holds every attribute, and reads it back', async () => {
      const anna = await stage.enrol(ANNA);
      expect(stage.onlyOne().state).toBe('live');
      await stage.expectInSync(anna);
      const read = await stage.read(anna.target);
      expect(read).toMatchObject({ state: 'live', marker: null, accountId: stage.onlyOne().accountId });
      expect(read.lookupKeys).toEqual(anna.account.lookupKeys);
    });

    it('answers with the id and the content of what it made', async () => {
      const applied = await provision();
      expect(applied).toMatchObject({ confirmed: true, accountId: stage.onlyOne().accountId });
      if (applied.echo) expect(applied.echo.attributes).toEqual(stage.provider.normalize(ANNA).attributes);
    });

    it('makes no second account when asked twice', async () => {
      const anna = await stage.enrol(ANNA);
      const outcomes = capabilities.accountIdAssignedBy === 'us' ? ['acknowledged', 'conflict'] : REFUSED;
      expect(outcomes).toContain(await stage.outcomeOf(provision()));
      await stage.expectInSync(anna);
    });

    const lost: readonly BrokenWrite[] = ['answerLost', 'answerCut'];
    it.each(lost)('H20, H24: finds the account of a create with its %s', async (how) => {
      stage.guest.backDoor.breakNextWrite(how);
      await stage.expectRejected(provision(), 'outcomeUnknown');
      const found = await findAnna();
      expect(found.map(({ accountId }) => accountId)).toEqual([stage.onlyOne().accountId]);
      stage.expectHolds(stage.onlyOne(), stage.provider.normalize(ANNA));
    });

    it('H18: proves that a create which never arrived made nothing, and can be repeated', async () => {
      stage.guest.backDoor.breakNextWrite('neverArrived');
      await stage.expectRejected(provision(), 'outcomeUnknown');
      expect(await findAnna()).toEqual([]);
      expect(stage.held()).toEqual([]);
      await stage.expectInSync(await stage.enrol(ANNA));
    });
  });

  describe('finding by keys', () => {
    it('finds exactly the accounts that hold one of the keys', async () => {
      const anna = await stage.enrol(ANNA);
      const ben = await stage.provider.apply(
        { kind: 'provision', attributes: stage.provider.normalize(BEN).attributes },
        { accountId: null, remoteKey: BEN.remoteKey },
        stage.context,
      );
      const found = await findAnna();
      expect(found.map(({ accountId }) => accountId)).toEqual([anna.target.accountId]);
      const keys = [...anna.account.lookupKeys, ...stage.provider.normalize(BEN).lookupKeys];
      const both = await stage.provider.correlate(keys, stage.context);
      expect(new Set(both.map(({ accountId }) => accountId))).toEqual(
        new Set([anna.target.accountId, ben.accountId]),
      );
    });

    it('H28: is not taken in by keys that are a part of a key, or have it as a part', async () => {
      const { account } = await stage.enrol(ANNA);
      const near = account.lookupKeys.flatMap(nearMisses);
      expect(near).not.toEqual([]);
      expect(await stage.provider.correlate(near, stage.context)).toEqual([]);
    });

    it('finds nothing for no keys', async () => {
      await stage.enrol(ANNA);
      expect(await stage.provider.correlate([], stage.context)).toEqual([]);
    });
  });
}

function nearMisses(key: LookupKey): LookupKey[] {
  const { value } = key;
  return [value.slice(0, -1), value.slice(1), `${value}1`].map((near) => ({ ...key, value: near }));
}
