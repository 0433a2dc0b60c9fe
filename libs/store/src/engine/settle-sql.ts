import { LANES } from '#domain';
import { FIGHT_FOR } from './claim.js';
import type { Settlement } from './settlement.js';

// One document instead of thirty arrays: the rows are few (a group) and wide, and the names stay beside the values. As jsonb it
// would be built whole before it is taken apart. What is not said is NULL; of the flags only `is_handled` and `assigned` are
// ever false.
const SAME_HOLD = `(l.held_class, l.held_step, l.held_state, l.held_status_revision)
        = (s.held_class, s.held_step, s.held_state, s.held_revision)`;

// What was decided meanwhile about the very same step stands.
const HOLD = ['held_class', 'held_step', 'held_state', 'held_revision']
  .map((name) => [name.replace('held_revision', 'held_status_revision'), name])
  .map(([column, given]) => `${column} = CASE WHEN s.keeps_hold THEN l.${column} ELSE s.${given} END`)
  .concat(
    `held_at = CASE WHEN s.keeps_hold OR ${SAME_HOLD} THEN l.held_at WHEN s.held_step IS NOT NULL THEN now() END`,
    ...['held_decision', 'approved_until'].map(
      (column) =>
        `${column} = CASE WHEN s.keeps_hold OR ${SAME_HOLD} AND (l.approved_until IS NULL OR l.approved_until > now())
           THEN l.${column} END`,
    ),
  )
  .join(',\n      ');

/**
 * The permission for a new account is used up by the account: by its create, whatever its answer showed, or by a pass
 * that knew of the permission and finds an account there.
 */
const SPENDS_PERMISSION = `s.wanted >= l.recreate_from
        AND (s.is_made OR (s.observed_state = 'live' AND s.certainty = 'certain'))`;

/**
 * Users of whom an intent of a kind is told about. As an array, which leads to their intents by the index whatever the
 * planner believes; joined, a table that was empty when it was last analysed is read from end to end for each of them.
 */
const ofThose = (kind: 'provision' | 'purge'): string =>
  `ANY (ARRAY(SELECT user_id FROM s WHERE intent_kind = '${kind}' INTERSECT SELECT user_id FROM settled))`;

/** What another declaration than the one of the worker that started last has done is to be done again by that one. */
const IS_AGAIN = `s.is_handled AND rules.are_others`;

const APPLIED = ['status', 'status_revision', 'attribute_revision', 'assignment_revision']
  .map((name) => `applied_${name}`)
  .map(
    (column) =>
      `${column} = CASE WHEN ${IS_AGAIN} THEN l.${column} ELSE COALESCE(s.${column}, l.${column}) END`,
  )
  .join(',\n      ');

