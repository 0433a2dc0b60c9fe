import type { HaltScope } from '#domain';
import type { Sql } from '../database.js';
import { markClause } from '../mark.js';

export type { HaltScope };

/** What stands between this provider and its work. */
export interface ProviderState {
  readonly slug: string;
  readonly enabled: boolean;
  /** How the worker that started last would have the accounts, as `spellDeclaration` spells it. */
  readonly declaration: string;
  /** Milliseconds until the pause ends; 0 when there is none. */
  readonly pausedForMs: number;
  readonly halt: { readonly scope: HaltScope; readonly reason: string } | null;
  /** Milliseconds until a halted provider is tried again; `null` when it is not halted. */
  readonly probeInMs: number | null;
  /** Failed probes in a row; above 0 only one call at a time is tried. */
  readonly probesFailed: number;
  /** Whether everything was handled there once; until then creates need no room in a budget. */
  readonly firstSyncIsOver: boolean;
}

/** Reads the state of every provider instance, by the database's clock. */
export async function readProviderStates(sql: Sql): Promise<ProviderState[]> {
  const rows = await sql<{
    slug: string;
    enabled: boolean;
    declaration: string;
    paused_ms: number;
    halt_scope: HaltScope | null;
    halt_reason: string | null;
    probe_ms: number | null;
    probes_failed: number;
    first_sync_is_over: boolean;
  }>(
    `SELECT slug, enabled, declaration, halt_scope, halt_reason, probes_failed, first_synced_at IS NOT NULL AS first_sync_is_over,
            GREATEST(0, COALESCE(extract(epoch FROM paused_until - now()) * 1000, 0))::float8 AS paused_ms,
            CASE WHEN halt_scope IS NULL THEN NULL
                 ELSE GREATEST(0, COALESCE(extract(epoch FROM probe_at - now()) * 1000, 0))::float8 END AS probe_ms
     FROM providers`,
  );
  return rows.map((row) => ({
    slug: row.slug,
    enabled: row.enabled,
    declaration: row.declaration,
    pausedForMs: row.paused_ms,
    halt: row.halt_scope === null ? null : { scope: row.halt_scope, reason: row.halt_reason ?? 'unknown' },
    probeInMs: row.probe_ms,
    probesFailed: row.probes_failed,
    firstSyncIsOver: row.first_sync_is_over,
  }));
}

/**
 * Leaves a provider alone for at least `pauseMs`, on every worker. A longer pause already there stays.
 * `slowDown` also halves the pace that the workers share.
 */
export async function pauseProvider(
  sql: Sql,
  slug: string,
  pause: { readonly pauseMs: number; readonly slowDown: boolean; readonly probeFailed: boolean },
): Promise<void> {
  await sql(
    `UPDATE providers SET
       paused_until = GREATEST(paused_until, now() + $2 * interval '1 millisecond'),
       pace_factor = CASE WHEN $3 THEN GREATEST(0.05, pace_factor / 2) ELSE pace_factor END,
       probes_failed = probes_failed + CASE WHEN $4 THEN 1 ELSE 0 END
     WHERE slug = $1`,
    [slug, pause.pauseMs, pause.slowDown, pause.probeFailed],
  );
}

/** Says that a provider answered again: the count of failed probes starts over. */
export async function recordProviderAnswered(sql: Sql, slug: string): Promise<void> {
  await sql(
    `UPDATE providers SET probes_failed = 0 WHERE slug = $1 AND probes_failed > 0 AND halt_scope IS NULL`,
    [slug],
  );
}

/** Stops a provider until a probe succeeds. A wider halt already there stays. */
export async function haltProvider(
  sql: Sql,
  slug: string,
  halt: { readonly scope: HaltScope; readonly reason: string; readonly probeInMs: number },
): Promise<void> {
  await sql(
    `UPDATE providers SET
       halt_reason = CASE WHEN halt_scope = 'all' THEN halt_reason ELSE $3 END,
       halted_at = CASE WHEN halt_scope IN ('all', $2) THEN halted_at ELSE now() END,
       halt_scope = CASE WHEN halt_scope = 'all' THEN halt_scope ELSE $2 END,
       probe_at = date_trunc('milliseconds', now() + $4 * interval '1 millisecond'),
       probes_failed = probes_failed + CASE WHEN $2 = 'all' THEN 1 ELSE 0 END
     WHERE slug = $1`,
    [slug, halt.scope, halt.reason, halt.probeInMs],
  );
}

/**
 * Makes the probe of every halted provider due now: a worker that starts may have been given what was missing, and
 * must not wait out an interval that grew while it was.
 */
