/**
 * What a reconciliation run does with what differs.
 * - `preview`: counts it and says what it found; nothing becomes due
 * - `apply`: makes it due, so that it is put right
 */
export const RUN_MODES = ['preview', 'apply'] as const;
export type RunMode = (typeof RUN_MODES)[number];

/** Who asked for a run: a person, or the schedule. */
export const RUN_TRIGGERS = ['request', 'schedule'] as const;
export type RunTrigger = (typeof RUN_TRIGGERS)[number];

/** How far a run has come. `incomplete`: not everything was seen, or what was seen cannot be believed. */
export const RUN_STATES = ['waiting', 'running', 'complete', 'incomplete', 'cancelled'] as const;
export type RunState = (typeof RUN_STATES)[number];
