import type { Database } from '../database.js';

const KEPT_FOR = `interval '30 days'`;
const EVENTS_A_CALL = 1_000;

/**
 * Deletes what providers told more than 30 days ago: no provider repeats itself for that long. Found by index alone, so
 * that it costs nothing while nothing is old. Safe to call from every worker at once; at most 1000 events a call.
 * @returns how many were deleted
 */
export async function forgetWebhookEvents(database: Database): Promise<number> {
  const rows = await database.sql(
    `DELETE FROM webhook_events WHERE (provider, event_id) IN (
       SELECT provider, event_id FROM webhook_events WHERE received_at < now() - ${KEPT_FOR}
       ORDER BY received_at LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING 1 AS deleted`,
    [EVENTS_A_CALL],
  );
  return rows.length;
}
