import { NO_ATTRIBUTES, type UserAttributes } from '#domain';
import type { Desired, DesiredAccount, NativeAttributes } from '#identity-provider';
import { anyone, CUSTOM_ATTRIBUTES } from '#identity-provider/contract';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sunshineCapabilities } from './capabilities.js';
import { placesOf, toAccount, toDesired, toNative, type WholeBody } from './convert.js';
import { sunshineMapping } from './mapping.js';
import type { HeldUser } from './user.js';

const MAPPING = sunshineMapping(['department']);

function spell(attributes: Partial<UserAttributes>, remoteKey = 'hr-1'): DesiredAccount {
  const desired = { status: 'active', remoteKey, attributes: { ...NO_ATTRIBUTES, ...attributes } } as const;
  return toDesired(desired, MAPPING, sunshineCapabilities(MAPPING).attributes);
}

describe('what Sunshine can hold', () => {
  it.each([
    ['24 hexadecimal digits', 'a'.repeat(24), 'would be read as an account id (H43)'],
    ['24 hexadecimal digits in capitals', '0123456789ABCDEF01234567', 'is the same id'],
    ['a path step', '..', 'would address the app itself (I13)'],
    ['nothing', '', 'would address the collection'],
    ['more than 1024 characters', 'x'.repeat(1025), 'is refused there'],
  ])('is no user whose key is %s', (_, remoteKey) => {
    expect(spell({}, remoteKey).violations).toEqual([expect.objectContaining({ attribute: 'externalKey' })]);
  });

  it.each(['a'.repeat(23), 'a'.repeat(25), 'g'.repeat(24), 'hr/4711:ä', 'x'.repeat(1024)])(
    'is a user with the key %s',
    (remoteKey) => {
      expect(spell({}, remoteKey)).toMatchObject({
        violations: [],
        lookupKeys: [{ kind: 'remoteKey', value: remoteKey }],
      });
    },
  );

  it.each([
    ['givenName', 128, ''],
    ['familyName', 128, ''],
    ['email', 128, '@example.com'],
    ['avatarUrl', 2048, ':avatar'],
    ['locale', 64, ''],
  ] as const)('is a profile with a %s of at most %i characters', (attribute, most, ending) => {
    const spellOfLength = (length: number) =>
      spell({ [attribute]: 'x'.repeat(length - ending.length) + ending });
    expect(spellOfLength(most).violations).toEqual([]);
    expect(spellOfLength(most + 1).violations).toEqual([
      { attribute, rule: `must have at most ${most} characters there` },
    ]);
  });

  it.each([
    ['email', 'nobody', 'must be an email address in ASCII there'],
    ['email', 'a..b@example.com', 'must be an email address in ASCII there'],
    ['email', 'bjørn@example.com', 'must be an email address in ASCII there'],
    ['avatarUrl', '/avatars/1.png', 'must be a URI in ASCII there'],
    ['avatarUrl', 'https://example.com/bjørn.png', 'must be a URI in ASCII there'],
    ['avatarUrl', 'https://example.com/a b', 'must be a URI in ASCII there'],
    ['avatarUrl', 'https://example.com/100%', 'must be a URI in ASCII there'],
  ])('is no %s that reads %j', (attribute, value, rule) => {
    expect(spell({ [attribute]: value }).violations).toEqual([{ attribute, rule }]);
  });

  it('is metadata of 4 KB in all, counted in bytes, with room for the marker', () => {
    expect(spell({ company: 'x'.repeat(3_900) }).violations).toEqual([]);
    const [violation, ...others] = spell({ company: '界'.repeat(1_400), displayName: 'x' }).violations;
    expect(others).toEqual([]);
    expect(violation).toMatchObject({ attribute: 'company', rule: expect.stringContaining('4096 bytes') });
  });

  it('is no empty text: it means the same as no value', () => {
    const { attributes } = spell({ displayName: '', givenName: '', attributes: { department: '' } });
    expect(new Set(Object.values(attributes))).toEqual(new Set([null]));
  });
});

