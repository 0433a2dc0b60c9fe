import { describe, expect, it } from '@jest/globals';
import { NO_ATTRIBUTES, type UserAttributes } from '#domain';
import { anyone } from '#identity-provider/contract';
import fc from 'fast-check';
import { toAccount, toCreateBody, toDesired, toUpdate } from './convert.js';
import { sendauthMapping } from './mapping.js';
import { refuseBrokenUser } from './user-body.js';
import { userSchema, type SendauthUser } from './user.js';

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
    ['no email with a space', { email: 'a b@x.test' }, 'email', 'must be a plain ASCII email address there'],
    [
      'no email with doubled dots',
      { email: 'a..b@x.test' },
      'email',
      'must be a plain ASCII email address there',
    ],
    [
      'no internationalised email',
      { email: 'jörg@bücher.test' },
      'email',
      'must be a plain ASCII email address there',
    ],
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
      role: 'auditor',
      permissions: ['p'.repeat(65)],
      newField: { any: 1 },
      constructor: 'theirs',
      company: COMPANY,
    };
    expect(toUpdate(desire({ company: 'Muster AG' }).attributes, read)).toEqual({
      body: { firstName: 'Anna', lastName: 'Muster', phone: '' },
      kept: {
        role: 'auditor',
        permissions: ['p'.repeat(65)],
        newField: { any: 1 },
        constructor: 'theirs',
        company: { id: ID, orgID: ID, name: 'Muster AG' },
      },
    });
  });

  it('H33: name what is cleared, as far as the description has a spelling for it', () => {
    const read = {
      id: ID,
      firstName: 'Anna',
      lastName: 'Muster',
      email: 'a@x.test',
      phone: '+1',
      company: COMPANY,
    };
    const { body, kept } = toUpdate(desire({}).attributes, read);
    expect(body).toEqual({ firstName: 'Anna', lastName: 'Muster', phone: '', company: null });
    expect(kept).toEqual({});
  });

  it('never rename the company of others: another name goes without the id', () => {
    const read = { id: ID, firstName: 'Anna', lastName: 'Muster', company: COMPANY };
    const { body, kept } = toUpdate(desire({ company: 'Else AG' }).attributes, read);
    expect(body.company).toEqual({ name: 'Else AG' });
    expect(kept).toEqual({});
  });

  it('leave alone what the mapping does not manage', () => {
    const read = { id: ID, firstName: 'Old', lastName: 'Muster', phone: '+1', company: COMPANY };
    const { phone, 'company.name': company, ...managed } = desire({ email: 'a@x.test' }).attributes;
    expect([phone, company]).toEqual([null, null]);
    expect(toUpdate(managed, read)).toEqual({
      body: { firstName: 'Anna', lastName: 'Muster', email: 'a@x.test' },
      kept: { phone: '+1', company: { id: ID, orgID: ID, name: 'Muster AG' } },
    });
  });

  it('never send a role that was not read', () => {
    const read = { id: ID, firstName: 'Anna', lastName: 'Muster' };
    const { body, kept } = toUpdate(desire({}).attributes, read);
    expect({ ...kept, ...body }).toEqual({ firstName: 'Anna', lastName: 'Muster' });
  });
});

/** An answer that shows what was sent, after a journey as JSON. */
function answered(sent: object): SendauthUser {
  const answer = { ...sent, id: ID, role: 'user', username: 'somebody', createdAt: '2024-01-01T00:00:00Z' };
  return userSchema.parse(JSON.parse(JSON.stringify(answer)));
}

describe.each([
  ['as they are', STRICT],
  ['padded', PADDED],
])('anybody, with names %s', (_, mapping) => {
  const holdable = anyone
    .map((person) => ({ person, desired: toDesired(person, mapping) }))
    .filter(({ desired }) => desired.violations.length === 0);

  it('H30: is read back from a create exactly as spelt, and breaks no limit of the description', () => {
    fc.assert(
      fc.property(holdable, ({ desired }) => {
        const body = toCreateBody(desired.attributes);
        refuseBrokenUser(body);
        const read = toAccount(answered(body), mapping, 'live');
        expect(read.attributes).toEqual(desired.attributes);
        expect(read.lookupKeys).toEqual(desired.lookupKeys);
      }),
    );
  });

  it.each(['reset', 'keep'])('H30, H33: becomes anybody else, where what is left out is %s', (leftOut) => {
    fc.assert(
      fc.property(holdable, holdable, ({ desired: before }, { desired: after }) => {
        const held = answered(toCreateBody(before.attributes));
        const { body, kept } = toUpdate(after.attributes, held);
        refuseBrokenUser(body);
        const read = toAccount(
          answered({ ...(leftOut === 'keep' ? held : {}), ...kept, ...body }),
          mapping,
          'live',
        );
        const wanted = { ...after.attributes };
        // The one value that the description has no empty spelling for.
        if (leftOut === 'keep') wanted['email'] ??= before.attributes['email'] ?? null;
        expect(read.attributes).toEqual(wanted);
      }),
    );
  });

  it('H30: is spelt in the same way when spelt again', () => {
    fc.assert(
      fc.property(anyone, (person) => {
        const once = toDesired(person, mapping);
        const { firstName, lastName, email, phone, 'company.name': company } = once.attributes;
        const respelt = { givenName: firstName, familyName: lastName, email, phone, company };
        // All of them are texts or null, as they came from a user.
        const attributes = { ...person.attributes, ...(respelt as Partial<UserAttributes>) };
        expect(toDesired({ ...person, attributes }, mapping)).toEqual(once);
      }),
    );
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