const SETTLED = `
  s AS (
    SELECT * FROM json_to_recordset($4::json) AS s(
      user_id uuid, token uuid, wanted bigint, is_handled boolean, delay_ms double precision, attempts integer,
      account_id text, certainty text, observed_state text, observed_marker text, asserted jsonb, owed text[],
      seen_owed text[], not_enforceable boolean, deferred boolean, doubt text, applied_status text, applied_status_revision integer,
      applied_attribute_revision integer, applied_assignment_revision integer, assigned boolean, park_code text, park_attribute text, park_rule text, waits_for uuid,
      waits_for_handled bigint, last_error text, intent_kind text, intent_outcome text, evidence jsonb, steps jsonb, is_made boolean, held_class text, held_step text,
      held_state text, held_revision integer, keeps_hold boolean, keeps_room boolean, unused jsonb, mutated boolean,
      merge_is_over boolean, merged_into text, approval text, approved_plan uuid, is_repair boolean)),
  rules AS (SELECT (SELECT declaration FROM providers WHERE slug = $1) IS DISTINCT FROM $5 AS are_others),
  settled AS (
    UPDATE links l SET
      handled = CASE WHEN s.is_handled AND NOT rules.are_others THEN s.wanted ELSE l.handled END,
      lane = CASE WHEN ${IS_AGAIN} AND l.wanted = s.wanted THEN ${LANES.backfill} ELSE l.lane END,
      next_attempt_at = CASE
        -- ahead of all that is marked, for it may be a leaver
        WHEN ${IS_AGAIN} AND l.wanted = s.wanted THEN now() - interval '1 day'
        WHEN l.wanted > s.wanted AND l.lane = 0 THEN now()
        WHEN l.wanted > s.wanted THEN now() + $2 * interval '1 millisecond'
        ELSE now() + s.delay_ms * interval '1 millisecond' END,
      attempts = s.attempts,
      lease_token = NULL, lease_until = NULL, in_flight = false, solo_crashes = 0,
      account_id = s.account_id,
      certainty = CASE WHEN l.doubted > s.wanted AND s.certainty = 'certain' THEN 'stale' ELSE s.certainty END,
      observed_state = s.observed_state, observed_marker = s.observed_marker, observed_at = now(),
      asserted = s.asserted,
      owed = CASE WHEN l.owed <@ COALESCE(s.seen_owed, '{}') THEN COALESCE(s.owed, '{}')
        ELSE ARRAY(SELECT unnest(s.owed) UNION (SELECT unnest(l.owed) EXCEPT SELECT unnest(s.seen_owed))) END,
      not_enforceable = COALESCE(s.not_enforceable, false), deferred = COALESCE(s.deferred, false),
      doubtful_write_at = CASE s.doubt WHEN 'set' THEN now() WHEN 'clear' THEN NULL ELSE l.doubtful_write_at END,
      ${APPLIED},
      assigned = COALESCE(s.assigned, l.assigned),
      park_code = s.park_code, park_attribute = s.park_attribute, park_rule = s.park_rule,
      parked_at = CASE WHEN s.park_code IS NULL THEN NULL ELSE now() END,
      repairs = CASE WHEN s.is_repair IS NULL THEN l.repairs WHEN l.repaired_at > now() - ${FIGHT_FOR} THEN LEAST(l.repairs + 1, 1000) ELSE 1 END,
      repaired_at = CASE WHEN s.is_repair THEN now() ELSE l.repaired_at END,
      approved_plan = CASE WHEN s.approval IS NOT NULL AND l.approved_plan = s.approved_plan THEN NULL ELSE l.approved_plan END,
      merged_into = CASE WHEN s.merge_is_over AND l.merged_into = s.merged_into THEN NULL ELSE l.merged_into END,
      waits_for_user_id = s.waits_for, waits_for_handled = s.waits_for_handled, last_error = s.last_error,
      recreate_from = CASE WHEN ${SPENDS_PERMISSION} THEN NULL ELSE l.recreate_from END,
      settled_at = CASE WHEN s.is_handled AND NOT rules.are_others AND s.applied_status IS NOT NULL THEN now() ELSE l.settled_at END,
      ${HOLD},
      granted_class = CASE WHEN s.unused IS NULL THEN l.granted_class END,
      granted_minute = CASE WHEN s.unused IS NULL THEN l.granted_minute END,
      granted_revision = CASE WHEN s.keeps_room THEN l.granted_revision END
    FROM s, rules WHERE l.user_id = s.user_id AND l.provider = $1 AND l.lease_token = s.token
    RETURNING l.user_id)`;

/**
 * Whoever was not settled had lost the lease; a late write of theirs is to be looked at. As a difference of sets, since the
 * planner expects one row of `settled` and would join it row by row.
 */
