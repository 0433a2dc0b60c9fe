/** Something that happened, at a time in milliseconds. */
export interface Timed {
  readonly time: number;
}

/**
 * Calls a second from the first to the last of them, as the provider saw them come.
 * @throws Error when there are too few to tell
 */
export function callsPerSecond(calls: readonly Timed[]): number {
  const first = calls[0];
  const last = calls.at(-1);
  if (first === undefined || last === undefined || last.time === first.time)
    throw new Error('too few calls to tell how fast they came');
  return ((calls.length - 1) / (last.time - first.time)) * 1_000;
}

const AT_EITHER_END = 0.1;

/** The same without the first and the last tenth, in which not everybody is at work. @throws Error as above */
export function callsPerSecondInTheMiddle(calls: readonly Timed[]): number {
  const cut = Math.floor(calls.length * AT_EITHER_END);
  return callsPerSecond(calls.slice(cut, calls.length - cut));
}

/** The most calls that any second held, wherever it began. `calls` are in the order of their times. */
export function mostInASecond(calls: readonly Timed[]): number {
  let from = 0;
  let most = 0;
  for (const [at, { time }] of calls.entries()) {
    while ((calls[from]?.time ?? time) <= time - 1_000) from += 1;
    most = Math.max(most, at - from + 1);
  }
  return most;
}

/** Calls after the warm-up: those that came later than so long after the first. */
export function afterWarmUp<Call extends Timed>(calls: readonly Call[], warmUpMs: number): Call[] {
  const first = calls[0];
  return first === undefined ? [] : calls.filter(({ time }) => time >= first.time + warmUpMs);
}
