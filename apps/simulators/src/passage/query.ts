import type { PassageAccount } from './account.js';
import { invalidRequest } from './refusal.js';

const OPERATORS = ['ne', 'gt', 'lt', 'like', 'not_like'] as const;
type Operator = 'eq' | (typeof OPERATORS)[number];
type Comparable = string | number | boolean;

type Kind = 'text' | 'count' | 'flag' | 'time';

interface Filter {
  readonly kind: Kind;
  /** What is compared; a filter over several values holds if one of them does (none, for a negation). */
  readonly values: (account: PassageAccount) => readonly Comparable[];
}

/** @see PROVIDERS.md 3.5. `email_verified` is in one source only and is taken here. */
const FILTERS: Readonly<Record<string, Filter>> = {
  // The stored email is compared in lower case with the text as it was sent: whoever forgets to lower-case
  // an address finds nothing, as the official SDK's own lower-casing suggests. @see PROVIDERS.md 3.6
  identifier: { kind: 'text', values: (a) => [a.email.toLowerCase(), a.phone].filter((v) => v !== '') },
  id: { kind: 'text', values: (a) => [a.id] },
  status: { kind: 'text', values: (a) => [a.status] },
  login_count: { kind: 'count', values: (a) => [a.login_count] },
  email_verified: { kind: 'flag', values: (a) => [a.email_verified] },
  created_at: { kind: 'time', values: (a) => [a.created_at] },
  updated_at: { kind: 'time', values: (a) => [a.updated_at] },
  last_login_at: { kind: 'time', values: (a) => [a.last_login_at] },
};

/** The one format that time filters take: six digits of a second, no more and no fewer. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;

export type Predicate = (account: PassageAccount) => boolean;

/** The filters of a listing, all of which must hold. Throws 400 for a value or operator that a field does not take. */
export function readFilters(query: URLSearchParams): Predicate[] {
  const predicates: Predicate[] = [];
  for (const [name, raw] of query) {
    const filter = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
    if (filter) predicates.push(predicate(name, filter, raw));
  }
  return predicates;
}

function predicate(name: string, filter: Filter, raw: string): Predicate {
  const { operator, text } = split(raw);
  if ((operator === 'like' || operator === 'not_like') && filter.kind !== 'text') {
    throw invalidRequest(`${name} does not take the operator ${operator}`);
  }
  const wanted = readValue(name, filter.kind, text);
  const holds = compare(operator);
  const isNegation = operator === 'ne' || operator === 'not_like';
  return (account) => {
    const values = filter.values(account);
    return isNegation
      ? values.every((value) => holds(value, wanted))
      : values.some((value) => holds(value, wanted));
  };
}

function split(raw: string): { operator: Operator; text: string } {
  for (const operator of OPERATORS) {
    const prefix = `<${operator}:`;
    if (raw.startsWith(prefix) && raw.endsWith('>')) {
      return { operator, text: raw.slice(prefix.length, -1) };
    }
  }
  return { operator: 'eq', text: raw };
}

function readValue(name: string, kind: Kind, text: string): Comparable {
  switch (kind) {
    case 'text':
      return text;
    case 'count':
      if (/^\d+$/.test(text)) return Number(text);
      break;
    case 'flag':
      if (text === 'true' || text === 'false') return text === 'true';
      break;
    case 'time':
      if (TIME.test(text)) return text;
      break;
  }
  throw invalidRequest(`${name} is invalid`);
}

function compare(operator: Operator): (value: Comparable, wanted: Comparable) => boolean {
  switch (operator) {
    case 'eq':
      return (value, wanted) => value === wanted;
    case 'ne':
      return (value, wanted) => value !== wanted;
    case 'gt':
      return (value, wanted) => value > wanted;
    case 'lt':
      return (value, wanted) => value < wanted;
    case 'like':
      return contains;
    case 'not_like':
      return (value, wanted) => !contains(value, wanted);
  }
}

/** What `like` means is not stated; "contains, whatever the case" is inferred. */
function contains(value: Comparable, wanted: Comparable): boolean {
  return String(value).toLowerCase().includes(String(wanted).toLowerCase());
}
