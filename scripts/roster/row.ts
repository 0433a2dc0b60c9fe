/** The columns of a roster file, in the order of its header. */
export const ROSTER_COLUMNS = [
  'externalKey',
  'email',
  'phone',
  'givenName',
  'familyName',
  'displayName',
  'locale',
  'avatarUrl',
  'company',
  'status',
  'tags',
  'attributes.department',
  'attributes.costCenter',
] as const;
export type RosterColumn = (typeof ROSTER_COLUMNS)[number];

/** One person of a roster file. The empty text means "no value". */
export type RosterRow = Readonly<Record<RosterColumn, string>>;

/** A person of whom nothing but the key is known. */
export function blankRow(externalKey: string): RosterRow {
  return {
    externalKey,
    email: '',
    phone: '',
    givenName: '',
    familyName: '',
    displayName: '',
    locale: '',
    avatarUrl: '',
    company: '',
    status: 'active',
    tags: '',
    'attributes.department': '',
    'attributes.costCenter': '',
  };
}