export async function probeAtOnce(sql: Sql): Promise<void> {
  // Cut off: the column keeps milliseconds and would round "now" up, to a moment that is still to come.
  await sql(
    `UPDATE providers SET probe_at = date_trunc('milliseconds', now()) WHERE halt_scope IS NOT NULL AND probe_at > now()`,
  );
}

/** Takes the right to probe a halted provider, for one worker at a time. False when it is not due or not ours. */
export async function takeProbe(sql: Sql, slug: string, nextProbeInMs: number): Promise<boolean> {
  const rows = await sql(
    `UPDATE providers SET probe_at = now() + $2 * interval '1 millisecond'
     WHERE slug = $1 AND halt_scope IS NOT NULL AND probe_at <= now() RETURNING slug`,
    [slug, nextProbeInMs],
  );
  return rows.length > 0;
}

/**
 * Takes the right to ask for the listing that probes a provider, for one worker at a time. False while a run is open there:
 * one about everybody judges the provider itself, and after one about some people the listing can be asked for at once.
 */
export async function takeListing(sql: Sql, slug: string, nextInMs: number): Promise<boolean> {
  const rows = await sql(
    `UPDATE providers SET probe_at = now() + $2 * interval '1 millisecond'
     WHERE slug = $1 AND halt_scope = 'widening' AND probe_at <= now()
       AND NOT EXISTS (SELECT FROM runs r WHERE r.provider = slug AND r.state IN ('waiting', 'running'))
     RETURNING slug`,
    [slug, nextInMs],
  );
  return rows.length > 0;
}

/** Ends a halt. */
export async function resumeProvider(sql: Sql, slug: string): Promise<void> {
  await sql(
    `UPDATE providers SET halt_scope = NULL, halt_reason = NULL, halted_at = NULL, probe_at = NULL,
       probes_failed = 0, paused_until = NULL WHERE slug = $1`,
    [slug],
  );
}

/**
 * Ends the halt over a suspicious listing, and no other: a later listing was healthy, or an operator said so.
 * @returns whether there was one
 */
export async function endWideningHalt(sql: Sql, slug: string): Promise<boolean> {
  const rows = await sql(
    `UPDATE providers SET halt_scope = NULL, halt_reason = NULL, halted_at = NULL, probe_at = NULL
     WHERE slug = $1 AND halt_scope = 'widening' RETURNING slug`,
    [slug],
  );
  return rows.length > 0;
}

/** Links that met an unreadable answer so long before a halt are among those that brought it about. */
const BEFORE_HALT = `interval '10 minutes'`;

/**
 * Makes due, before a halt ends, the links that were parked by the unreadable answers which it was about: nobody would
 * edit those people just because a proxy was down, and a leaver may be among them. What they really hold is read first.
 * @param except users who are not to be woken, because they were before
 * @returns the users woken
 */
export async function wakeParkedByProtocol(
  sql: Sql,
  slug: string,
  except: readonly string[],
): Promise<string[]> {
  const rows = await sql<{ user_id: string }>(
    `UPDATE links l SET ${markClause({ lane: 'revocation', doubt: true })}
     FROM providers p
     WHERE p.slug = $1 AND p.halt_reason = 'protocol' AND l.provider = p.slug AND l.park_code = 'protocol'
       AND l.wanted = l.handled AND l.parked_at > p.halted_at - ${BEFORE_HALT} AND l.user_id <> ALL($2::uuid[])
     RETURNING l.user_id`,
    [slug, except],
  );
  return rows.map((row) => row.user_id);
}

/** Of the accounts that were in sync most recently, those among which a canary picks. */
const CANARY_POOL = 50;

/** A few accounts of this provider that were in sync lately, picked at random: were some deleted, others are asked next. */
export async function findCanaryTargets(
  sql: Sql,
  slug: string,
  limit: number,
): Promise<{ accountId: string | null; remoteKey: string }[]> {
  const rows = await sql<{ account_id: string | null; remote_key: string }>(
    `SELECT account_id, remote_key FROM (SELECT account_id, remote_key FROM links
     WHERE provider = $1 AND observed_state = 'live' AND certainty = 'certain' AND handled = wanted
       AND NOT in_flight AND park_code IS NULL AND account_id IS NOT NULL
     ORDER BY settled_at DESC NULLS LAST LIMIT ${CANARY_POOL}) AS recent ORDER BY random() LIMIT $2`,
    [slug, limit],
  );
  return rows.map((row) => ({ accountId: row.account_id, remoteKey: row.remote_key }));
}
