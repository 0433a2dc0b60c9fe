/** Time, handed in wherever a decision depends on it. */
export interface Clock {
  /** The wall clock: for what is stored and shown. It can jump. */
  now(): Date;
  /** Milliseconds since some fixed moment: for what is measured. It never goes back. */
  monotonicMs(): number;
}

/** The clocks of this machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
