import { z } from 'zod';
import { findTextFault } from '#domain';

const DEFAULT_PER_PAGE = 50;
const MAX_PER_PAGE = 100;
const PAGE_RULE = 'must be a whole number from 1';
const PER_PAGE_RULE = `must be a whole number from 1 to ${MAX_PER_PAGE}`;

/** @see sendauth.openapi.yaml `message`, `connectwise`, which are the only limits known of any provider */
const MAX_MESSAGE = 1_024;
const MAX_TICKET = 64;
const MAX_SEARCH = 256;

const time = z.iso.datetime({ offset: true, error: 'must be an ISO 8601 time with its offset' });

/** A stretch of time. */
export const periodQuery = z
  .strictObject({ start: time, end: time })
  .transform(({ start, end }) => ({ start: new Date(start), end: new Date(end) }))
  .refine(({ start, end }) => start < end, { path: ['start'], error: 'must be before end' });
export type PeriodQuery = z.infer<typeof periodQuery>;

const text = (maxLength: number) =>
  z
    .string()
    .min(1, 'must not be empty; leave it out')
    .max(maxLength, `must have at most ${maxLength} characters`)
    .refine((given) => findTextFault(given) === null, 'holds a character that no text may have');

/** Which page of what happened, searched for what. */
export const activityQuery = z.strictObject({
  page: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, PAGE_RULE)
    .transform(Number)
    .optional()
    .transform((page) => page ?? 1),
  perPage: z
    .string()
    .regex(/^\d{1,3}$/, PER_PAGE_RULE)
    .transform(Number)
    .pipe(z.number().min(1, PER_PAGE_RULE).max(MAX_PER_PAGE, PER_PAGE_RULE))
    .optional()
    .transform((perPage) => perPage ?? DEFAULT_PER_PAGE),
  q: text(MAX_SEARCH).optional().meta({ description: 'A search as the provider understands it.' }),
});
export type ActivityAsk = z.infer<typeof activityQuery>;

/** What a person who is asked to authenticate is told. */
export const authenticationBody = z
  .strictObject({
    message: text(MAX_MESSAGE).optional().meta({ description: 'Shown to the person.' }),
    connectwise: text(MAX_TICKET).optional().meta({ description: 'Reference of a ConnectWise ticket.' }),
  })
  .nullish();
export type AuthenticationBody = z.infer<typeof authenticationBody>;

/** Names the person a second time. Left out it is refused as a wrong one is, with what to send. */
export const confirmationBody = z
  .strictObject({
    confirm: z
      .string()
      .optional()
      .meta({ description: 'The externalKey of the user, since this cannot be undone.' }),
  })
  .meta({ required: ['confirm'] })
  .nullish();
export type ConfirmationBody = z.infer<typeof confirmationBody>;
