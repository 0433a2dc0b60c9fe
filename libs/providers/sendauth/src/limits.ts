import { isEmail, ProviderError } from '#identity-provider';

/** Which limit a value breaks, as a stable word; `null` when none. What is not given breaks none. */
export type Limit = (value: unknown) => string | null;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text can be an id. @see sendauth.openapi.yaml `format: uuid` */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** A text of so many characters, counted as JSON Schema does: code points, not UTF-16 units. */
export function textOf(minLength: number, maxLength: number): Limit {
  return (value) => {
    if (value === undefined) return null;
    if (typeof value !== 'string') return 'not_a_text';
    if (!value.isWellFormed()) return 'not_encodable';
    const { length } = Array.from(value);
    if (length < minLength) return 'too_short';
    return length > maxLength ? 'too_long' : null;
  };
}

export const anyText: Limit = textOf(0, Number.POSITIVE_INFINITY);

/** Under a limit, and there. */
export function required(limit: Limit): Limit {
  return (value) => (value === undefined ? 'required' : limit(value));
}

export const uuid: Limit = (value) =>
  value === undefined || (typeof value === 'string' && isUuid(value)) ? null : 'not_a_uuid';

/** A plain email of at most 256 characters. @see sendauth.openapi.yaml `User` email */
export const email: Limit = (value) =>
  textOf(0, 256)(value) ?? (typeof value !== 'string' || isEmail(value) ? null : 'not_an_email');

export function oneOf(values: readonly string[]): Limit {
  return (value) => (value === undefined || values.some((each) => each === value) ? null : 'not_listed');
}

/** A list whose every item is given and under a limit. */
export function listOf(limit: Limit): Limit {
  return (value) => {
    if (value === undefined) return null;
    if (!Array.isArray(value)) return 'not_a_list';
    return value.map(required(limit)).find((broken) => broken !== null) ?? null;
  };
}

/** A whole number between two. */
export function wholeNumber(least: number, most: number): Limit {
  return (value) => {
    if (value === undefined) return null;
    if (!Number.isSafeInteger(value)) return 'not_a_whole_number';
    return Number(value) < least || Number(value) > most ? 'out_of_bounds' : null;
  };
}

/**
 * Holds what is to be sent against its limits, before it is.
 * @throws ProviderError `invalid`: `attribute` is the member as SendAuth names it, `reason` the limit
 */
export function refuseBroken(limits: Readonly<Record<string, Limit>>, given: object): void {
  const members = new Map<string, unknown>(Object.entries(given));
  for (const [attribute, limit] of Object.entries(limits)) {
    const reason = limit(members.get(attribute));
    if (reason !== null) throw new ProviderError('invalid', { reason, attribute });
  }
}
