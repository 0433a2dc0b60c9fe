import type { LifecycleVerb } from './status.js';

/**
 * The order in which links are served: a leaver never waits behind a backfill.
 * The numbers are stored and sorted by; the smallest is the most urgent.
 */
export const LANES = { revocation: 0, restore: 1, live: 2, backfill: 3 } as const;
export type Lane = keyof typeof LANES;
export const LANE_NAMES = ['revocation', 'restore', 'live', 'backfill'] as const satisfies readonly Lane[];

const LANE_OF_VERB: Readonly<Record<LifecycleVerb, Lane>> = {
  deactivate: 'revocation',
  delete: 'revocation',
  purge: 'revocation',
  completePurge: 'revocation',
  reactivate: 'restore',
  restore: 'restore',
};

export function laneOfVerb(verb: LifecycleVerb): Lane {
  return LANE_OF_VERB[verb];
}
