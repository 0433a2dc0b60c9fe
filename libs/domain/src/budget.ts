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

export type Allowances = Readonly<Record<ChangeClass, Allowance>>;

/** What was decided of a held step. */
export const HOLD_DECISIONS = ['approved', 'rejected'] as const;
export type HoldDecision = (typeof HOLD_DECISIONS)[number];

/** What of a provider's work stands still: all of it, creates alone, or whatever adds, overwrites or removes. */
export type HaltScope = 'all' | 'creates' | 'widening';
