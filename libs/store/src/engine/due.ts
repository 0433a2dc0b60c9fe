import { LANE_NAMES, type Lane } from '#domain';
import type { Sql } from '../database.js';
import { markClause } from '../mark.js';

/** The most urgent lane in which a provider has work that may start now. */
export interface DueWork {
  readonly provider: string;
  readonly lane: Lane;
}

/** Looks for work by index alone: with nothing due there is nothing to read, however many links there are. */
export async function findDueWork(sql: Sql, providers: readonly string[]): Promise<DueWork[]> {
  const rows = await sql<{ provider: string; lane: number }>(
    `SELECT p.slug AS provider, w.lane FROM unnest($1::text[]) AS p(slug)
     CROSS JOIN LATERAL (
       (SELECT lane FROM links
        WHERE provider = p.slug AND wanted > handled AND NOT in_flight AND next_attempt_at <= now()
        ORDER BY lane, next_attempt_at LIMIT 1)
       UNION ALL
       (SELECT lane FROM links WHERE provider = p.slug AND in_flight AND lease_until < now()
        ORDER BY lane LIMIT 1)) AS w`,
    [providers],
  );
  const best = new Map<string, number>();
  for (const row of rows) best.set(row.provider, Math.min(row.lane, best.get(row.provider) ?? row.lane));
  return [...best].map(([provider, rank]) => ({ provider, lane: LANE_NAMES[rank] ?? 'backfill' }));
}

/**
 * Users whose revocation came while their link was already taken, by provider: what was begun for them must be let go
 * of where its calls have not started. Those not taken are simply claimed first.
 */
export async function findRevoked(
  sql: Sql,
  providers: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const rows = await sql<{ provider: string; user_id: string }>(
    `SELECT provider, user_id FROM links WHERE provider = ANY($1::text[]) AND in_flight AND lane = 0`,
    [providers],
  );
  const revoked = new Map(providers.map((provider) => [provider, new Set<string>()]));
  for (const row of rows) revoked.get(row.provider)?.add(row.user_id);
  return revoked;
}

/**
 * Wakes links that wait for an identifier whose holder has come further since it was seen there. Level-triggered by
 * the holder's own count, so no order of commits can lose a wake-up; a holder that is itself parked has released
 * nothing, and two that wait for each other stay asleep.
 */
export async function wakeWaiting(sql: Sql): Promise<number> {
  const rows = await sql(
    `UPDATE links l SET ${markClause({ lane: 'live' })}
     FROM links h
     WHERE l.waits_for_user_id IS NOT NULL AND l.waits_for_user_id = h.user_id AND l.provider = h.provider AND l.wanted = l.handled
       AND h.handled > l.waits_for_handled AND h.park_code IS NULL
     RETURNING l.user_id`,
  );
  return rows.length;
}
