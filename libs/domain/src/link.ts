/** How sure we are of what the provider holds for a link. Only `certain` needs no read before a step. */
export const CERTAINTIES = ['never', 'certain', 'stale'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

/** How an account can be found at its provider. `notLive`: soft-deleted or gone, the provider cannot tell which. */
export const OBSERVED_STATES = ['live', 'suspended', 'softDeleted', 'absent', 'notLive'] as const;
export type ObservedState = (typeof OBSERVED_STATES)[number];

/** What the account of a link is, in the field's words. */
export const SITUATIONS = ['linked', 'unlinked', 'disputed', 'deleted', 'absent'] as const;
export type Situation = (typeof SITUATIONS)[number];

/** Effects that no read can show; kept on the link until their own acknowledgement. */
export const OWED_EFFECTS = ['revokeTokens', 'setTags', 'eraseProfile'] as const;
export type OwedEffect = (typeof OWED_EFFECTS)[number];

/**
 * Why a link waits until its cause changes. Codes are stable: operators and alarms match on them.
 * - `invalid`: the user cannot be held there as it is; `attribute` and `rule` say what to change
 * - `no_lookup_key`: the provider assigns the id and the user has no attribute by which a lost create could be found
 * - `identifier_taken`: another account there holds this `attribute`
 * - `disputed`: an account stands in the way that is not proven ours
 * - `gone_at_provider`: the account is gone and a new one would lose something
 * - `change_rejected`: an operator rejected the step of a mass change that was held
 * - `not_honoured`: the provider acknowledges a write and keeps the old value
 * - `fought_over`: somebody else writes it again and again; it is not put right any more until the user is edited
 * - `unsupported`, `protocol`: the provider cannot, or answers what we cannot read
 * - `crashes_worker`: claimed alone, it took the worker down again and again
 * - `refused_by_store`: the database refuses what came back for it
 * - `internal`: a defect of ours; the log has the error under the link's ids
 */
export const PARK_CODES = [
  'invalid',
  'no_lookup_key',
  'identifier_taken',
  'disputed',
  'gone_at_provider',
  'change_rejected',
  'not_honoured',
  'fought_over',
  'unsupported',
  'protocol',
  'crashes_worker',
  'refused_by_store',
  'internal',
] as const;
export type ParkCode = (typeof PARK_CODES)[number];

export interface ParkReason {
  readonly code: ParkCode;
  /** Canonical attribute, where one is to blame. */
  readonly attribute?: string;
  /** The rule that is broken, and what to do. Never holds a personal value. */
  readonly rule?: string;
}

/** The columns of a link that say what it is parked for. */
export interface ParkColumns {
  readonly parkCode: string | null;
  readonly parkAttribute: string | null;
  readonly parkRule?: string | null;
}

/** What the columns of a link spell; `null` when it is not parked. A code that a newer release wrote reads as `internal`. */
export function parkOf({ parkCode, parkAttribute, parkRule = null }: ParkColumns): ParkReason | null {
  if (parkCode === null) return null;
  return {
    code: PARK_CODES.find((known) => known === parkCode) ?? 'internal',
    ...(parkAttribute === null ? {} : { attribute: parkAttribute }),
    ...(parkRule === null ? {} : { rule: parkRule }),
  };
}

/** How a parked link reads in lists: `identifier_taken(phone)`. */
export function describePark(reason: ParkReason): string {
  return reason.attribute === undefined ? reason.code : `${reason.code}(${reason.attribute})`;
}