describe('what is sent to Sunshine', () => {
  const held = {
    id: '5963c0d619a30a2e00de36b8',
    externalId: 'hr-1',
    profile: { givenName: 'Ann', localeOrigin: 'zendeskAccount' },
    metadata: { phone: '+41446681800', tier: 'gold', nested: { no: 'scalar' }, rollcallStatus: 'deleted' },
  };
  const { attributes } = spell({ familyName: 'Muster', attributes: { department: 'Sales' } });

  it('spells out every field of the profile, also those without a value (H33)', () => {
    expect(toNative(attributes, { user: held }).profile).toEqual({
      givenName: null,
      surname: 'Muster',
      email: null,
      avatarUrl: null,
      locale: null,
    });
  });

  it('keeps foreign metadata, clears with an empty text only what is there, and leaves the marker', () => {
    expect(toNative(attributes, { user: held }).metadata).toEqual({
      phone: '',
      tier: 'gold',
      department: 'Sales',
      rollcallStatus: 'deleted',
    });
  });

  it('sends back a foreign member whatever it is called (H47, P14)', () => {
    const metadata = JSON.parse('{"__proto__":"theirs","constructor":1}') as Record<string, unknown>; // what a provider could send
    const sent = toNative(attributes, { user: { ...held, metadata } }).metadata;
    expect(JSON.stringify(sent)).toBe('{"__proto__":"theirs","constructor":1,"department":"Sales"}');
    expect(Object.getPrototypeOf(sent)).toBe(Object.prototype);
  });

  it.each([
    ['deactivated', 'deactivated'],
    [null, ''],
  ])('sets the marker %j as %j', (marker, sent) => {
    expect(toNative(attributes, { user: held, marker }).metadata['rollcallStatus']).toBe(sent);
  });

  it('says nothing of a marker to a new user', () => {
    expect(toNative(attributes, { user: null, marker: null }).metadata).toEqual({ department: 'Sales' });
  });
});

describe('what is read from Sunshine', () => {
  const read = (metadata: Record<string, unknown>) =>
    toAccount({ id: 'theirs', externalId: 'ours', profile: null, metadata }, placesOf(MAPPING));

  it.each([
    [undefined, 'live', null],
    ['', 'live', null],
    ['active', 'live', null],
    ['deactivated', 'suspended', 'deactivated'],
    ['deleted', 'suspended', 'deleted'],
    ['paused', 'suspended', 'paused'],
  ])('takes a marker of %j as %s', (rollcallStatus, state, marker) => {
    expect(read({ rollcallStatus })).toMatchObject({ state, marker });
  });

  it('names every managed attribute and none else, whatever the metadata holds (H31, H47)', () => {
    const metadata = JSON.parse(
      '{"__proto__":{"phone":"x"},"tier":"gold","department":["no scalar"]}',
    ) as Record<string, unknown>; // what a provider could send
    const { attributes } = read(metadata);
    expect(Object.keys(attributes).sort()).toEqual(MAPPING.lines.map(({ to }) => to).sort());
    expect(new Set(Object.values(attributes))).toEqual(new Set([null]));
  });
});

const WHOLE_MAPPING = sunshineMapping([...CUSTOM_ATTRIBUTES]);
const CARRIED = sunshineCapabilities(WHOLE_MAPPING).attributes;
const spellWhole = (person: Desired) => toDesired(person, WHOLE_MAPPING, CARRIED);
const holdable = anyone.map(spellWhole).filter(({ violations }) => violations.length === 0);
const foreign = fc.dictionary(
  fc.stringMatching(/^x[a-z]{0,8}$/),
  fc.oneof(fc.string({ minLength: 1, maxLength: 20 }), fc.integer(), fc.boolean()),
  { maxKeys: 5 },
);
const marker = fc.constantFrom('deactivated', 'deleted', null);
const patching = fc.constantFrom('merge', 'replace');

