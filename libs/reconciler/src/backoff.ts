const FIRST_MS = 500;
const LONGEST_MS = 5 * 60_000;

/** Full jitter: anywhere up to a bound that doubles with each attempt, to at most five minutes. */
export function backoffMs(attempts: number, random: () => number): number {
  return Math.round(random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempts, 20)));
}

/** A bound that doubles without jitter, for what is tried by one worker at a time: 1 s to 5 min. */
export function probeIntervalMs(failures: number): number {
  return Math.min(LONGEST_MS, 1_000 * 2 ** Math.min(failures, 20));
}
