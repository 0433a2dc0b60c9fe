import type { ParkReason } from '#domain';
import type { ChargedStep } from '#identity-provider';
import { rejectedRule, type Grant, type Permission, type RoomEnd, type Settlement, type Work } from '#store';

/** A step that may be taken, and the room that was reserved for it; `null` when it needed none. */
export interface Charged extends ChargedStep {
  readonly grant: Grant | null;
}

/** A step that may not be taken. */
export interface Withheld {
  readonly charge: ChargedStep;
  readonly permission: Permission;
}

/**
 * Whether the user was changed, or explicitly assigned, since the account was last in step. If not, whatever is written
 * there now is our repair, our own mapping or another rule, and nobody asked for it person by person.
 */
export function isOrdinary(work: Work): boolean {
  const { user } = work;
  return (
    work.appliedStatusRevision !== user.statusRevision ||
    work.appliedAttributeRevision !== user.attributeRevision ||
    work.appliedAssignmentRevision !== work.assignmentRevision
  );
}

/** The end of a pass that did all but one step. The link waits for a decision, or says that it was rejected. */
export function settleWithheld(
  work: Work,
  settlement: Settlement,
  { charge, permission }: Withheld,
): Settlement {
  const held = { ...charge, statusRevision: work.user.statusRevision };
  if (settlement.outcome !== 'handled') return { ...settlement, held };
  // The account does not show the status: it must not be taken for applied.
  if (permission.kind !== 'rejected') return { ...settlement, applied: null, held };
  const park: ParkReason = { code: 'change_rejected', rule: rejectedRule(charge.class) };
  return {
    ...settlement,
    outcome: 'parked',
    park,
    lastError: park.code,
    applied: null,
    held,
  };
}

/** What becomes of the room that was reserved for this pass, or for one before it. */
export function roomAfter(
  settlement: Settlement,
  { charged, mutated }: { readonly charged: Charged | null; readonly mutated: boolean },
): RoomEnd {
  // This pass did not come to the step: one before it may have sent it, and its outcome is still open.
  if (charged === null) return isOpen(settlement) ? 'kept' : 'used';
  const outcome = settlement.steps.findLast((step) => step.kind === charged.kind)?.outcome;
  if (charged.grant === null || outcome === 'acknowledged') return 'used';
  // A purge may take several calls, and some may have been answered before the one that failed.
  if (outcome === 'unknown' || (charged.kind === 'purge' && mutated)) return 'kept';
  return { unused: charged.grant };
}

function isOpen({ outcome }: Settlement): boolean {
  return outcome === 'again' || outcome === 'released';
}
