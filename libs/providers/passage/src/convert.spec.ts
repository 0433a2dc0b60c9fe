import { NO_ATTRIBUTES, type UserAttributes } from '#domain';
import type { DesiredAccount } from '#identity-provider';
import { describe, expect, it } from '@jest/globals';
import { passageCapabilities } from './capabilities.js';
import { toAccount, toCreateBody, toDesired, toNative } from './convert.js';
import { passageMapping } from './mapping.js';

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
    const user = { id: 'theirs', user_metadata: { tier: 'gold', team: 'A', displayName: 'Ann' } };
    const { attributes } = spell({ email: 'a@example.com', attributes: { team: 'B' } });
    expect(toNative(attributes, ['user_metadata.team'], user)).toEqual({
      user_metadata: { tier: 'gold', team: 'B', displayName: null },
    });
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
