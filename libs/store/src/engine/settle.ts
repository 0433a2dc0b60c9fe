import {
  LANES,
  type Certainty,
  type ObservedState,
  type OwedEffect,
  type ParkReason,
  type UserStatus,
} from '#domain';
import type { ChargedStep, StepKind } from '#identity-provider';
import type { Sql } from '../database.js';
import { FIGHT_FOR } from './claim.js';
import type { Grant } from './intend.js';
import type { Asserted, ClaimedLink } from './work.js';

/** A step that was acknowledged, or whose outcome is unknown, for the audit. */
export interface TakenStep {
  readonly kind: StepKind;
  readonly outcome: 'acknowledged' | 'unknown' | 'refused';
  /** Which debt it paid, where it paid one. */
  readonly effect?: OwedEffect;
  /** Native paths that were written. */
  readonly attributes: readonly string[];
  readonly status: number | null;
}

/** What is now known of the account. All of it is written: the lease makes us the only writer. */
export interface LinkKnowledge {
  readonly accountId: string | null;
  readonly certainty: Certainty;
  readonly observedState: ObservedState | null;
  readonly observedMarker: string | null;
  readonly asserted: Asserted | null;
  readonly owed: readonly OwedEffect[];
  readonly notEnforceable: boolean;
  readonly deferred: boolean;
}

/** The end of one pass over one link. */
export interface Settlement {
  readonly link: Pick<
    ClaimedLink,
    'userId' | 'provider' | 'leaseToken' | 'wanted' | 'accountId' | 'mergedInto' | 'approvedPlan'
  >;
  /**
   * `handled`: everything asked for by the claim's time is there. `again`: not yet, after `delayMs`.
   * `parked`: handled by waiting until the cause changes. `released`: nothing was tried.
   */
  readonly outcome: 'handled' | 'again' | 'parked' | 'released';
  readonly delayMs: number;
  readonly attempts: number;
  readonly knowledge: LinkKnowledge;
  /**
   * The debts that this pass knew of: those of its claim and those that it took on. One that stands in the row beside
   * them was added meanwhile, and is kept.
   */
  readonly seenOwed: readonly OwedEffect[];
  /** `set`: a write was sent now and its answer is lost. `clear`: a read after the waiting time settled the doubt. */
  readonly doubt: 'set' | 'keep' | 'clear';
  readonly applied: {
    readonly status: UserStatus;
    readonly statusRevision: number;
    readonly attributeRevision: number;
    readonly assignmentRevision: number;
  } | null;
  /** Whether the rule has the user in scope, as this pass read them; `null` when it did not ask. */
  readonly assignedByRule: boolean | null;
  readonly park: ParkReason | null;
  /** The link of ours that stands in the way, and how far it had come when it was seen. */
  readonly waitsFor: { readonly userId: string; readonly handled: string } | null;
  /** Stable word of what went wrong last; `null` when nothing did. */
  readonly lastError: string | null;
  /** What became of the intent of this pass, or of one found unsettled. */
  readonly intent:
    | { readonly kind: 'provision'; readonly outcome: 'known' }
    | {
        readonly kind: 'purge';
        /** `calledOff`: the account is not to be destroyed after all, and nothing says that it was. */
        readonly outcome: 'accepted' | 'applied' | 'calledOff';
        readonly evidence: PurgeEvidence;
      }
    | null;
  /** What the claim was told of a merge is found out; what was told since then is not. */
  readonly mergeIsOver: boolean;
  /** What became of the approved step; `null` while it may still be taken, or when none was. */
  readonly approval: 'applied' | 'stale' | null;
  /** The account was put right in this pass although nobody edited its user. */
  readonly isRepair: boolean;
  readonly steps: readonly TakenStep[];
  /** The step that was not taken because it waits for approval, or was rejected; `null` when none was. */
  readonly held: HeldStep | null;
  readonly room: RoomEnd;
  /** A mutating call was started in this pass; if the lease is lost, the link must be read again. */
  readonly mutated: boolean;
}

/** A held step and the status that it was planned for. */
export interface HeldStep extends ChargedStep {
  readonly statusRevision: number;
}

