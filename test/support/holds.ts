import { listHolds, decideHold, type DecidedHold, type Hold, type HoldVerdict } from '#store';
import type { Mirror } from './mirror.js';

const HOUR_MS = 3_600_000;

/** What waits for a decision, as an operator sees it now. */
export function holdsOf(mirror: Mirror, now = new Date()): Promise<Hold[]> {
  return listHolds(mirror.roster, { now, lifeMs: HOUR_MS });
}

/** Decides on a held set as it was listed. */
export function decide(
  mirror: Mirror,
  hold: Pick<Hold, 'provider' | 'class' | 'hash'>,
  more: Partial<HoldVerdict> & { readonly actor?: string } = {},
): Promise<DecidedHold> {
  const { actor = 'key:other', ...rest } = more;
  return decideHold(mirror.roster, actor, {
    provider: hold.provider,
    class: hold.class,
    hash: hold.hash,
    decision: 'approved',
    now: new Date(),
    lifeMs: HOUR_MS,
    fourEyes: false,
    ...rest,
  });
}