/** A user after a body was accepted: `null` clears a field of the profile, metadata holds what it was sent. */
function accept(
  body: WholeBody,
  before: HeldUser | null,
  rules: { profile: string; metadata: string },
): HeldUser {
  const kept = (rule: string, part: HeldUser['profile']) => (rule === 'merge' ? (part ?? {}) : {});
  const profile = { ...kept(rules.profile, before?.profile), ...body.profile };
  return {
    id: '5963c0d619a30a2e00de36b8',
    externalId: 'hr-1',
    profile: Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== null)),
    metadata: { ...kept(rules.metadata, before?.metadata), ...body.metadata },
  };
}

describe('a round trip through what Sunshine keeps (H30)', () => {
  const rules = fc.record({ profile: patching, metadata: patching });

  it('gives a new account back as it was spelt', () => {
    fc.assert(
      fc.property(holdable, rules, ({ attributes }, rule) => {
        const user = accept(toNative(attributes, { user: null, marker: null }), null, rule);
        expect(toAccount(user, placesOf(WHOLE_MAPPING))).toMatchObject({
          state: 'live',
          marker: null,
          attributes,
        });
      }),
    );
  });

  it('gives a changed account back as it was spelt, with what is not ours, whether a PATCH merges or replaces', () => {
    fc.assert(
      fc.property(holdable, holdable, foreign, marker, rules, (before, after, others, mark, rule) => {
        const born = accept(toNative(before.attributes, { user: null, marker: mark }), null, rule);
        const found = { ...born, metadata: { ...others, ...born.metadata } };
        const user = accept(toNative(after.attributes, { user: found }), found, rule);
        expect(toAccount(user, placesOf(WHOLE_MAPPING))).toMatchObject({
          marker: mark,
          attributes: after.attributes,
        });
        expect(user.metadata).toMatchObject(others);
      }),
    );
  });

  it('marks and unmarks an account without touching its content', () => {
    fc.assert(
      fc.property(holdable, marker, marker, rules, ({ attributes }, first, second, rule) => {
        const born = accept(toNative(attributes, { user: null, marker: first }), null, rule);
        const user = accept(toNative(attributes, { user: born, marker: second }), born, rule);
        expect(toAccount(user, placesOf(WHOLE_MAPPING))).toMatchObject({ marker: second, attributes });
      }),
    );
  });

  it('sends the same body again for what was just accepted', () => {
    fc.assert(
      fc.property(holdable, foreign, marker, rules, ({ attributes }, others, mark, rule) => {
        const found = { id: 'theirs', externalId: 'hr-1', profile: null, metadata: others };
        const once = accept(toNative(attributes, { user: found, marker: mark }), found, rule);
        const twice = accept(toNative(attributes, { user: once, marker: mark }), once, rule);
        expect(twice).toEqual(once);
      }),
    );
  });

  it('spells its own spelling in the same way', () => {
    fc.assert(
      fc.property(anyone, (person) => {
        const once = spellWhole(person);
        expect(spellWhole({ ...person, attributes: spelling(once.attributes) })).toEqual(once);
      }),
    );
  });
});

/** The canonical attributes that an account's own would be: the mapping read backwards. */
function spelling(native: NativeAttributes): UserAttributes {
  const values = WHOLE_MAPPING.lines.map(({ from, to }) => [from, native[to] ?? null] as const);
  const custom = values.filter(([from, value]) => from.startsWith('attributes.') && value !== null);
  return {
    ...NO_ATTRIBUTES,
    ...Object.fromEntries(values.filter(([from]) => !from.startsWith('attributes.'))),
    attributes: Object.fromEntries(
      custom.map(([from, value]) => [from.slice('attributes.'.length), value]),
    ) as UserAttributes['attributes'], // nulls were left out above
  };
}
