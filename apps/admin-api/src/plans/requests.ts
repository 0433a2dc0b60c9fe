import { z } from 'zod';
import { MAX_PLAN_STEPS_A_PAGE } from '#store';
import { reason } from '../holds/requests.js';

const DEFAULT_LIMIT = 50;
const LIMIT_RULE = `must be a number from 1 to ${MAX_PLAN_STEPS_A_PAGE}`;

/** Why a plan is decided as it is. */
export const verdictBody = z.strictObject({ reason: reason.optional() }).nullish();
export type VerdictBody = z.infer<typeof verdictBody>;

/** Which steps of a plan are listed. */
export const stepQuery = z.strictObject({
  provider: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be the slug of a provider'),
  cursor: z.string().max(256, 'is too long to be a cursor').optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, LIMIT_RULE)
    .transform(Number)
    .pipe(z.number().min(1, LIMIT_RULE).max(MAX_PLAN_STEPS_A_PAGE, LIMIT_RULE))
    .optional()
    .transform((limit) => limit ?? DEFAULT_LIMIT),
});
export type StepQuery = z.infer<typeof stepQuery>;
