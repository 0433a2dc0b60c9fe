import { ProviderError } from '#identity-provider';

/** What a status can be. @see passage.openapi.yaml `UserStatus` */
export const USER_STATUSES = ['active', 'inactive', 'pending'] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

const COMPARISONS = ['eq', 'ne', 'gt', 'lt'] as const;
const TEXT_COMPARISONS = [...COMPARISONS, 'like', 'not_like'] as const;

/** How a field is compared with a value; `eq` is sent without an operator. */
export type Comparison = (typeof COMPARISONS)[number];
export type TextComparison = (typeof TEXT_COMPARISONS)[number];

interface Filter<Op, Value> {
  readonly op: Op;
  readonly value: Value;
}

/**
 * What a listing is narrowed by: one filter a field, all of which must hold. `email_verified` is left out on purpose:
 * the last description lacks it, and a service that does not know a filter shows everybody.
 * @see PROVIDERS.md 3.5 and 3.8; passage.openapi.yaml `list-paginated-users`
 */
export interface UserFilters {
  /** Email or phone. Emails are to be given in lower case (inferred). @see PROVIDERS.md 3.6 */
  readonly identifier?: Filter<TextComparison, string>;
  readonly id?: Filter<TextComparison, string>;
  readonly login_count?: Filter<Comparison, number>;
  readonly status?: Filter<TextComparison, UserStatus>;
  readonly created_at?: Filter<Comparison, Date>;
  readonly updated_at?: Filter<Comparison, Date>;
  readonly last_login_at?: Filter<Comparison, Date>;
}
type Field = keyof UserFilters;

type Spelling = (value: unknown) => string | null;

const text: Spelling = (value) =>
  typeof value === 'string' && value !== '' && value.isWellFormed() ? value : null;
const count: Spelling = (value) => (Number.isSafeInteger(value) ? String(value) : null);
const status: Spelling = (value) => USER_STATUSES.find((each) => each === value) ?? null;

/** The one format that is taken: microseconds, in UTC, four digits of a year. @see PROVIDERS.md 3.5 */
const time: Spelling = (value) => {
  const year = value instanceof Date ? value.getUTCFullYear() : Number.NaN;
  return value instanceof Date && year >= 0 && year <= 9999 ? value.toISOString().replace('Z', '000Z') : null;
};

const FIELDS: Readonly<Record<Field, { readonly ops: readonly string[]; readonly spell: Spelling }>> = {
  identifier: { ops: TEXT_COMPARISONS, spell: text },
  id: { ops: TEXT_COMPARISONS, spell: text },
  login_count: { ops: COMPARISONS, spell: count },
  status: { ops: TEXT_COMPARISONS, spell: status },
  created_at: { ops: COMPARISONS, spell: time },
  updated_at: { ops: COMPARISONS, spell: time },
  last_login_at: { ops: COMPARISONS, spell: time },
};

/**
 * Filters, as they are sent.
 * @throws ProviderError `invalid`: `filter_unknown`, `operator_refused`, `filter_value_refused` (empty, not of the
 * field's kind, or not encodable) and `not_searchable` (would be read as an operator); `attribute` is the field
 */
export function toFilterQuery(filters: UserFilters): Record<string, string> {
  const given = Object.entries(filters) as [Field, Filter<string, unknown> | undefined][]; // its own keys, widened
  const spelt = given.flatMap(([field, filter]) =>
    filter === undefined ? [] : [[field, spellFilter(field, filter)] as const],
  );
  return Object.fromEntries(spelt);
}

function spellFilter(field: Field, { op, value }: Filter<string, unknown>): string {
  const known = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
  if (known === undefined) throw refusal('filter_unknown', field);
  if (!known.ops.includes(op)) throw refusal('operator_refused', field);
  const spelt = known.spell(value);
  if (spelt === null) throw refusal('filter_value_refused', field);
  // An operator is a prefix in angle brackets, and nothing is documented that would take their meaning away.
  if (op === 'eq' ? spelt.startsWith('<') : spelt.includes('>')) throw refusal('not_searchable', field);
  return op === 'eq' ? spelt : `<${op}:${spelt}>`;
}

function refusal(reason: string, attribute: string): ProviderError {
  return new ProviderError('invalid', { reason, attribute });
}
