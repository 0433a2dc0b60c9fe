import { openEnum } from '#http';
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

const total = z.number().int().nonnegative();

/** @see sendauth.openapi.yaml `PaginatedTransactions` */
export const transactionPageSchema: z.ZodType<{
  rows?: AccountTransaction[] | null | undefined;
  total: number;
}> = z.object({ rows: z.array(transactionSchema).nullish(), total });

/** @see sendauth.openapi.yaml `PaginatedAudits` */
export const auditPageSchema: z.ZodType<{ rows?: AccountAudit[] | null | undefined; total: number }> =
  z.object({ rows: z.array(auditSchema).nullish(), total });

/** @see sendauth.openapi.yaml `TX` */
export const startedSchema = z.object({ tx: z.string().min(1) });
