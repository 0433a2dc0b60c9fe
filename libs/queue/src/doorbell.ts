import { LANE_NAMES, LANES, type Lane } from '#domain';
import { z } from 'zod';

/** Says that work may exist at a provider, not which. Ringing twice, or in vain, changes nothing. */
export interface Doorbell {
  /**
   * Rings once for each provider, best effort: never throws, never waits, and is never waited for. What is owed stands
   * in Postgres; a bell that nobody hears costs at most a tick.
   */
  ring(providers: readonly string[] | 'all', lane: Lane, userIds?: readonly string[]): void;
}

/** More hints than this help nobody: the lanes order the rest. */
export const MAX_HINTS = 50;

/** The payload of a job: versioned, ids only. Replicas of another version refuse what they do not know. */
export const doorbellSchema = z.strictObject({
  v: z.literal(1),
  provider: z.string().min(1).max(64),
  lane: z.enum(LANE_NAMES),
  hint: z.array(z.uuid()).max(MAX_HINTS).optional(),
});
export type DoorbellJob = z.infer<typeof doorbellSchema>;

/** BullMQ serves the smaller number first and treats 0 as "none". */
export function priorityOf(lane: Lane): number {
  return LANES[lane] + 1;
}

/** One queue a provider, so that a slow one never stands in front of another. */
export function queueNameOf(provider: string): string {
  return `doorbell-${provider}`;
}
