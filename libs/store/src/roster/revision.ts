import type { User } from '#domain';
import { RevisionMismatch } from './errors.js';

/** What a caller says it last saw: revision tags, or `*` for "any, as long as the user exists". */
export type Expected = '*' | readonly string[];

/** One text that changes with every change of the user that a caller can see. */
export function revisionTag(user: User): string {
  const purge = user.purgeNotBefore === null ? '' : `.${user.purgeNotBefore.getTime()}`;
  const hold = user.legalHoldAt === null ? '' : `.h${user.legalHoldAt.getTime()}`;
  return `${user.statusRevision}.${user.attributeRevision}${purge}${hold}`;
}

/** @throws RevisionMismatch when the user is none of what the caller expects */
export function requireRevision(user: User, expected: Expected | undefined): void {
  if (expected === undefined || expected === '*') return;
  if (!expected.includes(revisionTag(user))) throw new RevisionMismatch();
}
