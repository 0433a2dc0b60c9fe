import type { Sql } from '../database.js';
import type { RunCounts, TakenRun } from './run.js';

/** For whom a run is taken. */
export interface TakeRequest {
  /** Those that this worker can reach now. */
  readonly providers: readonly string[];
  readonly leaseToken: string;
  readonly leaseMs: number;
}

/**
 * Takes the run that waits longest, or one whose worker let its lease run out, past those that another is taking. What a
 * lost worker had counted of a listing is forgotten, since a listing begins anew; a walk goes on where it was.
 */
export async function takeRun(sql: Sql, request: TakeRequest): Promise<TakenRun | null> {
  const [run] = await sql<{ [Key in keyof TakenRun]: TakenRun[Key] }>(
    `WITH picked AS (
       SELECT id FROM runs
       WHERE provider = ANY($1::text[]) AND (state = 'waiting' OR (state = 'running' AND lease_until < now()))
       ORDER BY requested_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
     UPDATE runs r SET state = 'running', lease_token = $2, lease_until = now() + $3 * interval '1 millisecond',
       started_at = COALESCE(r.started_at, now()), expected = NULL, expected_from = NULL,
       pages = CASE WHEN r.position IS NULL THEN 0 ELSE r.pages END,
       seen = CASE WHEN r.position IS NULL THEN 0 ELSE r.seen END,
       counts = CASE WHEN r.position IS NULL THEN '{}' ELSE r.counts END,
       absent = CASE WHEN r.position IS NULL THEN '{}' ELSE r.absent END
     FROM picked p WHERE r.id = p.id
     RETURNING r.id, r.request_id AS "requestId", r.requested_by AS "requestedBy", r.provider, r.mode, r.user_ids AS "userIds", r.lease_token AS "leaseToken", r.position, r.absent,
       r.pages, r.seen, r.counts`,
    [request.providers, request.leaseToken, request.leaseMs],
  );
  return run ?? null;
}

/** A run that is still ours. */
export interface HeldRun {
  readonly cancelAsked: boolean;
  /** The database's clock, to the microsecond, as text: what settled before this moment shows in what is asked for now. */
  readonly at: string;
}

type Lease = Pick<TakenRun, 'id' | 'leaseToken'>;

/** Prolongs the lease of a run; `null` when it is not ours any more. */
export async function renewRun(
  sql: Sql,
  { id, leaseToken }: Lease,
  leaseMs: number,
): Promise<HeldRun | null> {
  const [held] = await sql<{ [Key in keyof HeldRun]: HeldRun[Key] }>(
    `UPDATE runs SET lease_until = now() + $3 * interval '1 millisecond'
     WHERE id = $1 AND lease_token = $2 AND state = 'running'
     RETURNING cancel_asked AS "cancelAsked", clock_timestamp()::text AS at`,
    [id, leaseToken, leaseMs],
  );
  return held ?? null;
}

/** How far a run has come. */
export interface RunProgress {
  readonly pages: number;
  readonly seen: number;
  readonly expected: number | null;
  readonly expectedFrom: 'provider' | 'links' | null;
  readonly counts: RunCounts;
  readonly position: string | null;
  readonly absent: readonly string[];
}

/** Writes down how far a run has come. Does nothing when it is not ours any more. */
export async function recordProgress(
  sql: Sql,
  { id, leaseToken }: Lease,
  progress: RunProgress,
): Promise<void> {
  await sql(
    `UPDATE runs SET pages = $3, seen = $4, expected = $5, expected_from = $6, counts = $7, position = $8, absent = $9::uuid[]
     WHERE id = $1 AND lease_token = $2 AND state = 'running'`,
    [
      id,
      leaseToken,
      progress.pages,
      progress.seen,
      progress.expected,
      progress.expectedFrom,
      JSON.stringify(progress.counts),
      progress.position,
      progress.absent,
    ],
  );
}

/** How a run ended. */
export interface RunEnd {
  readonly state: 'complete' | 'incomplete' | 'cancelled';
  /** Why it is incomplete; a word of ours, or a provider's code. */
  readonly reason: string | null;
}

/**
 * Ends a run.
 * @returns false when it is not ours any more: its successor decides
 */
export async function endRun(sql: Sql, { id, leaseToken }: Lease, end: RunEnd): Promise<boolean> {
  const rows = await sql(
    `UPDATE runs SET state = $3, reason = $4, ended_at = now(), lease_token = NULL, lease_until = NULL, absent = '{}'
     WHERE id = $1 AND lease_token = $2 AND state = 'running' RETURNING id`,
    [id, leaseToken, end.state, end.reason],
  );
  return rows.length > 0;
}

/** Gives a run back, for any worker to take at once. */
export async function releaseRun(sql: Sql, { id, leaseToken }: Lease): Promise<void> {
  await sql(
    `UPDATE runs SET state = 'waiting', lease_token = NULL, lease_until = NULL
     WHERE id = $1 AND lease_token = $2 AND state = 'running'`,
    [id, leaseToken],
  );
}
