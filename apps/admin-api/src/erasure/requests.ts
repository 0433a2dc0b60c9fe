import { z } from 'zod';
import { MAX_ERASURES_A_PAGE } from '#store';
import { reason } from '../holds/requests.js';
import { overrideBudget } from '../users/requests.js';

/** The request to erase a person. Whether the confirmation is right is decided beside the user's row. */
export const erasureBody = z
  .strictObject({
    confirm: z.string().max(256, 'is too long to be an externalKey').optional().meta({
      description: 'The externalKey of this very user. Required, because an erasure cannot be undone.',
    }),
    overrideBudget,
  })
  .nullish();
export type ErasureBody = z.infer<typeof erasureBody>;

/** Why the proof of a purge is given up. */
export const waiverBody = z.strictObject({ reason });
export type WaiverBody = z.infer<typeof waiverBody>;

const DEFAULT_LIMIT = 50;
const LIMIT_RULE = `must be a number from 1 to ${MAX_ERASURES_A_PAGE}`;

/** Which erasures are listed. */
export const erasureQuery = z.strictObject({
  state: z.enum(['open', 'complete']).optional(),
  cursor: z.string().max(256, 'is too long to be a cursor').optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, LIMIT_RULE)
    .transform(Number)
    .pipe(z.number().min(1, LIMIT_RULE).max(MAX_ERASURES_A_PAGE, LIMIT_RULE))
    .optional()
    .transform((limit) => limit ?? DEFAULT_LIMIT),
});
export type ErasureListQuery = z.infer<typeof erasureQuery>;
