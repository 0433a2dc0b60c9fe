import type { Sql } from '../database.js';
import { settleStatement } from './settle-sql.js';
import type { Settlement, TakenStep } from './settlement.js';

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
 * worker that started last is due again, as backfill, for those who work by that one.
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

/**
 * One literal without copies, which would be made member by member. Most members have nothing to say, and are left out of
 * the document: reading it costs Postgres as much as writing the row.
 */
function toRow(settlement: Settlement): object {
  const { link, knowledge, applied, park, held, outcome } = settlement;
  return {
    user_id: link.userId,
    token: link.leaseToken,
    wanted: link.wanted,
    is_handled: outcome === 'handled' || outcome === 'parked',
    delay_ms: settlement.delayMs,
    attempts: settlement.attempts,
    account_id: knowledge.accountId ?? undefined,
    certainty: knowledge.certainty,
    observed_state: knowledge.observedState ?? undefined,
    observed_marker: knowledge.observedMarker ?? undefined,
    asserted: knowledge.asserted ?? undefined,
    owed: unlessEmpty(knowledge.owed),
    seen_owed: unlessEmpty(settlement.seenOwed),
    not_enforceable: ifSo(knowledge.notEnforceable),
    deferred: ifSo(knowledge.deferred),
    doubt: settlement.doubt,
    applied_status: applied?.status,
    applied_status_revision: applied?.statusRevision,
    applied_attribute_revision: applied?.attributeRevision,
    applied_assignment_revision: applied?.assignmentRevision,
    assigned: settlement.assignedByRule ?? undefined,
    park_code: park?.code,
    park_attribute: park?.attribute,
    park_rule: park?.rule,
    waits_for: settlement.waitsFor?.userId,
    waits_for_handled: settlement.waitsFor?.handled,
    last_error: settlement.lastError ?? undefined,
    intent_kind: settlement.intent?.kind,
    intent_outcome: settlement.intent?.outcome,
    evidence: settlement.intent?.kind === 'purge' ? settlement.intent.evidence : undefined,
    steps: settlement.steps,
    is_made: ifSo(settlement.steps.some(isMade)),
    keeps_room: ifSo(settlement.room === 'kept'),
    unused: typeof settlement.room === 'string' ? undefined : settlement.room.unused,
    mutated: ifSo(settlement.mutated),
    merge_is_over: ifSo(settlement.mergeIsOver),
    merged_into: link.mergedInto ?? undefined,
    approval: settlement.approval ?? undefined,
    is_repair: ifSo(settlement.isRepair),
    approved_plan: link.approvedPlan ?? undefined,
    held_class: held?.class,
    held_step: held?.kind,
    held_state: held?.state,
    held_revision: held?.statusRevision,
    // An approved step that has to be tried again is still approved.
    keeps_hold: ifSo(held === null && (outcome === 'again' || outcome === 'released')),
  };
}

function isMade({ kind, outcome }: TakenStep): boolean {
  return kind === 'provision' && outcome === 'acknowledged';
}

function ifSo(it: boolean): true | undefined {
  return it || undefined;
}

function unlessEmpty<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length === 0 ? undefined : items;
}
