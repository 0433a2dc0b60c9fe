/** Beside this many calls in flight there is room for one of a revocation. */
const ONE_FOR_REVOCATIONS_BESIDE = 8;

/**
 * Calls in flight in one worker when revocations come on top of `concurrency` others: a leaver must not wait for a slow
 * batch, and nobody else pays for it. Below eight there is none on top, so that `1` stays one call at a time.
 */
export function callsAtMost(concurrency: number): number {
  return concurrency + Math.floor(concurrency / ONE_FOR_REVOCATIONS_BESIDE);
}
