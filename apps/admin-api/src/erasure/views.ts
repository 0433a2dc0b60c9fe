import { z } from 'zod';
import { RECEIPT_METHODS } from '#domain';

/** What answers about erasures look like, for the API's own description. */

const time = z.iso.datetime();

const erasure = z.object({
  id: z.uuid(),
  userId: z.uuid(),
  state: z.enum(['open', 'complete']),
  requestedAt: time,
  requestedBy: z.string(),
  deadline: time,
  completedAt: time.nullable(),
  isAgeing: z.boolean(),
  isOverdue: z.boolean(),
});

/** One erasure with what became of it at each provider. */
export const erasureView = erasure.extend({
  providers: z.array(
    z.object({
      provider: z.string(),
      state: z.enum(['confirmed', 'waived', 'due', 'parked', 'held', 'disabled']),
      because: z.string().nullable(),
      receipt: z.object({ method: z.enum(RECEIPT_METHODS), issuedAt: time, jws: z.string() }).nullable(),
    }),
  ),
});

/** One page of erasures. */
export const erasureList = z.object({ erasures: z.array(erasure), nextCursor: z.string().nullable() });

/** The keys by which receipts are verified. @see https://www.rfc-editor.org/rfc/rfc7517 */
export const keySet = z.object({
  keys: z.array(
    z.object({
      kty: z.string(),
      crv: z.string(),
      x: z.string(),
      kid: z.string(),
      alg: z.string(),
      use: z.string(),
    }),
  ),
});
