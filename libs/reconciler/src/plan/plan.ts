import type { ObservedState, OwedEffect, ParkReason } from '#domain';
import type {
  Capabilities,
  DesiredAccount,
  LoweredStatus,
  LoweringCell,
  NativeAttributes,
  ProviderStep,
} from '#identity-provider';
import { differingPaths, sameTags } from './differences.js';

/** What is known of the account when the plan is made. */
export interface Observed {
  readonly state: ObservedState;
  readonly marker: string | null;
  /** Managed attributes that the account holds, as read or as last acknowledged; `null` when not known. */
  readonly attributes: NativeAttributes | null;
  readonly tags: Readonly<Record<string, string>> | null;
}

export interface PlanInput {
  readonly status: LoweredStatus;
  /** What the status means at this instance. */
  readonly target: LoweringCell;
  readonly desired: DesiredAccount;
  readonly observed: Observed;
  readonly owed: readonly OwedEffect[];
  /** An account was there before: its absence now is a loss, not a beginning. */
  readonly hadAccount: boolean;
  /** An operator asked for a new account in place of one that is gone, knowing what it loses. */
  readonly mayRecreate: boolean;
  /** The purge is part of an erasure: what is personal goes before the account does. */
  readonly isErasure: boolean;
  /** The provider accepted the purge and has not finished it: it is awaited, never sent again. */
  readonly purgeAccepted: boolean;
  readonly capabilities: Capabilities;
}

/** What is to be done to one account, in order. No steps and no park: it is as it should be. */
export interface Plan {
  readonly steps: readonly ProviderStep[];
  readonly park: ParkReason | null;
  /** Effects that become owed with the first call, beside those owed already. */
  readonly owes: readonly OwedEffect[];
  /** Owed effects that the account's state leaves nothing to do for. */
  readonly waives: readonly OwedEffect[];
  /** The account stays usable although the user may not use it. */
  readonly notEnforceable: boolean;
  /** Attributes differ and are withheld until the account may be written again. */
  readonly deferred: boolean;
  /** A step is under way there and only time finishes it. */
  readonly awaiting: 'purge' | null;
}

/**
 * Decides what one account is missing. Pure: no clock, no I/O.
 *
 * ```
 * observed \ target   live (active)        live (not enforceable)  suspended       softDeleted    gone
 * absent              provision *          -                       -               -              -
 * notLive             restore or park      -                       -               -              purge
 * softDeleted         restore              -                       -               -              purge
 * suspended           [update] reactivate  -                       [update]        softDelete     purge
 * live                [update]             [update] report         suspend         softDelete     purge
 * ```
 * What is closed stays closed for whoever is not active, also where the target would leave it open.
 * `*` unless the account was there before and a new one would lose something that nobody allowed, or could not be found
 * again.
 * Owed effects are paid behind the steps that owe them, and before an account opens. An erasure of the profile ends the
 * pass: what the account then holds, its marker and its attributes, is read before anything else is written.
 */
export function plan(input: PlanInput): Plan {
  return mustErase(input) ? planErasure(input) : planByState(input);
}

function planByState(input: PlanInput): Plan {
  switch (input.observed.state) {
    case 'absent':
      return { ...(input.status === 'active' ? planCreation(input) : NOTHING), waives: input.owed };
    case 'notLive':
      return planHidden(input);
    case 'softDeleted':
      return planSoftDeleted(input);
    case 'suspended':
      return planSuspended(input);
    case 'live':
      return planLive(input);
  }
}

/** The account is as it should be. */
export const NOTHING: Plan = {
  steps: [],
  park: null,
  owes: [],
  waives: [],
  notEnforceable: false,
  deferred: false,
  awaiting: null,
};

function parked(reason: ParkReason): Plan {
  return { ...NOTHING, park: reason };
}

