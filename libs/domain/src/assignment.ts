import type { CustomAttributeValue, TextAttribute, User } from './user.js';

/** What of a user a clause of a rule looks at. */
export type AssignmentSubject =
  | { readonly kind: 'status' }
  | { readonly kind: 'text'; readonly name: TextAttribute }
  | { readonly kind: 'attributes' | 'tags'; readonly name: string };

/** One condition: the subject has one of these values; with `null` it has any. */
export interface AssignmentClause {
  readonly subject: AssignmentSubject;
  readonly values: readonly string[] | null;
}

/** Who is in the scope of a provider instance: everybody for whom all clauses hold. Never empty. */
export type AssignmentRule = readonly AssignmentClause[];

/** What a rule looks at of a user. */
export type AssignmentView = Pick<User, TextAttribute | 'status' | 'attributes' | 'tags'>;

/**
 * Whether a user is in the scope of an instance, by its rule alone. Pure. Values are compared as they stand, letter by
 * letter; numbers and booleans by their text in JSON.
 * @param rule `null` takes everybody in
 */
export function isAssigned(rule: AssignmentRule | null, user: AssignmentView): boolean {
  return rule === null || rule.every((clause) => holds(clause, user));
}

function holds({ subject, values }: AssignmentClause, user: AssignmentView): boolean {
  const value = valueOf(subject, user);
  if (value === null) return false;
  return values === null || values.includes(String(value));
}

function valueOf(subject: AssignmentSubject, user: AssignmentView): CustomAttributeValue | null {
  switch (subject.kind) {
    case 'status':
      return user.status;
    case 'text':
      return user[subject.name];
    case 'attributes':
    case 'tags': {
      const map = user[subject.kind];
      return Object.hasOwn(map, subject.name) ? (map[subject.name] ?? null) : null;
    }
  }
}

/** By what it was decided whether a user is in the scope of a provider. */
export const ASSIGNERS = ['rule', 'override'] as const;
export type Assigner = (typeof ASSIGNERS)[number];
