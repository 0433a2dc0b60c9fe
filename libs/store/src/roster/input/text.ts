import { findTextFault } from '#domain';

const MAX_NAME = 256;
const MAX_KEY_BYTES = 256;
const MAX_LOCALE = 64;
// Path segments that name something else at a provider; a key that reads like one would address it.
const RESERVED_KEYS = new Set(['.', '..', 'deleted', 'me']);
const INVISIBLE_AT_AN_END = /^[\s\p{Z}]|[\s\p{Z}]$|[\p{Zl}\p{Zp}]/u;

/** A rule that a text breaks, as one sentence: the rule and what to do. `null` when it keeps them all. */
export type FindFault = (text: string) => string | null;

/** Wraps a check of one attribute in those that hold for every text: storable, and not blank (`blank` says what to do then). */
export function checkedText(find: FindFault, blank: string): FindFault {
  return (text) => {
    const fault = findTextFault(text);
    if (fault !== null) return `${fault}; remove it`;
    if (text.trim() === '') return `must not be blank; ${blank}`;
    return find(text);
  };
}

/** The key may hold any printable text up to 256 bytes but a reserved path segment: it is sent to providers as it is. */
export function findExternalKeyFault(key: string): string | null {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `must have at most ${MAX_KEY_BYTES} bytes`;
  if (INVISIBLE_AT_AN_END.test(key)) return 'must not begin or end with white space';
  return RESERVED_KEYS.has(key) ? 'is a reserved word; use another key' : null;
}

/** Names are of any script and length up to 256 UTF-16 code units. */
export function findNameFault(name: string): string | null {
  return name.length > MAX_NAME ? `must have at most ${MAX_NAME} characters; shorten it` : null;
}

const knownLocales = new Set<string>();
const MAX_KNOWN_LOCALES = 500;

/** BCP 47 as ECMA-402 reads it: `pt-BR` is one, `pt_BR` is not. Remembers some that passed: a roster has few, and each check costs. */
export function findLocaleFault(locale: string): string | null {
  if (knownLocales.has(locale)) return null;
  const fault = 'must be a BCP 47 language tag, such as pt-BR';
  if (locale.length > MAX_LOCALE) return fault;
  try {
    Intl.getCanonicalLocales(locale);
  } catch {
    return fault;
  }
  if (knownLocales.size < MAX_KNOWN_LOCALES) knownLocales.add(locale);
  return null;
}
