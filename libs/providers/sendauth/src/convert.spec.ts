import { describe, expect, it } from '@jest/globals';
import { NO_ATTRIBUTES, type UserAttributes } from '#domain';
import { toAccount, toCreateBody, toDesired, toUpdateBody } from './convert.js';
import { sendauthMapping } from './mapping.js';

const ID = '046b6c7f-0b8a-43b9-b35d-6489e6daee91';
const COMPANY = { id: ID, orgID: ID, name: 'Muster AG', createdAt: '2024-01-01T00:00:00Z' };
const STRICT = sendauthMapping({ padNames: false });
const PADDED = sendauthMapping({ padNames: true });

function desire(attributes: Partial<UserAttributes>, mapping = STRICT): ReturnType<typeof toDesired> {
  const named = { givenName: 'Anna', familyName: 'Muster' };
  const desired = { ...NO_ATTRIBUTES, ...named, ...attributes };
  return toDesired({ status: 'active', remoteKey: 'k', attributes: desired }, mapping);
}

describe('whom SendAuth can hold', () => {
  it.each([
    ['nobody without a given name', { givenName: null }, 'givenName', 'is required there'],
    ['no one-letter name', { familyName: 'Ø' }, 'familyName', 'must have at least 2 characters there'],
    [
      'no single letter beyond the basic plane',
      { givenName: '𠮷' },
      'givenName',
      'must have at least 2 characters there',
    ],
    [
      'no name of 51 letters',
      { givenName: 'a'.repeat(51) },
      'givenName',
      'must have at most 50 characters there',
    ],
    [
      'no long email',
      { email: `${'a'.repeat(250)}@x.test` },
      'email',
      'must have at most 256 characters there',
    ],
    ['no email with a space', { email: 'a b@x.test' }, 'email', 'must be an email address there'],
    ['no long phone', { phone: `+${'1'.repeat(20)}` }, 'phone', 'must have at most 20 characters there'],
    ['no one-letter company', { company: 'X' }, 'company', 'must have at least 2 characters there'],
  ])('%s', (_, attributes, attribute, rule) => {
    expect(desire(attributes).violations).toEqual([{ attribute, rule }]);
  });

  it('names of 50 letters beyond the basic plane, which are 100 code units', () => {
    expect(desire({ givenName: '𠮷'.repeat(50) }).violations).toEqual([]);
  });

  it('people without email and phone, who have no key to be found by', () => {
    expect(desire({})).toMatchObject({ violations: [], lookupKeys: [] });
  });

  it('one-letter names when padding was chosen, and still nobody without one', () => {
    const desired = desire({ givenName: 'E', familyName: 'Li' }, PADDED);
    expect(desired).toMatchObject({ violations: [], attributes: { firstName: 'EE', lastName: 'Li' } });
    expect(desire({ familyName: null }, PADDED).violations).toHaveLength(1);
    expect(PADDED.version).not.toBe(STRICT.version);
  });

  it('everybody with tags, which go their own way', () => {
    expect(desire({ tags: { team: 'blue' } }).tags).toEqual({ team: 'blue' });
  });
});

describe('emails', () => {
  it('H30: are one key whatever their case, as sent and as read', () => {
    const desired = desire({ email: 'Anna@Example.TEST' });
    const read = toAccount(
      { id: ID, firstName: 'Anna', lastName: 'Muster', email: 'ANNA@example.test' },
      STRICT,
      'live',
    );
    expect(read.attributes).toEqual(desired.attributes);
    expect(read.lookupKeys).toEqual(desired.lookupKeys);
  });
});

describe('bodies', () => {
  it('of a create hold our attributes and nothing of their own', () => {
    expect(toCreateBody(desire({ email: 'a@x.test', company: 'Muster AG' }).attributes)).toEqual({
      firstName: 'Anna',
      lastName: 'Muster',
      email: 'a@x.test',
      company: { name: 'Muster AG' },
    });
  });

  it('H31, H35: of an update give back what was read, and send nothing read-only', () => {
    const read = {
      id: ID,
      username: 'anna',
      hasPasskeys: true,
      createdAt: '2024-01-01T00:00:00Z',
      lastAuthenticated: null,
      firstName: 'Old',
      lastName: 'Muster',
      phone: '+41446681800',
      role: 'admin',
      permissions: ['reports'],
      newField: { any: 1 },
      company: COMPANY,
    };
    expect(toUpdateBody(desire({ company: 'Muster AG' }).attributes, read)).toEqual({
      firstName: 'Anna',
      lastName: 'Muster',
      phone: '',
      role: 'admin',
      permissions: ['reports'],
      newField: { any: 1 },
      company: { id: ID, orgID: ID, name: 'Muster AG' },
    });
  });

  it('never rename the company of others: another name goes without the id', () => {
    const read = { id: ID, firstName: 'Anna', lastName: 'Muster', company: COMPANY };
    expect(toUpdateBody(desire({ company: 'Else AG' }).attributes, read)['company']).toEqual({
      name: 'Else AG',
    });
    expect(toUpdateBody(desire({}).attributes, read)).not.toHaveProperty('company');
  });

  it('never send a role that was not read', () => {
    const read = { id: ID, firstName: 'Anna', lastName: 'Muster' };
    expect(toUpdateBody(desire({}).attributes, read)).toEqual({ firstName: 'Anna', lastName: 'Muster' });
  });
});

describe('an account as read', () => {
  it('tells when it was made, by which an account older than our create is told from ours', () => {
    const read = (createdAt: unknown) => toAccount({ id: ID, createdAt }, STRICT, 'live');
    expect(read('2024-01-01T00:00:00.000Z').createdAt).toEqual(new Date('2024-01-01'));
    for (const unreadable of [undefined, null, '', 'yesterday', 1_704_067_200]) {
      expect(read(unreadable)).not.toHaveProperty('createdAt');
    }
  });
});
