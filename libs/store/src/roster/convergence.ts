import { describePark, parkOf, type ParkColumns } from '#domain';
import type { Database } from '../database.js';
import { type LinkStanding, STANDING_SQL } from './link-view.js';

/**
 * Whether work goes on at a provider now. `probing`: it did not answer, and is tried one link at a time until it does;
 * `partlyHalted`: all but creates goes on, or suspensions alone.
 */
export const PROVIDER_STATES = [
  'running',
  'probing',
  'paused',
  'partlyHalted',
  'halted',
  'disabled',
] as const;

/** How far one provider is behind the roster. The standings add up to `total`. */
export interface Convergence extends Readonly<Record<LinkStanding, number>> {
  readonly provider: string;
  readonly state: (typeof PROVIDER_STATES)[number];
  readonly total: number;
  /** The parked ones by reason, as each link spells it: `invalid(givenName)`. */
  readonly parkedFor: Readonly<Record<string, number>>;
  /** Age of the oldest reason that is not handled yet; `null` when every one is. */
  readonly oldestLagMs: number | null;
}

type Counts = Omit<Convergence, 'parkedFor'>;

const LINKS = `
  FROM providers p
  LEFT JOIN LATERAL (
    SELECT l.user_id, l.wanted, l.handled, l.wanted_since, l.park_code, l.park_attribute, ${STANDING_SQL} AS standing
    FROM links l WHERE l.provider = p.slug) l ON true`;

/** Counts the links of every provider by where they stand, providers without links too. */
export async function convergence(database: Database): Promise<Convergence[]> {
  const counts = await database.sql<Counts>(
    `SELECT p.slug AS provider,
       CASE WHEN NOT p.enabled THEN 'disabled' WHEN p.halt_scope = 'all' THEN 'halted'
            WHEN p.paused_until > now() THEN 'paused' WHEN p.halt_scope IS NOT NULL THEN 'partlyHalted'
            WHEN p.probes_failed > 0 THEN 'probing' ELSE 'running' END AS state,
       count(l.user_id)::int AS total,
       count(*) FILTER (WHERE l.standing = 'inSync')::int AS "inSync",
       count(*) FILTER (WHERE l.standing = 'notEnforceable')::int AS "notEnforceable",
       count(*) FILTER (WHERE l.standing = 'due')::int AS due,
       count(*) FILTER (WHERE l.standing = 'parked')::int AS parked,
       count(*) FILTER (WHERE l.standing = 'held')::int AS held,
       count(*) FILTER (WHERE l.standing = 'disabled')::int AS disabled,
       round(extract(epoch FROM now() - min(l.wanted_since) FILTER (WHERE l.standing = 'due' AND l.wanted > l.handled))
         * 1000)::float8 AS "oldestLagMs"
     ${LINKS} GROUP BY p.slug ORDER BY p.slug`,
  );
  const reasons = await parkedFor(database);
  return counts.map((line) => ({ ...line, parkedFor: reasons.get(line.provider) ?? {} }));
}

async function parkedFor(database: Database): Promise<Map<string, Record<string, number>>> {
  const rows = await database.sql<ParkColumns & { provider: string; links: number }>(
    `SELECT p.slug AS provider, l.park_code AS "parkCode", l.park_attribute AS "parkAttribute", count(*)::int AS links
     ${LINKS} WHERE l.park_code IS NOT NULL AND l.standing = 'parked' GROUP BY 1, 2, 3 ORDER BY 4 DESC, 2, 3`,
  );
  const reasons = new Map<string, Record<string, number>>();
  for (const { provider, links, ...columns } of rows) {
    const park = parkOf(columns);
    if (park === null) continue;
    const reason = describePark(park);
    const counted = reasons.get(provider) ?? {};
    counted[reason] = (counted[reason] ?? 0) + links;
    reasons.set(provider, counted);
  }
  return reasons;
}