function planCreation(input: PlanInput): Plan {
  const { desired, capabilities } = input;
  if (input.hadAccount && capabilities.onAbsent === 'park' && !input.mayRecreate) {
    return parked({
      code: 'gone_at_provider',
      rule: `a new account would lose ${capabilities.purge.loses.join(', ')}; restore it there, or ask for a new account: reactivate the user with "recreate": true`,
    });
  }
  if (capabilities.accountIdAssignedBy === 'provider' && desired.lookupKeys.length === 0) {
    return parked({
      code: 'no_lookup_key',
      attribute: capabilities.uniqueKeys.join(' or '),
      rule: 'is needed there to find the account again; give the user one',
    });
  }
  const unfit = violationOf(desired);
  if (unfit !== null) return parked(unfit);
  return withTags(input, null, [{ kind: 'provision', attributes: desired.attributes }]);
}

function planHidden(input: PlanInput): Plan {
  if (input.target.state === 'gone') return planPurge(input);
  if (input.status !== 'active') return { ...NOTHING, waives: ['setTags'] };
  return input.capabilities.restore
    ? { ...NOTHING, steps: [{ kind: 'restore' }] }
    : parked({ code: 'gone_at_provider', rule: 'the account is not live there and cannot be restored' });
}

function planSoftDeleted(input: PlanInput): Plan {
  if (input.target.state === 'gone') return planPurge(input);
  if (input.status === 'active') return { ...NOTHING, steps: [{ kind: 'restore' }] };
  return { ...NOTHING, waives: ['setTags'], deferred: differs(input) };
}

/** What is absent or hidden has no profile that could be reached. A purge takes the profile along, or erases on its own way. */
function mustErase(input: PlanInput): boolean {
  return owesReachableErasure(input) && input.target.state !== 'gone';
}

function owesReachableErasure({ owed, observed }: PlanInput): boolean {
  return owed.includes('eraseProfile') && observed.state !== 'absent' && observed.state !== 'notLive';
}

/** A leaver is shut out first; everything else that is to be written waits for the read behind the erasure. */
function planErasure(input: PlanInput): Plan {
  const others = { ...input, owed: input.owed.filter((effect) => effect !== 'eraseProfile') };
  const rest = planByState(others);
  const shutsOut = input.observed.state === 'live' && input.target.state !== 'live';
  // Nothing else can be paid on an account that is soft-deleted.
  const debtsNow = input.observed.state === 'softDeleted' ? [] : debts(others);
  const { notEnforceable, deferred } = rest;
  const first: Plan = shutsOut ? rest : { ...NOTHING, steps: debtsNow, notEnforceable, deferred };
  return { ...first, steps: [...first.steps, dischargeStep(input, 'eraseProfile')] };
}

function planSuspended(input: PlanInput): Plan {
  if (input.target.state === 'gone') return planPurge(input);
  if (input.target.state === 'softDeleted') return close(input, { kind: 'softDelete' });
  return input.status === 'active' ? reopen(input) : keepSuspended(input);
}

/** Pays what is owed, then what was withheld, and only then lets the person in again. */
function reopen(input: PlanInput): Plan {
  const { desired, capabilities } = input;
  const attributes = violationOf(desired) === null ? desired.attributes : heldAttributes(input);
  const opening: ProviderStep = { kind: 'reactivate', attributes };
  const update = capabilities.suspend === 'marker' ? [] : updateStep(input);
  return withTags(input, input.observed.tags, [...debts(input), ...update, opening]);
}

/** Where the policy would leave the account open it is not opened again: nobody is let in who is not active. */
function keepSuspended(input: PlanInput): Plan {
  const { desired, capabilities, observed, target } = input;
  const marker = target.state === 'suspended' ? (target.marker ?? null) : observed.marker;
  const mayWrite =
    input.status === 'deactivated' && capabilities.writableWhileSuspended && violationOf(desired) === null;
  const stale = differs(input);
  if (capabilities.suspend === 'marker') {
    const attributes = mayWrite ? desired.attributes : heldAttributes(input);
    const wrong = observed.marker !== marker || (mayWrite && stale);
    const steps: ProviderStep[] = wrong ? [{ kind: 'suspend', marker, attributes }] : [];
    return { ...NOTHING, steps: [...steps, ...debts(input)], deferred: stale && !mayWrite };
  }
  const update = mayWrite ? updateStep(input) : [];
  return { ...NOTHING, steps: [...debts(input), ...update], deferred: stale && !mayWrite };
}

