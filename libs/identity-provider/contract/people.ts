import { findTextFault, NO_ATTRIBUTES, type UserAttributes } from '#domain';
import fc from 'fast-check';
import type { Desired } from '../src/index.js';

/** Custom attributes that people of this suite may have; runs that map custom attributes map these. */
export const CUSTOM_ATTRIBUTES = ['department', 'seats', 'remote'] as const;

function active(remoteKey: string, attributes: Partial<UserAttributes>): Desired {
  return { status: 'active', remoteKey, attributes: { ...NO_ATTRIBUTES, ...attributes } };
}

/** Somebody with a value for everything, and a key that has to be encoded in a path. */
export const ANNA = active('hr:4711/ä b', {
  email: 'anna.Muster+hr@example.com',
  phone: '+41446681800',
  givenName: 'Anna Zoë',
  familyName: "O'Muster",
  displayName: '安娜 Muster',
  locale: 'de-CH',
  avatarUrl: 'https://example.com/anna.png?size=2&round=1',
  company: 'Muster & Söhne',
  attributes: { department: 'Sales', seats: 12, remote: true },
});

/** The same person after an edit of everything. */
export const ANNA_CHANGED = active(ANNA.remoteKey, {
  email: 'anna.meier@example.org',
  phone: '+41446681801',
  givenName: 'Anne',
  familyName: 'Meier',
  displayName: 'Anne Meier',
  locale: 'fr-CH',
  avatarUrl: 'https://example.com/anne.png',
  company: 'Meier AG',
  attributes: { department: 'Einkauf', seats: 0, remote: false },
});

/** The same person with only what some provider insists on. */
export const ANNA_BARE = active(ANNA.remoteKey, {
  email: ANNA.attributes.email,
  givenName: ANNA.attributes.givenName,
  familyName: ANNA.attributes.familyName,
});

/** The same person with tags, one of them without a value. */
export const ANNA_TAGGED: Desired = {
  ...ANNA,
  attributes: { ...ANNA.attributes, tags: { team: 'blue', 'on call': '' } },
};

/** Somebody else, with nothing in common with Anna. */
export const BEN = active('ben', {
  email: 'ben@example.com',
  phone: '+14155550123',
  givenName: 'Ben',
  familyName: 'Other',
});

const storable = (text: string) => text !== '' && findTextFault(text) === null;
const text = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength }).filter(storable);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 4 });

/** People as rosters hold them, also such as some provider cannot hold. */
export const anyone: fc.Arbitrary<Desired> = fc.record({
  status: fc.constant('active' as const),
  remoteKey: fc.uuid(),
  attributes: fc.record({
    email: maybe(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.'+_-]{0,20}@[a-z0-9]{1,10}\.(?:com|org)$/)),
    phone: maybe(fc.stringMatching(/^\+[1-9][0-9]{6,13}$/)),
    givenName: maybe(text(60)),
    familyName: maybe(text(60)),
    displayName: maybe(text(140)),
    locale: maybe(fc.constantFrom('en', 'de-CH', 'pt-BR', 'zh-Hant-TW')),
    avatarUrl: maybe(fc.webUrl({ validSchemes: ['https'] })),
    company: maybe(text(110)),
    attributes: fc.record(
      {
        department: text(30),
        seats: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
        remote: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    tags: fc.constant({}),
  }),
});