/**
 * What becomes of the room that was reserved for a link. `kept`: the step's outcome is not known, and room may still
 * come back. `used`: it is spent, or there was none. Given back: the step was not taken after all.
 */
export type RoomEnd = 'kept' | 'used' | { readonly unused: Grant };

/** What a receipt can point to. Each part is written when it comes to be known, and stays beside those before it. */
export interface PurgeEvidence {
  /** The provider's answer to the request to delete, as its HTTP status; 404 when there was nothing to delete any more. */
  readonly deletion?: EvidenceMoment & { readonly status: number };
  /** A later read that no longer found the account. */
  readonly absence?: EvidenceMoment;
}

interface EvidenceMoment {
  /** By the worker's clock, as ISO 8601 in UTC. */
  readonly at: string;
}

export interface SettleOptions {
  readonly provider: string;
  /** How the worker would have the accounts there, as `spellDeclaration` spells it. */
  readonly declaration: string;
  /** How long an ordinary newer reason waits, so that a burst of edits becomes one call. */
  readonly coalesceMs: number;
  readonly actor: string;
}

/**
 * Writes a group of settlements of one provider in one statement. A settlement whose lease was lost changes nothing of
 * what its successor knows; if it may have written at the provider, it makes the link stale and due instead, so that a
 * frozen worker's late write never leaves a green link. What was handled by another declaration than the one of the
 * process that started last is due again, as backfill, for those who work by that one.
 * @throws the database's error when it refuses a row; nothing of the group is written then
 */
export async function settleGroup(
  sql: Sql,
  settlements: readonly Settlement[],
  options: SettleOptions,
): Promise<void> {
  await sql(SETTLE, [
    options.provider,
    options.coalesceMs,
    options.actor,
    JSON.stringify(settlements.map(toRow)),
    options.declaration,
  ]);
}

function toRow(settlement: Settlement): object {
  const { link, knowledge, applied, park } = settlement;
  return {
    user_id: link.userId,
    token: link.leaseToken,
    wanted: link.wanted,
    is_handled: settlement.outcome === 'handled' || settlement.outcome === 'parked',
    delay_ms: settlement.delayMs,
    attempts: settlement.attempts,
    account_id: knowledge.accountId,
    certainty: knowledge.certainty,
    observed_state: knowledge.observedState,
    observed_marker: knowledge.observedMarker,
    asserted: knowledge.asserted,
    owed: knowledge.owed,
    seen_owed: settlement.seenOwed,
    not_enforceable: knowledge.notEnforceable,
    deferred: knowledge.deferred,
    doubt: settlement.doubt,
    applied_status: applied?.status ?? null,
    applied_status_revision: applied?.statusRevision ?? null,
    applied_attribute_revision: applied?.attributeRevision ?? null,
    applied_assignment_revision: applied?.assignmentRevision ?? null,
    assigned: settlement.assignedByRule,
    park_code: park?.code ?? null,
    park_attribute: park?.attribute ?? null,
    park_rule: park?.rule ?? null,
    waits_for: settlement.waitsFor?.userId ?? null,
    waits_for_handled: settlement.waitsFor?.handled ?? null,
    last_error: settlement.lastError,
    intent_kind: settlement.intent?.kind ?? null,
    intent_outcome: settlement.intent?.outcome ?? null,
    evidence: settlement.intent?.kind === 'purge' ? settlement.intent.evidence : null,
    steps: settlement.steps,
    is_made: settlement.steps.some(({ kind, outcome }) => kind === 'provision' && outcome === 'acknowledged'),
    ...heldRow(settlement),
    keeps_room: settlement.room === 'kept',
    unused: typeof settlement.room === 'string' ? null : settlement.room.unused,
    mutated: settlement.mutated,
    merge_is_over: settlement.mergeIsOver,
    merged_into: link.mergedInto,
    approval: settlement.approval,
    is_repair: settlement.isRepair,
    approved_plan: link.approvedPlan,
  };
}

