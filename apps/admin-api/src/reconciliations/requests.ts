import { z } from 'zod';
import { FINDING_KINDS, FINDING_STATES, RUN_MODES, RUN_STATES } from '#domain';
import { MAX_FINDINGS_A_PAGE, MAX_RUNS_A_PAGE } from '#store';
import { reason } from '../holds/requests.js';

const MAX_PROVIDERS = 100;
/** Whoever wants more asks for everybody, which is a listing and not a call a person. */
const MAX_USERS = 1_000;
const DEFAULT_LIMIT = 50;

const slug = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be the slug of a provider');
const cursor = z.string().max(256, 'is too long to be a cursor').optional();

function limitUpTo(most: number) {
  const rule = `must be a number from 1 to ${most}`;
  return z
    .string()
    .regex(/^\d{1,3}$/, rule)
    .transform(Number)
    .pipe(z.number().min(1, rule).max(most, rule))
    .optional()
    .transform((limit) => limit ?? DEFAULT_LIMIT);
}

/** Which reconciliation is asked for. */
export const reconciliationBody = z.strictObject({
  providers: z
    .array(slug)
    .min(1, 'must name a provider, or be left out for all')
    .max(MAX_PROVIDERS, `must name at most ${MAX_PROVIDERS} providers`)
    .optional()
    .meta({ description: 'All that are switched on when it is left out.' }),
  mode: z.enum(RUN_MODES).meta({
    description: '`preview` says what it found and changes nothing; `apply` has what differs put right.',
  }),
  scope: z
    .strictObject({
      userIds: z
        .array(z.uuid('must be ids of users'))
        .min(1, 'must name a user')
        .max(MAX_USERS, `must name at most ${MAX_USERS} users; leave scope out for everybody`),
    })
    .optional()
    .meta({ description: 'Everybody when it is left out.' }),
});
export type ReconciliationBody = z.infer<typeof reconciliationBody>;

/** Which runs are listed. */
export const runQuery = z.strictObject({
  provider: slug.optional(),
  state: z.enum(RUN_STATES).optional(),
  cursor,
  limit: limitUpTo(MAX_RUNS_A_PAGE),
});
export type RunListQuery = z.infer<typeof runQuery>;

/** Which findings are listed. */
export const findingQuery = z.strictObject({
  provider: slug.optional(),
  kind: z.enum(FINDING_KINDS).optional(),
  state: z.enum(FINDING_STATES).optional(),
  cursor,
  limit: limitUpTo(MAX_FINDINGS_A_PAGE),
});
export type FindingListQuery = z.infer<typeof findingQuery>;

/** Why a halt is over although no listing said so. */
export const resumeBody = z.strictObject({ reason });
export type ResumeBody = z.infer<typeof resumeBody>;
