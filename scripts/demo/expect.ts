import type { RosterRow } from '../roster/row.js';

/** The providers of the stack, in the order in which they are shown. */
export const PROVIDERS = ['vault', 'sunshine', 'passage', 'sendauth'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** What an account holds by native path; `null` where it holds no value. */
export type HeldAttributes = Readonly<Record<string, string | null>>;

/** A value that only one account of the provider can have. */
export interface Identifier {
  readonly attribute: 'email' | 'phone';
  readonly value: string;
}

/**
 * What a provider must hold of one person once everything has converged.
 * - `account`: a live account with exactly these attributes. One that has an identifier in common with somebody else is
 *   `contested`: whoever came first has the account, the others are parked for one of these identifiers.
 * - `parked`: no account, for one of these reasons; one without an attribute stands for any attribute
 * - `nothing`: no account and nothing to complain of
 */
export type Expected =
  | {
      readonly kind: 'account';
      readonly attributes: HeldAttributes;
      readonly contested: readonly Identifier[];
    }
  | { readonly kind: 'parked'; readonly reasons: readonly string[] }
  | { readonly kind: 'nothing' };

/** What is known of one provider: how it spells a person, whom it cannot hold, and which values are unique there. */
interface Rules {
  readonly spell: (row: RosterRow) => HeldAttributes;
  /** Why it cannot hold the person, as park reasons of which one is given; empty when it can. */
  readonly refusals: (row: RosterRow) => readonly string[];
  readonly identifiers: (row: RosterRow) => readonly Identifier[];
}

const RULES: Readonly<Record<Provider, Rules>> = {
  // Four display fields, no limits, and no identifier but the key. PROVIDERS.md 1.3, 1.6
  vault: {
    spell: (row) => ({
      'metadata.account_name': orNull(row.company),
      'metadata.user_name': orNull(row.displayName),
      'metadata.email': orNull(row.email),
      'metadata.image': orNull(row.avatarUrl),
    }),
    refusals: () => [],
    identifiers: () => [],
  },
  // Profile fields of 1 to 128 characters; a key of 24 hex digits reads as an id. PROVIDERS.md 2.3, 2.6
  sunshine: {
    spell: (row) => ({
      'profile.givenName': orNull(row.givenName),
      'profile.surname': orNull(row.familyName),
      'profile.email': orNull(row.email),
      'profile.avatarUrl': orNull(row.avatarUrl),
      'profile.locale': orNull(row.locale),
      'metadata.phone': orNull(row.phone),
      'metadata.displayName': orNull(row.displayName),
      'metadata.company': orNull(row.company),
    }),
    refusals: (row) => [
      ...(/^[0-9a-f]{24}$/i.test(row.externalKey) ? ['invalid(externalKey)'] : []),
      ...outside(row, 'givenName', { min: 0, max: 128 }),
      ...outside(row, 'familyName', { min: 0, max: 128 }),
      ...outside(row, 'email', { min: 0, max: 128 }),
      ...noPlainEmail(row),
    ],
    identifiers: () => [],
  },
  // Login identifiers only, each unique in the app, emails in lower case. PROVIDERS.md 3.3, 3.6
  passage: {
    spell: (row) => ({ email: orNull(row.email.toLowerCase()), phone: orNull(row.phone) }),
    refusals: (row) => (row.email === '' && row.phone === '' ? ['no_lookup_key'] : []),
    identifiers: (row) => [...identifier(row, 'email'), ...identifier(row, 'phone')],
  },
  // Both names of 2 to 50 characters, a company's of 2 to 100; found again by its plain email only, which is unique and
  // sent in lower case. PROVIDERS.md 4.3, 4.6
  sendauth: {
    spell: (row) => ({
      firstName: orNull(row.givenName),
      lastName: orNull(row.familyName),
      email: orNull(row.email.toLowerCase()),
      phone: orNull(row.phone),
      'company.name': orNull(row.company),
    }),
    refusals: (row) => [
      ...outside(row, 'givenName', { min: 2, max: 50 }),
      ...outside(row, 'familyName', { min: 2, max: 50 }),
      ...(row.company === '' ? [] : outside(row, 'company', { min: 2, max: 100 })),
      ...(row.email === '' ? ['no_lookup_key'] : []),
      ...outside(row, 'email', { min: 0, max: 256 }),
      ...noPlainEmail(row),
    ],
    identifiers: (row) => identifier(row, 'email'),
  },
};

/**
 * What a provider must hold of every person of a roster, by externalKey. Pure, and made from what the provider's
 * documents say rather than from the code that talks to it.
 * @see PROVIDERS.md 1.3, 2.3, 3.3, 4.3 (fields and limits), 1.6, 2.6, 3.6, 4.6 (identity)
 */
export function expectAt(provider: Provider, roster: readonly RosterRow[]): ReadonlyMap<string, Expected> {
  const rules = RULES[provider];
  const isHoldable = (row: RosterRow): boolean => row.status === 'active' && rules.refusals(row).length === 0;
  const claims = new Map<string, number>();
  for (const { attribute, value } of roster.filter(isHoldable).flatMap(rules.identifiers)) {
    claims.set(`${attribute} ${value}`, (claims.get(`${attribute} ${value}`) ?? 0) + 1);
  }
  const isContested = ({ attribute, value }: Identifier): boolean =>
    (claims.get(`${attribute} ${value}`) ?? 0) > 1;
  return new Map(roster.map((row) => [row.externalKey, expectOf(row, rules, isContested)]));
}

function expectOf(row: RosterRow, rules: Rules, isContested: (identifier: Identifier) => boolean): Expected {
  // Somebody who has left before there was an account needs none: absence is what was wanted.
  if (row.status !== 'active') return { kind: 'nothing' };
  const reasons = rules.refusals(row);
  if (reasons.length > 0) return { kind: 'parked', reasons };
  return {
    kind: 'account',
    attributes: rules.spell(row),
    contested: rules.identifiers(row).filter(isContested),
  };
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}

function identifier(row: RosterRow, attribute: 'email' | 'phone'): Identifier[] {
  return row[attribute] === '' ? [] : [{ attribute, value: row[attribute].toLowerCase() }];
}

/** Where the description says `format: email`: letters beyond ASCII and doubled dots are none of it. */
function noPlainEmail({ email }: RosterRow): string[] {
  const isPlain = /^[!-?A-~]+@[a-z\d.-]+$/i.test(email) && !/^\.|\.\.|\.@/.test(email);
  return email === '' || isPlain ? [] : ['invalid(email)'];
}

/** Lengths in characters as JSON Schema counts them: code points. */
function outside(
  row: RosterRow,
  attribute: 'givenName' | 'familyName' | 'email' | 'company',
  { min, max }: { readonly min: number; readonly max: number },
): string[] {
  const length = Array.from(row[attribute]).length;
  return length < min || length > max ? [`invalid(${attribute})`] : [];
}
