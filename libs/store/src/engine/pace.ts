import type { Sql } from '../database.js';

/** A block of call permits for one worker. */
export interface PaceGrant {
  /** Permits granted; 0 when the worker has to wait. */
  readonly granted: number;
  /** How long to wait before asking again. */
  readonly waitMs: number;
}

const RECOVERY_PER_SECOND = 0.02;

/**
 * Leases up to `asked` call permits from the pace that all workers share. The bucket holds a fifth of a second's worth
 * (at least one call), so that no one-second window goes far over the rate; after a slow-down the rate recovers additively.
 */
export async function leasePace(sql: Sql, slug: string, asked: number): Promise<PaceGrant> {
  const rows = await sql<{ granted: number; rate: number }>(
    `WITH now_at AS (SELECT clock_timestamp() AS t),
     p AS (
       SELECT slug, n.t, LEAST(1, pace_factor + extract(epoch FROM n.t - pace_refilled_at) * ${RECOVERY_PER_SECOND})::float8 AS factor,
              calls_per_second, pace_tokens, pace_refilled_at
       FROM providers, now_at n WHERE slug = $1 FOR UPDATE OF providers),
     f AS (
       SELECT slug, t, factor, calls_per_second * factor AS rate,
              LEAST(GREATEST(1, calls_per_second * factor / 5),
                    pace_tokens + GREATEST(0, extract(epoch FROM t - pace_refilled_at)) * calls_per_second * factor)::float8 AS tokens
       FROM p)
     UPDATE providers pr SET
       pace_tokens = f.tokens - LEAST($2, floor(f.tokens)), pace_factor = f.factor,
       pace_refilled_at = GREATEST(f.t, pr.pace_refilled_at)
     FROM f WHERE pr.slug = f.slug
     RETURNING LEAST($2, floor(f.tokens))::int AS granted, f.rate::float8 AS rate`,
    [slug, asked],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`no provider instance "${slug}" in the database`);
  return { granted: row.granted, waitMs: row.granted > 0 ? 0 : Math.ceil(1000 / row.rate) };
}
