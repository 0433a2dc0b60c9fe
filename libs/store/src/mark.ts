import { LANES, type Lane } from '#domain';
import type { Sql } from './database.js';

/** Why links are to be looked at again. */
export interface Mark {
  readonly lane: Lane;
  /** The reason doubts what the provider holds, so it must be read before it is acted on. (Default: false) */
  readonly doubt?: boolean;
  /** The status changed: whatever was held, or permitted, was about another one. (Default: false) */
  readonly dissolvesHold?: boolean;
  /**
   * From this reason on a new account may be made in place of one that is gone, once. What was held of a new account, or
   * rejected, is asked for anew; what was approved stands. Not beside `dissolvesHold`. (Default: false)
   */
  readonly allowsRecreation?: boolean;
}

// `doubted` outlives a settle that began before the doubt; `certainty` alone would be overwritten by it.
const DOUBT = `,
    doubted = l.wanted + 1,
    certainty = CASE WHEN l.certainty = 'never' THEN 'never' ELSE 'stale' END`;

const HOLD = [
  ...['class', 'step', 'state', 'status_revision', 'at', 'decision'].map((name) => `held_${name}`),
  'approved_until',
];

const DISSOLVE = [...HOLD, 'recreate_from'].map((column) => `,\n    ${column} = NULL`).join('');

const ALLOW_RECREATION = `,
    recreate_from = l.wanted + 1${HOLD.map(
      (column) => `,
    ${column} = CASE WHEN l.held_class = 'create' AND l.held_decision IS DISTINCT FROM 'approved' THEN NULL
      ELSE l.${column} END`,
    ).join('')}`;

/**
 * The SET list that makes a link due. `wanted` grows with every reason, so a settle can never erase one that it did
 * not see; a link already due keeps its more urgent lane and its time, so that a burst of edits becomes one call, unless
 * it is backing off after a failure or waiting for a doubt to end. A revocation never waits. Expects the table under the alias `l`.
 */
export function markClause(mark: Mark): string {
  const rank = LANES[mark.lane];
  const more = [
    mark.doubt === true ? DOUBT : '',
    mark.dissolvesHold === true ? DISSOLVE : '',
    mark.allowsRecreation === true ? ALLOW_RECREATION : '',
  ];
  return `
    wanted = l.wanted + 1,
    wanted_since = CASE WHEN l.wanted > l.handled THEN l.wanted_since ELSE now() END,
    lane = CASE WHEN l.wanted > l.handled THEN LEAST(l.lane, ${rank}) ELSE ${rank} END,
    next_attempt_at = CASE WHEN ${rank} > 0 AND l.wanted > l.handled AND l.attempts = 0 AND l.doubtful_write_at IS NULL
                           THEN l.next_attempt_at ELSE now() END,
    attempts = 0${more.join('')}`;
}

/** Makes every link of these users due, at all providers or at one. Call it in the transaction of the change itself. */
export async function markLinks(
  sql: Sql,
  userIds: readonly string[],
  mark: Mark & { readonly provider?: string },
): Promise<void> {
  await sql(
    `UPDATE links l SET ${markClause(mark)}
     WHERE l.user_id = ANY($1::uuid[]) AND ($2::text IS NULL OR l.provider = $2)`,
    [userIds, mark.provider ?? null],
  );
}
