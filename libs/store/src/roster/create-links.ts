import { LANES, type Lane } from '#domain';
import type { Database } from '../database.js';

/**
 * Gives new users a link to every enabled provider, due at once. Part of the transaction that enters them.
 * The remote key is the external key, and stays what it is for the life of the link.
 */
export async function createLinks(
  sql: Database['sql'],
  users: readonly { readonly id: string; readonly externalKey: string }[],
  lane: Lane,
): Promise<void> {
  if (users.length === 0) return;
  await sql(
    `INSERT INTO links (user_id, provider, remote_key, lane)
     SELECT g.id, p.slug, g.external_key, $3
     FROM unnest($1::uuid[], $2::text[]) AS g (id, external_key) CROSS JOIN providers p WHERE p.enabled`,
    [users.map((user) => user.id), users.map((user) => user.externalKey), LANES[lane]],
  );
}