function planLive(input: PlanInput): Plan {
  switch (input.target.state) {
    case 'gone':
      return planPurge(input);
    case 'softDeleted':
      return close(input, { kind: 'softDelete' });
    case 'suspended':
      return close(input, suspendStep(input));
    case 'live':
      return input.status === 'active' ? keepLive(input) : leaveOpen(input);
  }
}

function keepLive(input: PlanInput): Plan {
  const unfit = violationOf(input.desired);
  if (unfit !== null) return { ...parked(unfit), steps: debts(input) };
  return withTags(input, input.observed.tags, [...debts(input), ...updateStep(input)]);
}

/** Nothing stops this account, by nature or by policy. It is kept in step until the user is deleted, and reported. */
function leaveOpen(input: PlanInput): Plan {
  const mayWrite = input.status === 'deactivated' && violationOf(input.desired) === null;
  const kept = withTags(input, input.observed.tags, [...debts(input), ...updateStep(input)]);
  return {
    ...(mayWrite ? kept : { ...NOTHING, steps: debts(input) }),
    notEnforceable: true,
    deferred: !mayWrite && differs(input),
  };
}

/** Shuts the person out first; everything else can wait. */
function close(input: PlanInput, step: ProviderStep): Plan {
  const owes = input.capabilities.owedOnSuspend;
  // Tags can only be set on an account that is live; they are told again when it is.
  const waives: OwedEffect[] = step.kind === 'softDelete' ? ['setTags'] : [];
  const due = [...new Set([...input.owed, ...owes])].filter((effect) => !waives.includes(effect));
  const pays = due.map((effect) => dischargeStep(input, effect));
  const deferred =
    differs(input) && !(step.kind === 'suspend' && step.attributes === input.desired.attributes);
  return { ...NOTHING, steps: [step, ...pays], owes, waives, deferred };
}

function suspendStep(input: PlanInput): ProviderStep {
  const mayWrite =
    input.status === 'deactivated' &&
    input.capabilities.suspend === 'marker' &&
    violationOf(input.desired) === null;
  return {
    kind: 'suspend',
    marker: input.target.marker ?? null,
    attributes: mayWrite ? input.desired.attributes : heldAttributes(input),
  };
}

/** Of somebody who is erased the profile goes first: the purge may be long in coming. */
function planPurge(input: PlanInput): Plan {
  if (input.purgeAccepted) return { ...NOTHING, awaiting: 'purge' };
  const erasure =
    input.isErasure && owesReachableErasure(input) ? [dischargeStep(input, 'eraseProfile')] : [];
  return { ...NOTHING, steps: [...erasure, { kind: 'purge' }] };
}

function updateStep(input: PlanInput): ProviderStep[] {
  if (violationOf(input.desired) !== null) return [];
  const changed = differingPaths(input.desired.attributes, input.observed.attributes);
  return changed.length === 0 ? [] : [{ kind: 'update', attributes: input.desired.attributes, changed }];
}

/** Adds the tag map as an owed effect when it is not what the account was last told. */
function withTags(input: PlanInput, told: Observed['tags'], steps: readonly ProviderStep[]): Plan {
  const { tags } = input.desired;
  if (tags === null || input.owed.includes('setTags') || sameTags(tags, told)) return { ...NOTHING, steps };
  return { ...NOTHING, steps: [...steps, { kind: 'discharge', effect: 'setTags', tags }], owes: ['setTags'] };
}

function debts(input: PlanInput): ProviderStep[] {
  return input.owed.map((effect) => dischargeStep(input, effect));
}

function dischargeStep(input: PlanInput, effect: OwedEffect): ProviderStep {
  return { kind: 'discharge', effect, tags: effect === 'setTags' ? (input.desired.tags ?? {}) : {} };
}

function differs(input: PlanInput): boolean {
  return differingPaths(input.desired.attributes, input.observed.attributes).length > 0;
}

function heldAttributes(input: PlanInput): NativeAttributes {
  return input.observed.attributes ?? input.desired.attributes;
}

function violationOf(desired: DesiredAccount): ParkReason | null {
  const first = desired.violations[0];
  return first === undefined ? null : { code: 'invalid', attribute: first.attribute, rule: first.rule };
}
