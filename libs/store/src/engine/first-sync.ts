import type { Sql } from '../database.js';

/** A first import comes in pieces, and a quick worker has nothing due between two of them. */
const QUIET = `interval '10 minutes'`;

/**
 * Notes of each provider the moment when everything was handled there for the first time, and nobody new came for a
 * while. From then on its creates count towards their budget. Writes nothing when there is nothing new to note.
 */
export async function noteFirstSyncs(sql: Sql): Promise<void> {
  await sql(
    `UPDATE providers p SET first_synced_at = now()
     WHERE p.first_synced_at IS NULL AND p.enabled
       AND NOT EXISTS (SELECT FROM links l WHERE l.provider = p.slug AND l.wanted > l.handled AND NOT l.in_flight)
       AND NOT EXISTS (SELECT FROM links l WHERE l.provider = p.slug AND l.in_flight)
       -- ids of users rise with time, so the link of the last one is the newest
       AND (SELECT l.created_at FROM links l WHERE l.provider = p.slug ORDER BY l.user_id DESC LIMIT 1) <= now() - ${QUIET}`,
  );
}
