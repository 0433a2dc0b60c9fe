import type { ChangeClass } from '#domain';
import type { Sql } from '../database.js';
import type { Roster } from '../roster/roster.js';
import { expiryAt, hashOfHold } from './hold-hash.js';

/** The steps of one kind of mass change at one provider that wait for a decision. */
export interface Hold {
  readonly provider: string;
  readonly class: ChangeClass;
  readonly count: number;
  /** By kind of step. */
  readonly steps: Readonly<Record<string, number>>;
  readonly since: Date;
  /** What a decision has to name: exactly this set. */
  readonly hash: string;
  readonly expiresAt: Date;
  /** Some of the users; `usersOfHold` lists them all. */
  readonly sample: readonly string[];
}

/** One user in a held set. */
export interface HeldUser {
  readonly userId: string;
  readonly step: string;
  readonly statusRevision: number;
  /** How the account was found when the step was held. */
  readonly state: string;
  readonly since: Date;
}

export interface HoldOptions {
  readonly now: Date;
  /** How long a hash is good for. */
  readonly lifeMs: number;
}

const SAMPLE = 10;

/**
 * The links whose held step still waits and is still about the status that its user has; expects the provider as `$1`,
 * the class as `$2`, either of which may be null for all.
 */
export const OPEN_HOLDS = `
  FROM links l JOIN users u ON u.id = l.user_id AND u.status_revision = l.held_status_revision
  WHERE l.held_step IS NOT NULL AND l.held_decision IS NULL
    AND ($1::text IS NULL OR l.provider = $1) AND ($2::text IS NULL OR l.held_class = $2)`;

/** What the hash of a set is made of; expects the columns of open holds. */
export const DIGEST = `encode(sha256(convert_to(string_agg(
  concat_ws(':', user_id, held_step, held_status_revision, held_state), ',' ORDER BY user_id), 'UTF8')), 'hex')`;

interface HoldRow {
  readonly provider: string;
  readonly class: ChangeClass;
  readonly count: number;
  readonly steps: Readonly<Record<string, number>>;
  readonly since: Date;
  readonly as_of: Date;
  readonly digest: string;
  readonly sample: readonly string[];
}

/** Lists what waits for a decision, by provider and class. Holds no personal value. */
export async function listHolds(
  { database, hashKey }: Pick<Roster, 'database' | 'hashKey'>,
  { now, lifeMs }: HoldOptions,
): Promise<Hold[]> {
  const rows = await database.sql<HoldRow>(
    `WITH open AS (SELECT l.provider, l.user_id, l.held_class, l.held_step, l.held_status_revision, l.held_state, l.held_at
       ${OPEN_HOLDS}),
     steps AS (SELECT provider, held_class, jsonb_object_agg(held_step, n) AS steps
       FROM (SELECT provider, held_class, held_step, count(*)::int AS n FROM open GROUP BY 1, 2, 3) AS s GROUP BY 1, 2)
     SELECT provider, held_class AS class, count(*)::int AS count, steps, min(held_at) AS since, max(held_at) AS as_of,
       ${DIGEST} AS digest, (array_agg(user_id ORDER BY user_id))[1:${SAMPLE}] AS sample
     FROM open JOIN steps USING (provider, held_class) GROUP BY provider, held_class, steps ORDER BY 1, 2`,
    [null, null],
  );
  return rows.map(({ as_of: asOf, digest, ...row }) => {
    const expiresAt = expiryAt(now, asOf, lifeMs);
    const hash = hashOfHold(hashKey, { provider: row.provider, class: row.class, asOf, expiresAt, digest });
    return { ...row, hash, expiresAt };
  });
}

/** The users of one held set, by id; at most `limit` behind `after`. */
export async function usersOfHold(
  sql: Sql,
  hold: { readonly provider: string; readonly class: ChangeClass },
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<{ readonly users: HeldUser[]; readonly next: string | null }> {
  const users = await sql<HeldUser & { userId: string }>(
    `SELECT l.user_id AS "userId", l.held_step AS step, l.held_status_revision AS "statusRevision",
       l.held_state AS state, l.held_at AS since
     ${OPEN_HOLDS} AND ($3::uuid IS NULL OR l.user_id > $3) ORDER BY l.user_id LIMIT $4`,
    [hold.provider, hold.class, page.after ?? null, page.limit + 1],
  );
  const shown = users.slice(0, page.limit);
  return { users: shown, next: users.length > page.limit ? (shown.at(-1)?.userId ?? null) : null };
}
