import { NO_ATTRIBUTES, type UserAttributes } from '#domain';
import type { DesiredAccount } from '#identity-provider';
import { anyone, CUSTOM_ATTRIBUTES } from '#identity-provider/contract';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { passageCapabilities } from './capabilities.js';
import { toAccount, toCreateBody, toDesired, toNative } from './convert.js';
import { passageMapping } from './mapping.js';
import { checkCreateBody, checkUserBody, type UserBody } from './user-body.js';
import { heldUserSchema, type HeldUser } from './user.js';

const MAPPING = passageMapping(['displayName', 'team']);

function spell(attributes: Partial<UserAttributes>): DesiredAccount {
  const desired = {
    status: 'active',
    remoteKey: 'hr-1',
    attributes: { ...NO_ATTRIBUTES, ...attributes },
  } as const;
  return toDesired(desired, MAPPING, passageCapabilities(MAPPING).attributes);
}

describe('what Passage can hold', () => {
  it.each([
    [
      'email and phone',
      { email: 'Ann@Example.com', phone: '+41446681800' },
      ['ann@example.com', '+41446681800'],
    ],
    ['an email alone', { email: 'Ann+x@Example.com' }, ['ann+x@example.com']],
    ['a phone alone', { phone: '+41446681800' }, ['+41446681800']],
  ])('is somebody with %s, found again by them', (_, attributes, keys) => {
    const { lookupKeys, violations } = spell(attributes);
    expect(violations).toEqual([]);
    expect(lookupKeys.map(({ value }) => value)).toEqual(keys);
  });

  it('is nobody without both, and says which rule is broken', () => {
    expect(spell({ displayName: 'Ann' })).toMatchObject({
      lookupKeys: [],
      violations: [{ attribute: 'email', rule: 'email or phone is required there' }],
    });
  });
});

describe('what is sent to Passage', () => {
  it('leaves out of a create what has no value, and the metadata if nothing is in it', () => {
    expect(toCreateBody(spell({ email: 'a@example.com' }).attributes)).toEqual({ email: 'a@example.com' });
    expect(toCreateBody(spell({ phone: '+41446681800', attributes: { team: 'A' } }).attributes)).toEqual({
      phone: '+41446681800',
      user_metadata: { team: 'A' },
    });
  });

  it('names in an update only what changed, so that an email that stays is not verified again', () => {
    const { attributes } = spell({ email: 'a@example.com', phone: '+41446681800' });
    expect(toNative(attributes, ['phone'], null)).toEqual({ phone: '+41446681800' });
  });

  it('clears an identifier with an empty text (H33)', () => {
    expect(toNative(spell({ phone: '+41446681800' }).attributes, ['email'], null)).toEqual({ email: '' });
  });

  it('sends the metadata whole, with foreign fields as they were read', () => {
    const foreign = { tier: 'gold', seats: 3, prefs: { beta: true }, groups: ['a', null] };
    const user = { id: 'theirs', user_metadata: { ...foreign, none: null, team: 'A', displayName: 'Ann' } };
    const { attributes } = spell({ email: 'a@example.com', attributes: { team: 'B' } });
    expect(toNative(attributes, ['user_metadata.team'], user)).toEqual({
      user_metadata: { ...foreign, team: 'B', displayName: null },
    });
  });

  it('sends back a foreign field whatever it is called (H47, P14)', () => {
    const answer: unknown = JSON.parse(
      '{"id":"theirs","user_metadata":{"__proto__":{"a":1},"constructor":1}}',
    );
    const user = heldUserSchema.parse(answer);
    const { attributes } = spell({ email: 'a@example.com', attributes: { team: 'B' } });
    const { user_metadata: sent } = toNative(attributes, ['user_metadata.team'], user);
    expect(JSON.stringify(sent)).toBe('{"__proto__":{"a":1},"constructor":1,"displayName":null,"team":"B"}');
    expect(Object.getPrototypeOf(sent)).toBe(Object.prototype);
  });
});