function heldRow({ held, outcome }: Settlement): object {
  return {
    held_class: held?.class ?? null,
    held_step: held?.kind ?? null,
    held_state: held?.state ?? null,
    held_revision: held?.statusRevision ?? null,
    // An approved step that has to be tried again is still approved.
    keeps_hold: held === null && (outcome === 'again' || outcome === 'released'),
  };
}

// One document instead of thirty arrays: the rows are few (a group) and wide, and the names stay beside the values.
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
  `ANY (ARRAY(SELECT s.user_id FROM s JOIN settled d ON d.user_id = s.user_id WHERE s.intent_kind = '${kind}'))`;

const IS_BY_OTHER_RULES = `s.is_handled AND NOT (SELECT declaration = $5 FROM providers WHERE slug = $1)`;

const SETTLE = `
  WITH s AS (
    SELECT * FROM jsonb_to_recordset($4::jsonb) AS s(
      user_id uuid, token uuid, wanted bigint, is_handled boolean, delay_ms double precision, attempts integer,
      account_id text, certainty text, observed_state text, observed_marker text, asserted jsonb, owed text[],
      seen_owed text[], not_enforceable boolean, deferred boolean, doubt text, applied_status text, applied_status_revision integer,
      applied_attribute_revision integer, applied_assignment_revision integer, assigned boolean, park_code text, park_attribute text, park_rule text, waits_for uuid,
      waits_for_handled bigint, last_error text, intent_kind text, intent_outcome text, evidence jsonb, steps jsonb, is_made boolean, held_class text, held_step text,
      held_state text, held_revision integer, keeps_hold boolean, keeps_room boolean, unused jsonb, mutated boolean,
      merge_is_over boolean, merged_into text, approval text, approved_plan uuid, is_repair boolean)),
  settled AS (
    UPDATE links l SET
      handled = CASE WHEN NOT s.is_handled OR ${IS_BY_OTHER_RULES} THEN l.handled ELSE s.wanted END,
      lane = CASE WHEN ${IS_BY_OTHER_RULES} AND l.wanted = s.wanted THEN ${LANES.backfill} ELSE l.lane END,
      next_attempt_at = CASE
        WHEN l.wanted > s.wanted AND l.lane = 0 THEN now()
        WHEN l.wanted > s.wanted THEN now() + $2 * interval '1 millisecond'
        ELSE now() + s.delay_ms * interval '1 millisecond' END,
      attempts = s.attempts,
      lease_token = NULL, lease_until = NULL, in_flight = false, solo_crashes = 0,
      account_id = s.account_id,
      certainty = CASE WHEN l.doubted > s.wanted AND s.certainty = 'certain' THEN 'stale' ELSE s.certainty END,
      observed_state = s.observed_state, observed_marker = s.observed_marker, observed_at = now(),
      asserted = NULLIF(s.asserted, 'null'),
      owed = CASE WHEN l.owed <@ s.seen_owed THEN s.owed
        ELSE ARRAY(SELECT unnest(s.owed) UNION (SELECT unnest(l.owed) EXCEPT SELECT unnest(s.seen_owed))) END,
      not_enforceable = s.not_enforceable, deferred = s.deferred,
      doubtful_write_at = CASE s.doubt WHEN 'set' THEN now() WHEN 'clear' THEN NULL ELSE l.doubtful_write_at END,
      applied_status = COALESCE(s.applied_status, l.applied_status),
      applied_status_revision = COALESCE(s.applied_status_revision, l.applied_status_revision),
      applied_attribute_revision = COALESCE(s.applied_attribute_revision, l.applied_attribute_revision),
      applied_assignment_revision = COALESCE(s.applied_assignment_revision, l.applied_assignment_revision),
      assigned = COALESCE(s.assigned, l.assigned),
      park_code = s.park_code, park_attribute = s.park_attribute, park_rule = s.park_rule,
      parked_at = CASE WHEN s.park_code IS NULL THEN NULL ELSE now() END,
      repairs = CASE WHEN NOT s.is_repair THEN l.repairs WHEN l.repaired_at > now() - ${FIGHT_FOR} THEN LEAST(l.repairs + 1, 1000) ELSE 1 END,
      repaired_at = CASE WHEN s.is_repair THEN now() ELSE l.repaired_at END,
      approved_plan = CASE WHEN s.approval IS NOT NULL AND l.approved_plan = s.approved_plan THEN NULL ELSE l.approved_plan END,
      merged_into = CASE WHEN s.merge_is_over AND l.merged_into = s.merged_into THEN NULL ELSE l.merged_into END,
      waits_for_user_id = s.waits_for, waits_for_handled = s.waits_for_handled, last_error = s.last_error,
      recreate_from = CASE WHEN ${SPENDS_PERMISSION} THEN NULL ELSE l.recreate_from END,
      settled_at = CASE WHEN s.is_handled AND s.applied_status IS NOT NULL THEN now() ELSE l.settled_at END,
      ${HOLD},
      granted_class = CASE WHEN COALESCE(s.unused, 'null') = 'null' THEN l.granted_class END,
      granted_minute = CASE WHEN COALESCE(s.unused, 'null') = 'null' THEN l.granted_minute END,
      granted_revision = CASE WHEN s.keeps_room THEN l.granted_revision END
    FROM s WHERE l.user_id = s.user_id AND l.provider = $1 AND l.lease_token = s.token
    RETURNING l.user_id),
  overtaken AS (
    UPDATE links l SET
      wanted = l.wanted + 1, doubted = l.wanted + 1,
      wanted_since = CASE WHEN l.wanted > l.handled THEN l.wanted_since ELSE now() END,
      lane = CASE WHEN l.wanted > l.handled THEN l.lane ELSE 2 END,
      certainty = CASE WHEN l.certainty = 'never' THEN 'never' ELSE 'stale' END,
      doubtful_write_at = now()
    FROM s WHERE s.mutated AND l.user_id = s.user_id AND l.provider = $1 AND l.lease_token IS DISTINCT FROM s.token),
  returned AS (
    UPDATE budgets b SET spent = budget_return(b.spent, r.unused)
    FROM (SELECT class, jsonb_object_agg(minute, steps) AS unused
          FROM (SELECT s.unused ->> 'class' AS class, s.unused ->> 'minute' AS minute, count(*) AS steps
                FROM s JOIN settled d ON d.user_id = s.user_id
                WHERE s.unused <> 'null' GROUP BY 1, 2) AS n
          GROUP BY class) AS r
    WHERE b.provider = $1 AND b.class = r.class),
  permitted AS (
    UPDATE plan_steps p SET state = s.approval
    FROM s JOIN settled d ON d.user_id = s.user_id
    WHERE s.approval IS NOT NULL AND p.plan_id = s.approved_plan AND p.user_id = s.user_id AND p.provider = $1
      AND p.state = 'approved'),
  known AS (
    DELETE FROM intents i
    WHERE i.kind = 'provision' AND i.provider = $1 AND i.settled_at IS NULL AND i.user_id = ${ofThose('provision')}),
  receipted AS (
    UPDATE intents i SET outcome = s.intent_outcome, evidence = COALESCE(i.evidence, '{}') || s.evidence,
      settled_at = CASE WHEN s.intent_outcome IN ('applied', 'calledOff') THEN now() END
    FROM s JOIN settled d ON d.user_id = s.user_id
    WHERE s.intent_kind = 'purge' AND i.kind = 'purge' AND i.user_id = s.user_id AND i.provider = $1
      AND i.settled_at IS NULL AND i.user_id = ${ofThose('purge')})
  INSERT INTO audit (actor, action, user_id, provider, attributes, detail)
  SELECT $3, 'provider.' || (step->>'kind'), s.user_id, $1,
         ARRAY(SELECT jsonb_array_elements_text(step->'attributes')),
         jsonb_build_object('outcome', step->'outcome', 'status', step->'status')
           || CASE WHEN step ? 'effect' THEN jsonb_build_object('effect', step->'effect') ELSE '{}' END
  FROM s CROSS JOIN LATERAL jsonb_array_elements(s.steps) AS step`;
