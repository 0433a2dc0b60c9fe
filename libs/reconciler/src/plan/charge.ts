import type { ChangeClass } from '#domain';
import type { ChargedStep, LoweringCell, ProviderStep } from '#identity-provider';
import { NOTHING, plan, type Plan, type PlanInput } from './plan.js';

/**
 * The step of a plan that needs room in a budget, if one does. A step that only repairs (nothing of the user changed
 * since the account was last in step) overwrites; one that brings a user's own change there is ordinary, whoever and
 * however many are edited.
 */
export function chargeOf(input: PlanInput, planned: Plan, isOrdinary: boolean): ChargedStep | null {
  const { state } = input.observed;
  for (const step of planned.steps) {
    const name = classOf(step, state === 'suspended', isOrdinary);
    if (name !== null) return { class: name, kind: step.kind, state };
  }
  return null;
}

function classOf(step: ProviderStep, isShutOut: boolean, isOrdinary: boolean): ChangeClass | null {
  switch (step.kind) {
    case 'provision':
      return 'create';
    case 'purge':
      return 'remove';
    case 'softDelete':
      return 'suspend';
    case 'suspend':
      // Of somebody who is shut out already it only changes what the account says.
      if (!isShutOut) return 'suspend';
      return isOrdinary ? null : 'overwrite';
    case 'update':
    case 'reactivate':
    case 'restore':
      return isOrdinary ? null : 'overwrite';
    case 'discharge':
      return null;
  }
}

/** A step that may not be taken, and whether its user was changed since the account was last in step. */
export interface HeldBack {
  readonly charge: ChargedStep;
  readonly isOrdinary: boolean;
}

/**
 * What is still to be done to an account while its charged step may not be taken: debts are paid, and where the account
 * would have changed its state it is looked after in the one that it has. Nothing of it needs room itself.
 */
export function planAround(input: PlanInput, planned: Plan, { charge, isOrdinary }: HeldBack): Plan {
  if (charge.class === 'create') return NOTHING;
  if (charge.class === 'overwrite') return { ...debtsOf(planned), deferred: true };
  const asBefore = { ...plan({ ...input, target: asItIs(input) }), notEnforceable: false };
  return isOrdinary ? asBefore : debtsOf(asBefore);
}

/**
 * How an account that is still open is shut while its destruction waits: as that of somebody who is deleted, which can
 * be taken back. `null` when there is nothing to shut, or the policy leaves such an account open.
 */
export function planShutting(
  input: PlanInput,
  { class: name }: ChargedStep,
  deleted: LoweringCell,
): { readonly planned: Plan; readonly charge: ChargedStep } | null {
  const isReversible = deleted.state === 'suspended' || deleted.state === 'softDeleted';
  if (name !== 'remove' || input.observed.state !== 'live' || !isReversible) return null;
  const planned = plan({ ...input, status: 'deleted', target: deleted });
  const charge = chargeOf(input, planned, true);
  return charge?.class === 'suspend' ? { planned, charge } : null;
}

function debtsOf(planned: Plan): Plan {
  return { ...planned, steps: planned.steps.filter((step) => step.kind === 'discharge') };
}

function asItIs({ target, observed }: PlanInput): LoweringCell {
  if (observed.state === 'suspended') {
    return {
      ...target,
      state: 'suspended',
      ...(observed.marker === null ? {} : { marker: observed.marker }),
    };
  }
  return { ...target, state: observed.state === 'live' ? 'live' : 'softDeleted' };
}