describe('what is read from Passage', () => {
  it.each([
    ['active', 'live'],
    ['pending', 'live'],
    ['inactive', 'suspended'],
    ['suspended', 'live'], // H37: unknown, and nothing is destroyed for it
    [undefined, 'live'],
  ])('takes the status %j as %s', (status, state) => {
    expect(toAccount({ id: 'theirs', status }, MAPPING).state).toBe(state);
  });

  it('takes an empty email or phone as none, in content and keys', () => {
    expect(toAccount({ id: 'theirs', email: '', phone: '' }, MAPPING)).toMatchObject({
      attributes: { email: null, phone: null, 'user_metadata.displayName': null, 'user_metadata.team': null },
      lookupKeys: [],
    });
  });

  it('spells a key as it is searched, whatever case the email came back in', () => {
    const account = toAccount({ id: 'theirs', email: 'Ann@Example.com' }, MAPPING);
    expect(account.lookupKeys).toEqual([{ kind: 'email', value: 'ann@example.com' }]);
    expect(account.attributes['email']).toBe('Ann@Example.com');
  });

  it.each([
    ['2024-01-02T03:04:05.000000Z', new Date('2024-01-02T03:04:05Z')],
    ['yesterday', undefined],
    [undefined, undefined],
  ])('takes a creation time of %j as %j', (created_at, createdAt) => {
    expect(toAccount({ id: 'theirs', created_at }, MAPPING).createdAt).toEqual(createdAt);
  });
});

describe('a user at Passage and back', () => {
  const mapping = passageMapping(['displayName', ...CUSTOM_ATTRIBUTES]);
  const capabilities = passageCapabilities(mapping).attributes;
  const anybodyFit = anyone
    .map((desired) => toDesired(desired, mapping, capabilities))
    .filter(({ violations }) => violations.length === 0);

  type Store = Readonly<Record<string, unknown>>;
  const dropNulls = (metadata: Store): Store =>
    Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null));

  /** What Passage would answer with, over the wire, once it has taken a body (PROVIDERS.md 3.3, inferred). */
  function answered(before: Partial<HeldUser>, body: UserBody, patch: 'merge' | 'replace'): HeldUser {
    const { user_metadata: sent, ...identifiers } = body;
    const kept = patch === 'merge' ? before.user_metadata : {};
    const metadata = sent === undefined ? before.user_metadata : dropNulls({ ...kept, ...sent });
    const user = {
      id: 'theirs',
      email: '',
      phone: '',
      ...before,
      ...identifiers,
      user_metadata: metadata ?? null,
    };
    return heldUserSchema.parse(JSON.parse(JSON.stringify(user)));
  }

  it('reads after a create as exactly what was wanted', () => {
    fc.assert(
      fc.property(anybodyFit, ({ attributes, lookupKeys }) => {
        const body = toCreateBody(attributes);
        checkCreateBody(body);
        const account = toAccount(answered({}, body, 'merge'), mapping);
        expect(account.attributes).toEqual(attributes);
        expect(account.lookupKeys).toEqual(lookupKeys);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['merge', 'replace'] as const)('reads after a change as exactly what was wanted (%s)', (patch) => {
    fc.assert(
      fc.property(anybodyFit, anybodyFit, (before, after) => {
        const first = answered({ user_metadata: { tier: 'gold' } }, toCreateBody(before.attributes), 'merge');
        const changed = mapping.lines
          .map(({ to }) => to)
          .filter((path) => before.attributes[path] !== after.attributes[path]);
        const body = toNative(after.attributes, changed, first);
        checkUserBody(body);
        const second = answered(first, body, patch);
        expect(toAccount(second, mapping).attributes).toEqual(after.attributes);
        expect(second.user_metadata).toMatchObject({ tier: 'gold' });
      }),
      { numRuns: 500 },
    );
  });

  it('is spelt the same when spelt again', () => {
    fc.assert(
      fc.property(anyone, (desired) => {
        const once = toDesired(desired, mapping, capabilities);
        const { email, phone, 'user_metadata.displayName': displayName, ...metadata } = once.attributes;
        const custom = Object.entries(metadata).flatMap(([path, value]) =>
          value === null ? [] : [[path.slice('user_metadata.'.length), value] as const],
        );
        const spelt = { email, phone, displayName, attributes: Object.fromEntries(custom) };
        const attributes = { ...desired.attributes, ...spelt } as UserAttributes; // texts and values, by the mapping
        expect(toDesired({ ...desired, attributes }, mapping, capabilities)).toEqual(once);
      }),
    );
  });
});
