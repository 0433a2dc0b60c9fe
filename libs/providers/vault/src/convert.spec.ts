import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { UserAttributes } from '#domain';
import type { DesiredAccount } from '#identity-provider';
import { anyone } from '#identity-provider/contract';
import { vaultCapabilities } from './capabilities.js';
import { heldConsumerSchema } from './consumer.js';
import { toAccount, toDesired, toNative } from './convert.js';
import { vaultMapping } from './mapping.js';
import { checkCreateBody, type ConsumerMetadata } from './request.js';

/** Those whom Vault can hold, as it would spell them. */
const anybodyFit = anyone
  .map((desired) => ({ desired, spelt: toDesired(desired, vaultMapping) }))
  .filter(({ spelt }) => spelt.violations.length === 0);

const paths = vaultCapabilities.attributes.map(({ path }) => path);

/** What Vault would answer with, over the wire. */
function answered(consumer_id: string, metadata: ConsumerMetadata) {
  return heldConsumerSchema.parse(JSON.parse(JSON.stringify({ consumer_id, metadata })));
}

function changedPaths(before: DesiredAccount, after: DesiredAccount): string[] {
  return paths.filter((path) => before.attributes[path] !== after.attributes[path]);
}

describe('a user at Vault and back', () => {
  it('reads after a create as exactly what was wanted', () => {
    fc.assert(
      fc.property(anybodyFit, ({ desired, spelt }) => {
        const metadata = toNative(spelt.attributes, []);
        checkCreateBody({ consumer_id: desired.remoteKey, metadata });
        const account = toAccount(answered(desired.remoteKey, metadata), vaultMapping);
        expect(account.attributes).toEqual(spelt.attributes);
        expect(account.lookupKeys).toEqual(spelt.lookupKeys);
        expect(account.accountId).toBe(desired.remoteKey);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['merge', 'replace'])('reads after a change as exactly what was wanted (%s)', (patch) => {
    fc.assert(
      fc.property(anybodyFit, anybodyFit, (before, { desired, spelt }) => {
        const first = toNative(before.spelt.attributes, []);
        const sent = toNative(spelt.attributes, changedPaths(before.spelt, spelt));
        checkCreateBody({ consumer_id: desired.remoteKey, metadata: sent });
        const kept = patch === 'merge' ? { ...first, ...sent } : sent;
        expect(toAccount(answered(desired.remoteKey, kept), vaultMapping).attributes).toEqual(
          spelt.attributes,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('is spelt the same when spelt again', () => {
    fc.assert(
      fc.property(anyone, (desired) => {
        const once = toDesired(desired, vaultMapping);
        const again = toDesired({ ...desired, attributes: asUser(once, desired.attributes) }, vaultMapping);
        expect(again).toEqual(once);
      }),
    );
  });

  /** The user whose attributes are what a spelling says. */
  function asUser({ attributes }: DesiredAccount, user: UserAttributes): UserAttributes {
    const spelt = vaultMapping.lines.map(({ from, to }) => [from, attributes[to] ?? null]);
    return { ...user, ...Object.fromEntries(spelt) } as UserAttributes; // the mapping's standard attributes are texts
  }
});

describe('what is read from Vault', () => {
  it.each([
    ['nothing', undefined, null],
    ['null', { email: null }, null],
    ['an empty text, which is how a cleared one reads', { email: '' }, null],
    ['a number', { email: 7 }, '7'],
    ['a list', { email: ['a@example.com'] }, null],
  ])('takes %s for what it is', (_, metadata, email) => {
    const consumer = { consumer_id: 'hr-1', metadata };
    expect(toAccount(consumer, vaultMapping).attributes['metadata.email']).toBe(email);
  });
});
