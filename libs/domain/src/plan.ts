/**
 * Where a plan stands.
 * - `drawing`: the preview is still looking
 * - `proposed`: complete, and waits for somebody's word
 * - `approved`, `rejected`: decided; an approved one does nothing until it is applied
 * - `applying`: each approved step may be taken where it still is what is missing
 * - `applied`: every step was taken, or is stale
 */
export const PLAN_STATES = ['drawing', 'proposed', 'approved', 'rejected', 'applying', 'applied'] as const;
export type PlanState = (typeof PLAN_STATES)[number];

/** Where one step of a plan stands. `stale`: it was no longer what was missing, and nothing was done for it. */
export const PLAN_STEP_STATES = ['proposed', 'approved', 'rejected', 'applied', 'stale'] as const;
export type PlanStepState = (typeof PLAN_STEP_STATES)[number];
