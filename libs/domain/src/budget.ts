/**
 * What a mass of changes can be a mass of; each has a budget of its own at each provider.
 * - `suspend`: shuts a person out, reversibly: suspensions and soft deletions
 * - `remove`: destroys an account for good
 * - `overwrite`: writes an account although nothing of its user changed: drift, or another mapping
 * - `create`: makes an account, once the provider was in step for the first time
 */
export const CHANGE_CLASSES = ['suspend', 'remove', 'overwrite', 'create'] as const;
export type ChangeClass = (typeof CHANGE_CLASSES)[number];

/**
 * How many changes of a class a provider may see within an hour: `atLeast`, or `percent` of its linked users where
 * that is more. With 100 percent there is no limit; with 0 and 0 every change waits for approval.
 */
export interface Allowance {
  readonly atLeast: number;
  readonly percent: number;
}

/** Below so many people a budget is also at most half of them, and never less than one. */
export const SMALL_ROSTER = 100;

/** How many of `people` an allowance lets change at once; `null` without a limit. The engine's SQL says the same. */
export function mostOf({ atLeast, percent }: Allowance, people: number): number | null {
  if (percent >= 100) return null;
  const most = Math.max(atLeast, Math.floor((percent * people) / 100));
  return people < SMALL_ROSTER ? Math.min(most, Math.max(1, Math.floor(people / 2))) : most;
}

export type Allowances = Readonly<Record<ChangeClass, Allowance>>;

/** What was decided of a held step. */
export const HOLD_DECISIONS = ['approved', 'rejected'] as const;
export type HoldDecision = (typeof HOLD_DECISIONS)[number];

/** What of a provider's work stands still: all of it, creates alone, or whatever adds, overwrites or removes. */
export type HaltScope = 'all' | 'creates' | 'widening';
