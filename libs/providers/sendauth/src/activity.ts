import { openEnum, orNull } from '#http';
import type { AccountAudit, AccountTransaction, TransactionState } from '#identity-provider';
import { z } from 'zod';
import { lenientDate, lenientText } from './lenient.js';

/** @see sendauth.openapi.yaml `Transaction` state */
const TRANSACTION_STATES = ['pending', 'verified', 'denied', 'cancelled', 'expired'] as const;

const stateSchema: z.ZodType<TransactionState> = openEnum(TRANSACTION_STATES)
  .catch('unknown')
  .default('unknown');

/** No member of it is required. @see sendauth.openapi.yaml `Transaction` */
const transactionSchema = z.object({
  id: lenientText,
  state: stateSchema,
  subject: lenientText,
  subjectName: lenientText,
  requestor: lenientText,
  context: lenientText,
  message: lenientText,
  userMessage: lenientText,
  createdAt: lenientDate,
  completedAt: lenientDate,
  expiresAt: lenientDate,
});

/** `created_at` is the only name of the API that is spelt so. @see sendauth.openapi.yaml `Audit` */
const auditSchema = z
  .object({
    subject: lenientText,
    name: lenientText,
    type: lenientText,
    actor: lenientText,
    action: lenientText,
    extras: z.record(z.string(), z.unknown()).catch({}).default({}),
    created_at: lenientDate,
  })
  .transform(({ created_at: createdAt, ...audit }) => ({ ...audit, createdAt }));

/** One page of what happened, as it came. */
export interface EntryPage<Entry> {
  readonly rows: readonly Entry[] | null;
  readonly total: number | null;
}

/** Neither member is required, and what has neither is no page. */
function pageOf<Entry>(entry: z.ZodType<Entry>): z.ZodType<EntryPage<Entry>> {
  return z
    .object({ rows: orNull(z.array(entry)), total: orNull(z.number().int().nonnegative()) })
    .refine(({ rows, total }) => rows !== null || total !== null);
}

/** @see sendauth.openapi.yaml `PaginatedTransactions` */
export const transactionPageSchema = pageOf<AccountTransaction>(transactionSchema);

/** @see sendauth.openapi.yaml `PaginatedAudits` */
export const auditPageSchema = pageOf<AccountAudit>(auditSchema);

/** @see sendauth.openapi.yaml `TX` */
export const startedSchema = z.object({ tx: z.string().min(1) });
