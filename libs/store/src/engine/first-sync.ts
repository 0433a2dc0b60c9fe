import type { Sql } from '../database.js';

/**
 * Notes of each provider the moment when everything was handled there for the first time. From then on its creates
 * count towards their budget. Writes nothing when there is nothing new to note.
 */
export async function noteFirstSyncs(sql: Sql): Promise<void> {
  await sql(
    `UPDATE providers p SET first_synced_at = now()
     WHERE p.first_synced_at IS NULL AND p.enabled
       AND EXISTS (SELECT FROM links l WHERE l.provider = p.slug AND l.handled > 0)
       AND NOT EXISTS (SELECT FROM links l WHERE l.provider = p.slug AND l.wanted > l.handled AND NOT l.in_flight)
       AND NOT EXISTS (SELECT FROM links l WHERE l.provider = p.slug AND l.in_flight)`,
  );
}
