/**
 * Something at a provider that a person should see.
 * - `orphan`: an account of nobody in the roster
 * - `unlinked`: an account that holds a unique key of exactly one user, who has no account there
 * - `disputed`: an account that several users, or a user with another account there, could claim
 * - `duplicate_remote`: another account that holds a key which a linked account holds too
 * - `identity_mismatch`: the account of a link stands there under somebody else's key
 * - `drift`: attributes that somebody else changed, where the policy is to report them
 * - `not_enforceable`: somebody who is shut out here can still use the account
 * - `state_drift`: the account of somebody is gone, and is not made anew by itself
 * - `fought_over`: somebody else writes the account again and again
 * - `identifier_cycle`: users who wait for each other's identifiers
 */
export const FINDING_KINDS = [
  'orphan',
  'unlinked',
  'disputed',
  'duplicate_remote',
  'drift',
  'state_drift',
  'not_enforceable',
  'identity_mismatch',
  'identifier_cycle',
  'fought_over',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** The kinds that a look through all accounts finds, and that are over when it no longer finds them. */
export const SWEPT_FINDING_KINDS = [
  'orphan',
  'unlinked',
  'disputed',
  'duplicate_remote',
  'identity_mismatch',
  'drift',
] as const satisfies readonly FindingKind[];
export type SweptFindingKind = (typeof SWEPT_FINDING_KINDS)[number];

/** The kinds that our own links tell, and that are over when they no longer do. */
export const LINK_FINDING_KINDS = [
  'not_enforceable',
  'state_drift',
  'fought_over',
  'identifier_cycle',
] as const satisfies readonly FindingKind[];
export type LinkFindingKind = (typeof LINK_FINDING_KINDS)[number];

/** `ignored` is remembered: the same thing is not brought up again. */
export const FINDING_STATES = ['open', 'resolved', 'ignored'] as const;
export type FindingState = (typeof FINDING_STATES)[number];
