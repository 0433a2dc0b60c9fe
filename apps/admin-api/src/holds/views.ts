import { z } from 'zod';
import { CHANGE_CLASSES, HOLD_DECISIONS, OBSERVED_STATES } from '#domain';

/** What answers about held changes look like, for the API's own description. */

const time = z.iso.datetime();
const count = z.int().min(0);

/** What waits for a decision. */
export const holdList = z.object({
  holds: z.array(
    z.object({
      provider: z.string(),
      class: z.enum(CHANGE_CLASSES),
      count,
      steps: z.record(z.string(), count),
      since: time,
      hash: z.string(),
      expiresAt: time,
      sample: z.array(z.uuid()),
    }),
  ),
});

/** One page of the users of a held set. */
export const heldUserList = z.object({
  users: z.array(
    z.object({
      userId: z.uuid(),
      step: z.string(),
      statusRevision: count,
      state: z.enum(OBSERVED_STATES),
      since: time,
    }),
  ),
  nextCursor: z.string().nullable(),
});

/** What was decided. */
export const decidedView = z.object({
  provider: z.string(),
  class: z.enum(CHANGE_CLASSES),
  decision: z.enum(HOLD_DECISIONS),
  count,
});
