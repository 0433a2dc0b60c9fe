import type { Database } from '../database.js';
import { type LinkStanding, STANDING_SQL } from './link-view.js';

/** How far one provider is behind the roster. The standings add up to `total`. */
export interface Convergence extends Readonly<Record<LinkStanding, number>> {
  readonly provider: string;
  readonly total: number;
  /** Age of the oldest reason that is not handled yet; `null` when every one is. */
  readonly oldestLagMs: number | null;
}

/** Counts the links of every provider by where they stand, providers without links too. */
export async function convergence(database: Database): Promise<Convergence[]> {
  return database.sql<Convergence>(
    `SELECT p.slug AS provider, count(l.user_id)::int AS total,
       count(*) FILTER (WHERE l.standing = 'inSync')::int AS "inSync",
       count(*) FILTER (WHERE l.standing = 'notEnforceable')::int AS "notEnforceable",
       count(*) FILTER (WHERE l.standing = 'due')::int AS due,
       count(*) FILTER (WHERE l.standing = 'parked')::int AS parked,
       count(*) FILTER (WHERE l.standing = 'held')::int AS held,
       count(*) FILTER (WHERE l.standing = 'disabled')::int AS disabled,
       round(extract(epoch FROM now() - min(l.wanted_since) FILTER (WHERE l.standing = 'due' AND l.wanted > l.handled))
         * 1000)::float8 AS "oldestLagMs"
     FROM providers p
     LEFT JOIN LATERAL (
       SELECT l.user_id, l.wanted, l.handled, l.wanted_since, ${STANDING_SQL} AS standing
       FROM links l WHERE l.provider = p.slug) l ON true
     GROUP BY p.slug ORDER BY p.slug`,
  );
}
