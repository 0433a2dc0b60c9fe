import type { Sql } from '../database.js';
import type { Asserted, ClaimedLink } from './work.js';
import { LANES, type Certainty, type ObservedState, type OwedEffect } from '#domain';

export interface ClaimRequest {
  readonly provider: string;
  /** How the worker would have the accounts there, as `spellDeclaration` spells it. */
  readonly declaration: string;
  readonly leaseToken: string;
  readonly leaseMs: number;
  readonly limit: number;
  /** Only links at least this urgent. */
  readonly maxLane: number;
  /** Only links of these users, where given. */
  readonly userIds?: readonly string[];
  /** Of the lost ones, only those that were lost for the first time. (Default: false) */
  readonly sparesSuspects?: boolean;
}

interface ClaimedRow {
  user_id: string;
  wanted: string;
  lane: number;
  remote_key: string;
  account_id: string | null;
  attempts: number;
  last_error: string | null;
  certainty: Certainty;
  observed_state: ObservedState | null;
  observed_marker: string | null;
  asserted: Asserted | null;
  owed: OwedEffect[];
  doubt_age_ms: number | null;
  solo_crashes: number;
  applied_status_revision: number | null;
  applied_attribute_revision: number | null;
  applied_assignment_revision: number;
  merged_into: string | null;
  approved_plan: string | null;
  repairs: number;
}

/** Repairs further apart are no fight. */
export const FIGHT_FOR = `interval '7 days'`;

const COLUMNS = `
            l.user_id, l.wanted, l.lane, l.remote_key, l.account_id,
            l.attempts, l.last_error, l.certainty,
            l.observed_state, l.observed_marker, l.asserted, l.owed, (extract(epoch FROM now() - l.doubtful_write_at) * 1000)::float8 AS doubt_age_ms, l.solo_crashes,
            l.applied_status_revision, l.applied_attribute_revision, l.applied_assignment_revision, l.merged_into, l.approved_plan,
            CASE WHEN l.repaired_at > now() - ${FIGHT_FOR} THEN l.repairs ELSE 0 END AS repairs`;

const RETURNING = `RETURNING ${COLUMNS}`;

/** The least urgent lane of a worker: the marks of a newer declaration are for those who work by it. */
const LEAST_URGENT = `LEAST($5, (SELECT CASE WHEN declaration = $7 THEN ${LANES.backfill} ELSE ${LANES.live} END
                                 FROM providers WHERE slug = $1))`;

/**
 * Takes the most urgent due links under a lease, past those that another worker is taking. Taking is also the
 * write-ahead record: the row says `in_flight` until its settle, whatever becomes of this process. A worker whose
 * declaration is not the one of the worker that started last gets no backfill.
 */
export async function claimDue(sql: Sql, request: ClaimRequest): Promise<ClaimedLink[]> {
  const rows = await sql<ClaimedRow>(
    `WITH picked AS (
       SELECT user_id FROM links
       WHERE provider = $1 AND wanted > handled AND NOT in_flight AND next_attempt_at <= now() AND lane <= ${LEAST_URGENT}
         AND ($6::uuid[] IS NULL OR user_id = ANY($6))
       ORDER BY lane, next_attempt_at LIMIT $4
       FOR UPDATE SKIP LOCKED)
     UPDATE links l
     SET lease_token = $2, lease_until = now() + $3 * interval '1 millisecond', in_flight = true
     FROM picked p WHERE l.user_id = p.user_id AND l.provider = $1
     ${RETURNING}`,
    [
      request.provider,
      request.leaseToken,
      request.leaseMs,
      request.limit,
      request.maxLane,
      request.userIds ?? null,
      request.declaration,
    ],
  );
  return rows.map((row) => toClaimedLink(row, request, false));
}

/**
 * Takes one link whose last claim was never settled, alone, so that a link which brings its worker down can be told
 * from those that were merely beside it. The lost claim may have written until its lease ended.
 */
export async function claimLost(sql: Sql, request: ClaimRequest): Promise<ClaimedLink[]> {
  const rows = await sql<ClaimedRow>(
    `WITH picked AS (
       SELECT user_id FROM links
       WHERE provider = $1 AND in_flight AND lease_until < now() AND (solo_crashes = 0 OR NOT $4)
       ORDER BY lane, lease_until LIMIT 1
       FOR UPDATE SKIP LOCKED)
     UPDATE links l
     SET lease_token = $2, doubtful_write_at = GREATEST(l.doubtful_write_at, l.lease_until),
         lease_until = now() + $3 * interval '1 millisecond', solo_crashes = l.solo_crashes + 1,
         certainty = CASE WHEN l.certainty = 'never' THEN 'never' ELSE 'stale' END
     FROM picked p WHERE l.user_id = p.user_id AND l.provider = $1
     ${RETURNING}`,
    [request.provider, request.leaseToken, request.leaseMs, request.sparesSuspects ?? false],
  );
  return rows.map((row) => toClaimedLink(row, request, true));
}

/**
 * Reads settled links as a claim would, without taking them: for looking at what they come to. Those that are due or
 * taken are left out, since what is known of them is about to change.
 */
export async function peekSettled(
  sql: Sql,
  provider: string,
  userIds: readonly string[],
): Promise<ClaimedLink[]> {
  const rows = await sql<ClaimedRow>(
    `SELECT ${COLUMNS} FROM links l
     WHERE l.provider = $1 AND l.user_id = ANY($2::uuid[]) AND l.wanted = l.handled AND NOT l.in_flight`,
    [provider, userIds],
  );
  return rows.map((row) => toClaimedLink(row, { provider, leaseToken: '' }, false));
}

function toClaimedLink(
  row: ClaimedRow,
  request: Pick<ClaimRequest, 'provider' | 'leaseToken'>,
  lastClaimLost: boolean,
): ClaimedLink {
  return {
    userId: row.user_id,
    provider: request.provider,
    leaseToken: request.leaseToken,
    wanted: row.wanted,
    lane: row.lane,
    remoteKey: row.remote_key,
    accountId: row.account_id,
    attempts: row.attempts,
    lastError: row.last_error,
    certainty: row.certainty,
    observedState: row.observed_state,
    observedMarker: row.observed_marker,
    asserted: row.asserted,
    owed: row.owed,
    doubtAgeMs: row.doubt_age_ms,
    appliedStatusRevision: row.applied_status_revision,
    appliedAttributeRevision: row.applied_attribute_revision,
    appliedAssignmentRevision: row.applied_assignment_revision,
    mergedInto: row.merged_into,
    approvedPlan: row.approved_plan,
    repairs: row.repairs,
    lastClaimLost,
    soloCrashes: lastClaimLost ? row.solo_crashes - 1 : row.solo_crashes,
  };
}
