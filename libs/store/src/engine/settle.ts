import type { Sql } from '../database.js';
import { settleStatement } from './settle-sql.js';
import type { Settlement } from './settlement.js';

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
  await sql(settleStatement(settlements), [
    options.provider,
    options.coalesceMs,
    options.actor,
    JSON.stringify(settlements.map(toRow)),
    options.declaration,
  ]);
}

/** One literal without copies, which would be made member by member. */
function toRow(settlement: Settlement): object {
  const { link, knowledge, applied, park, held, outcome } = settlement;
  return {
    user_id: link.userId,
    token: link.leaseToken,
    wanted: link.wanted,
    is_handled: outcome === 'handled' || outcome === 'parked',
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
    keeps_room: settlement.room === 'kept',
    unused: typeof settlement.room === 'string' ? null : settlement.room.unused,
    mutated: settlement.mutated,
    merge_is_over: settlement.mergeIsOver,
    merged_into: link.mergedInto,
    approval: settlement.approval,
    is_repair: settlement.isRepair,
    approved_plan: link.approvedPlan,
    held_class: held?.class ?? null,
    held_step: held?.kind ?? null,
    held_state: held?.state ?? null,
    held_revision: held?.statusRevision ?? null,
    // An approved step that has to be tried again is still approved.
    keeps_hold: held === null && (outcome === 'again' || outcome === 'released'),
  };
}
