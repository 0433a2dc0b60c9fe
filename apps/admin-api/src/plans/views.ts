import { z } from 'zod';
import { OBSERVED_STATES, PLAN_STATES, PLAN_STEP_STATES, RUN_STATES } from '#domain';

/** What answers about plans look like, for the API's own description. */

const time = z.iso.datetime();
const count = z.int().min(0);
const value = z.union([z.string(), z.number(), z.boolean()]).nullable();

/** A plan with the counts of its steps. */
export const planView = z.object({
  id: z.uuid(),
  state: z.enum(PLAN_STATES),
  requestedBy: z.string(),
  createdAt: time,
  decidedAt: time.nullable(),
  decidedBy: z.string().nullable(),
  reason: z.string().nullable(),
  appliedAt: time.nullable(),
  runs: z.array(
    z.object({
      id: z.uuid(),
      provider: z.string(),
      state: z.enum(RUN_STATES),
      reason: z.string().nullable(),
    }),
  ),
  steps: z.array(
    z.object({
      provider: z.string(),
      kinds: z.string(),
      state: z.enum(PLAN_STEP_STATES),
      reversible: z.boolean(),
      count,
    }),
  ),
});

/** One page of the steps of a plan. */
export const planStepList = z.object({
  steps: z.array(
    z.object({
      userId: z.uuid(),
      provider: z.string(),
      kinds: z.array(z.string()),
      attributes: z.array(z.string()),
      changes: z.record(z.string(), z.object({ held: value, wanted: value })).nullable(),
      reversible: z.boolean(),
      loses: z.array(z.string()),
      statusRevision: count,
      attributeRevision: count,
      observedState: z.enum(OBSERVED_STATES),
      state: z.enum(PLAN_STEP_STATES),
    }),
  ),
  nextCursor: z.string().nullable(),
});
