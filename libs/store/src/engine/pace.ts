import type { Sql } from '../database.js';

/** A block of call permits for one worker. */
export interface PaceGrant {
  /** Permits granted; 0 when the worker has to wait. */
  readonly granted: number;
  /** How long to wait before asking again. */
  readonly waitMs: number;
}

const RECOVERY_PER_SECOND = 0.02;

/** The bucket holds this share of a second's calls, and at least one. */
const BUCKET_SECONDS = 0.05;

/**
 * Leases up to `asked` call permits from the pace that all workers share. A full bucket and a second's refill together
 * make the configured rate, so that no window of a second holds more calls than that. After a slow-down the rate
 * recovers additively.
 */
export async function leasePace(sql: Sql, slug: string, asked: number): Promise<PaceGrant> {
  const rows = await sql<{ granted: number; rate: number }>(
    `WITH now_at AS (SELECT clock_timestamp() AS t),
     p AS (
       SELECT slug, n.t, LEAST(1, pace_factor + extract(epoch FROM n.t - pace_refilled_at) * ${RECOVERY_PER_SECOND})::float8 AS factor,
              calls_per_second, pace_tokens, pace_refilled_at
       FROM providers, now_at n WHERE slug = $1 FOR UPDATE OF providers),
     b AS (
       SELECT p.*, calls_per_second * factor AS allowed, GREATEST(1, calls_per_second * factor * ${BUCKET_SECONDS}) AS bucket
       FROM p),
     r AS (SELECT b.*, CASE WHEN allowed > 2 THEN allowed - bucket ELSE allowed END AS rate FROM b),
     f AS (
       SELECT slug, t, factor, rate,
              LEAST(bucket, pace_tokens + GREATEST(0, extract(epoch FROM t - pace_refilled_at)) * rate)::float8 AS tokens
       FROM r)
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
