import { z } from 'zod';

/** What an answer's member reads as when its value is none of those that we know. */
const UNKNOWN = 'unknown';

/**
 * A closed list of values in an answer, read without closing it: a provider adds values without notice, and one that
 * we do not know must not make the rest of its answer unreadable. Such a text reads as `'unknown'`; what is no text
 * at all is refused, since then the member is not what we take it for.
 */
export function openEnum<const Values extends readonly [string, ...string[]]>(
  values: Values,
): z.ZodType<Values[number] | typeof UNKNOWN> {
  const known = new Set<string>(values);
  const isKnown = (value: string): value is Values[number] => known.has(value);
  return z.string().transform((value) => (isKnown(value) ? value : UNKNOWN));
}
