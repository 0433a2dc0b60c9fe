/**
 * What becomes of a managed attribute that somebody else changed at a provider.
 * - `enforce`: it is written again
 * - `report`: it stays, and a finding says so
 * - `ignore`: it stays
 *
 * Whatever the policy, a value that the user is given afterwards is written.
 */
export const DRIFT_POLICIES = ['enforce', 'report', 'ignore'] as const;
export type DriftPolicy = (typeof DRIFT_POLICIES)[number];

/** The policies of one instance, by native path. */
export interface DriftRules {
  readonly otherwise: DriftPolicy;
  readonly byPath: Readonly<Record<string, DriftPolicy>>;
}

/** What holds unless an operator chose otherwise. */
export const ENFORCE_ALL: DriftRules = { otherwise: 'enforce', byPath: {} };

/** The policy of one attribute. */
export function driftPolicyOf({ otherwise, byPath }: DriftRules, path: string): DriftPolicy {
  return Object.hasOwn(byPath, path) ? (byPath[path] ?? otherwise) : otherwise;
}
