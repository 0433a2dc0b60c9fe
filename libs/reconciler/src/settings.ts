import type { Allowances } from '#domain';

/** How the engine behaves; all times in milliseconds. */
export interface EngineSettings {
  /** How long a claim is ours. */
  readonly leaseMs: number;
  /** The longest one call can take; a call that could end after the lease is not started. */
  readonly callTimeoutMs: number;
  /** Links claimed at once, at most. */
  readonly batchSize: number;
  /** How long an ordinary newer reason waits, so that a burst of edits becomes one call. */
  readonly coalesceMs: number;
  /** How long after a lost answer the lost request may still take effect. */
  readonly lateArrivalMs: number;
  /** How many changes of each class a provider may see within an hour. */
  readonly allowances: Allowances;
}

/** Time as the engine needs it: the wall for what is stored, the monotonic for what is measured. */
export interface EngineClock {
  now(): Date;
  monotonicMs(): number;
}