const OVERTAKEN = `
  overtaken AS (
    UPDATE links l SET
      wanted = l.wanted + 1, doubted = l.wanted + 1,
      wanted_since = CASE WHEN l.wanted > l.handled THEN l.wanted_since ELSE now() END,
      lane = CASE WHEN l.wanted > l.handled THEN l.lane ELSE 2 END,
      certainty = CASE WHEN l.certainty = 'never' THEN 'never' ELSE 'stale' END,
      doubtful_write_at = now()
    FROM (SELECT user_id FROM s WHERE mutated EXCEPT SELECT user_id FROM settled) AS o
    WHERE l.user_id = o.user_id AND l.provider = $1)`;

const ROOM_RETURNED = `
  returned AS (
    UPDATE budgets b SET spent = budget_return(b.spent, r.unused)
    FROM (SELECT class, jsonb_object_agg(minute, steps) AS unused
          FROM (SELECT s.unused ->> 'class' AS class, s.unused ->> 'minute' AS minute, count(*) AS steps
                FROM s JOIN settled d ON d.user_id = s.user_id
                WHERE s.unused IS NOT NULL GROUP BY 1, 2) AS n
          GROUP BY class) AS r
    WHERE b.provider = $1 AND b.class = r.class)`;

const PERMITTED = `
  permitted AS (
    UPDATE plan_steps p SET state = s.approval
    FROM s JOIN settled d ON d.user_id = s.user_id
    WHERE s.approval IS NOT NULL AND p.plan_id = s.approved_plan AND p.user_id = s.user_id AND p.provider = $1
      AND p.state = 'approved')`;

const CREATES_KNOWN = `
  known AS (
    DELETE FROM intents i
    WHERE i.kind = 'provision' AND i.provider = $1 AND i.settled_at IS NULL AND i.user_id = ${ofThose('provision')})`;

const PURGES_TOLD = `
  receipted AS (
    UPDATE intents i SET outcome = s.intent_outcome, evidence = COALESCE(i.evidence, '{}') || s.evidence,
      settled_at = CASE WHEN s.intent_outcome IN ('applied', 'calledOff') THEN now() END
    FROM s JOIN settled d ON d.user_id = s.user_id
    WHERE s.intent_kind = 'purge' AND i.kind = 'purge' AND i.user_id = s.user_id AND i.provider = $1
      AND i.settled_at IS NULL AND i.user_id = ${ofThose('purge')})`;

const AUDITED = `
  INSERT INTO audit (actor, action, user_id, provider, attributes, detail)
  SELECT $3, 'provider.' || (step->>'kind'), s.user_id, $1,
         ARRAY(SELECT jsonb_array_elements_text(step->'attributes')),
         jsonb_build_object('outcome', step->'outcome', 'status', step->'status')
           || CASE WHEN step ? 'effect' THEN jsonb_build_object('effect', step->'effect') ELSE '{}' END
  FROM s CROSS JOIN LATERAL jsonb_array_elements(s.steps) AS step`;

interface Part {
  readonly sql: string;
  readonly isNeededBy: (settlement: Settlement) => boolean;
}

const PARTS: readonly Part[] = [
  { sql: OVERTAKEN, isNeededBy: ({ mutated }) => mutated },
  { sql: ROOM_RETURNED, isNeededBy: ({ room }) => typeof room !== 'string' },
  { sql: PERMITTED, isNeededBy: ({ approval }) => approval !== null },
  { sql: CREATES_KNOWN, isNeededBy: ({ intent }) => intent?.kind === 'provision' },
  { sql: PURGES_TOLD, isNeededBy: ({ intent }) => intent?.kind === 'purge' },
];

/**
 * The statement that settles these: `$1` provider, `$2` how long an ordinary newer reason waits, in milliseconds, `$3` who
 * did it, `$4` the settlements, `$5` the declaration of the worker. What none of them needs is left out, for it would be
 * planned all the same.
 */
export function settleStatement(settlements: readonly Settlement[]): string {
  const needed = PARTS.filter(({ isNeededBy }) => settlements.some(isNeededBy));
  return `WITH ${[SETTLED, ...needed.map(({ sql }) => sql)].join(',')} ${AUDITED}`;
}
