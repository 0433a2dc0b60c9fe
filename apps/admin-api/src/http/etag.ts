import type { User } from '#domain';
import { type Expected, revisionTag } from '#store';

const LISTED = /^\s*(?:(?:W\/)?"[^"]*"\s*(?:,\s*|$))+$/;

/** The entity tag of a user: strong, and another one with every change that a caller can see. */
export function etagOf(user: User): string {
  return `"${revisionTag(user)}"`;
}

/**
 * Reads If-Match. Weak tags match nothing, and a header that cannot be read expects what no user is: 412 is the safe answer.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.if-match
 */
export function readIfMatch(header: string | undefined): Expected | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return '*';
  if (!LISTED.test(header)) return [];
  const strong = header.matchAll(/(W\/)?"([^"]*)"/g);
  return [...strong].flatMap(([, weak, tag]) => (weak === undefined && tag !== undefined ? [tag] : []));
}
