import type { AccountTarget, Observation } from '#identity-provider';
import type { ProviderRoom } from '../provider-room.js';
import { isTriedAgain } from './outcome.js';
import type { SweepContext } from './sweep-context.js';

/**
 * Reads one account as a run may, and again when that failed for a moment.
 * @throws ProviderError, CallNotStarted when it could not be read
 */
export async function readAccount(
  room: ProviderRoom,
  target: AccountTarget,
  context: SweepContext,
): Promise<Observation> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await room.instance.provider.get(target, context);
    } catch (error) {
      if (!(await isTriedAgain(room, error, failures, context.signal))) throw error;
    }
  }
}

/** The share of a provider's call slots that reads of single accounts take: a sweep is what can wait most. */
const ONE_SLOT_IN = 4;

/** How many single accounts a run reads at once. */
export function readsAtOnce({ instance }: ProviderRoom): number {
  return Math.max(1, Math.floor(instance.concurrency / ONE_SLOT_IN));
}
