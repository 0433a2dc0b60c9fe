import type { Sql } from '../database.js';

/** A first import comes in pieces, and a quick worker has nothing due between two of them. */
const QUIET = `interval '10 minutes'`;

/**
 * Notes of each provider the moment when everybody was handled there once, and nobody new came for a while. Edits and
 * failures of people who were handled before do not put it off. From then on its creates count towards their budget. Writes nothing when there is nothing new to note.
 */
export async function noteFirstSyncs(sql: Sql): Promise<void> {
  await sql(
    `UPDATE providers p SET first_synced_at = now()
     WHERE p.first_synced_at IS NULL AND p.enabled
       -- who was handled before and is due again is nobody new; "wanted > handled" is what the index is for
       AND NOT EXISTS (SELECT FROM links l
         WHERE l.provider = p.slug AND l.wanted > l.handled AND NOT l.in_flight AND l.handled = 0)
       AND NOT EXISTS (SELECT FROM links l WHERE l.provider = p.slug AND l.in_flight AND l.handled = 0)
       -- ids of users rise with time, so the link of the last one is the newest
       AND (SELECT l.created_at FROM links l WHERE l.provider = p.slug ORDER BY l.user_id DESC LIMIT 1) <= now() - ${QUIET}`,
  );
}
