import { z } from 'zod';
import { CHANGE_CLASSES, findTextFault } from '#domain';
import { MAX_USERS_A_PAGE } from '#store';

const DEFAULT_LIMIT = 50;
const LIMIT_RULE = `must be a number from 1 to ${MAX_USERS_A_PAGE}`;

const slug = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be the slug of a provider');

/** Why somebody decided as they did, in words of their own; kept in the audit. */
export const reason = z
  .string()
  .trim()
  .min(1, 'must say something')
  .max(500, 'must have at most 500 characters')
  .refine((text) => findTextFault(text) === null, 'holds a character that cannot be kept')
  .meta({ description: 'Kept in the audit. Names no person.' });

/** Which held set is decided, and why. */
export const decisionBody = z.strictObject({
  provider: slug,
  class: z.enum(CHANGE_CLASSES),
  hash: z.string().max(128, 'is too long to be a hash').meta({ description: 'As the set was listed with.' }),
  reason: reason.optional(),
});
export type DecisionBody = z.infer<typeof decisionBody>;

/** Of which held set the users are asked for. */
export const heldUsersQuery = z.strictObject({
  provider: slug,
  class: z.enum(CHANGE_CLASSES),
  cursor: z.string().max(256, 'is too long to be a cursor').optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, LIMIT_RULE)
    .transform(Number)
    .pipe(z.number().min(1, LIMIT_RULE).max(MAX_USERS_A_PAGE, LIMIT_RULE))
    .optional()
    .transform((limit) => limit ?? DEFAULT_LIMIT),
});
export type HeldUsersQuery = z.infer<typeof heldUsersQuery>;
