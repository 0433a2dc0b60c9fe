import { z } from 'zod';
import { findTextFault, USER_STATUSES } from '#domain';
import { MAX_USERS_A_PAGE } from '#store';
import { reason } from '../holds/requests.js';

const DEFAULT_LIMIT = 50;
const LIMIT_RULE = `must be a number from 1 to ${MAX_USERS_A_PAGE}`;

/** A user's id in a path. */
export const userId = z.uuid({ error: 'must be the id of a user' });

// Postgres takes no NUL, not even to compare with; nobody can have what could not be stored.
const filter = (maxLength: number) =>
  z
    .string()
    .max(maxLength, `must have at most ${maxLength} characters`)
    .refine((text) => findTextFault(text) === null, 'holds a character that no user can have');

/** What a listing may be asked for. */
export const listQuery = z.strictObject({
  cursor: z.string().max(256, 'is too long to be a cursor').optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, LIMIT_RULE)
    .transform(Number)
    .pipe(z.number().min(1, LIMIT_RULE).max(MAX_USERS_A_PAGE, LIMIT_RULE))
    .optional()
    .transform((limit) => limit ?? DEFAULT_LIMIT),
  status: z.enum(USER_STATUSES).optional(),
  externalKey: filter(256).optional(),
  email: filter(320).optional(),
  parkedAt: filter(64)
    .optional()
    .meta({ description: 'The slug of a provider: only users whose link there is parked.' }),
});
export type ListQuery = z.infer<typeof listQuery>;

/** Nothing to say: an empty body, or none. */
export const emptyBody = z.strictObject({}).nullish();

/** Lets one change pass the budgets. */
export const overrideBudget = z.strictObject({ reason }).optional().meta({
  description: 'Lets this one change pass the budget for mass changes. Needs the scope holds:approve.',
});

/** What a change that shuts a user out may say. */
export const closingBody = z.strictObject({ overrideBudget }).nullish();
export type ClosingBody = z.infer<typeof closingBody>;

/** How somebody is to come back. */
export const returnBody = z
  .strictObject({
    recreate: z.boolean().optional().meta({
      description:
        'Makes a new account, once, wherever the account is gone for good, although what hung on it is lost. Also for somebody who is active already.',
    }),
  })
  .nullish();
export type ReturnBody = z.infer<typeof returnBody>;

/** Why nothing of somebody may be destroyed. */
export const legalHoldBody = z.strictObject({ reason });
export type LegalHoldBody = z.infer<typeof legalHoldBody>;

/** Whether a user is in the scope of a provider, and why somebody says so. */
export const assignmentBody = z.strictObject({ assigned: z.boolean(), reason });
export type AssignmentBody = z.infer<typeof assignmentBody>;

/** When a purge may begin. */
export const purgeBody = z
  .strictObject({
    overrideBudget,
    notBefore: z.iso
      .datetime({ offset: true, error: 'must be an ISO 8601 time with its offset' })
      .optional()
      .meta({ description: 'The purge begins not before this time, and until then a restore cancels it.' }),
  })
  .refine(({ notBefore, overrideBudget: override }) => notBefore === undefined || override === undefined, {
    error: 'cannot be given with notBefore: the budget is asked when the purge begins',
    path: ['overrideBudget'],
  })
  .nullish();
export type PurgeBody = z.infer<typeof purgeBody>;

/** How somebody is entered or edited. */
export const entryQuery = z.strictObject({
  acknowledgeErased: z.enum(['true', 'false']).optional(),
});

/** How an import is to be read and kept. */
export const importQuery = z
  .strictObject({
    atomic: z.enum(['true', 'false']).optional(),
    mode: z.enum(['upsert', 'sync']).optional().meta({
      description:
        'With sync the file names everybody: whoever is active or deactivated and not in it is deleted. Needs the scope users:delete.',
    }),
    dryRun: z
      .enum(['true', 'false'])
      .optional()
      .meta({ description: 'Keeps nothing, and reports what would come of it.' }),
    overrideBudget: reason.optional().meta({
      description:
        'Why a sync may delete more people than ROLLCALL_SYNC_DELETIONS lets it, past the providers’ budgets too. Needs the scope holds:approve. Kept in the audit; names no person.',
    }),
  })
  .refine(({ atomic, dryRun }) => atomic !== 'true' || dryRun !== 'true', {
    error: 'cannot be given with dryRun: a look keeps nothing anyway',
    path: ['atomic'],
  })
  .refine(({ mode, overrideBudget: given }) => mode === 'sync' || given === undefined, {
    error: 'is for mode=sync alone: nothing else deletes anybody',
    path: ['overrideBudget'],
  });
export type ImportQuery = z.infer<typeof importQuery>;
