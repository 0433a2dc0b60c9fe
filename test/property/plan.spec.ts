import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { OBSERVED_STATES, type OwedEffect } from '#domain';
import type { Capabilities, DesiredAccount, LoweredStatus, ProviderStep } from '#identity-provider';
import {
  chargeOf,
  comingBack,
  plan,
  planAround,
  planShutting,
  type Observed,
  type Plan,
  type PlanInput,
} from '#reconciler';
import { PROFILES, type Profile } from '../support/lowerings.js';

const STATUSES: readonly LoweredStatus[] = ['active', 'deactivated', 'deleted', 'purged'];
const RUNS = { numRuns: 300 };

const attributes = fc.record({ a: fc.constantFrom('x', 'y', null), b: fc.constantFrom('x', 'y', null) });
const tags = fc.constantFrom<Record<string, string>>({}, { team: 'red' }, { team: 'blue', vip: '' });

function inputs({ capabilities, lowering }: Profile): fc.Arbitrary<PlanInput> {
  const carriesTags = capabilities.accountIdAssignedBy === 'provider' && capabilities.softDelete;
  const states = OBSERVED_STATES.filter((state) => canShow(capabilities, state));
  const desired: fc.Arbitrary<DesiredAccount> = fc.record({
    attributes,
    lookupKeys: fc.constantFrom([], [{ kind: 'email' as const, value: 'a@example.com' }]),
    tags: carriesTags ? tags : fc.constant(null),
    violations: fc.constantFrom([], [], [{ attribute: 'givenName', rule: 'is too short' }]),
  });
  const observed: fc.Arbitrary<Observed> = fc.record({
    state: fc.constantFrom(...states),
    marker: fc.constantFrom(null, 'deactivated', 'deleted'),
    attributes: fc.option(attributes),
    tags: fc.option(tags),
  });
  return fc
    .record({
      status: fc.constantFrom(...STATUSES),
      desired,
      observed,
      owed: fc.subarray(payable(capabilities, carriesTags)),
      hadAccount: fc.boolean(),
      mayRecreate: fc.boolean(),
      isErasure: fc.boolean(),
      purgeAccepted: fc.boolean(),
      capabilities: fc.constant(capabilities),
    })
    .map((input) => consistent({ ...input, target: lowering[input.status] }));
}

function payable(capabilities: Capabilities, carriesTags: boolean): OwedEffect[] {
  return [
    ...capabilities.owedOnSuspend,
    ...(carriesTags ? (['setTags'] as const) : []),
    ...(capabilities.erasesProfile ? (['eraseProfile'] as const) : []),
  ];
}

function canShow(capabilities: Capabilities, state: Observed['state']): boolean {
  if (state === 'suspended') return capabilities.suspend === 'native' || capabilities.suspend === 'marker';
  return state === 'softDeleted' || state === 'notLive' ? capabilities.softDelete : true;
}

/** A marker is seen exactly on what is suspended by one; what is absent holds nothing. */
function consistent(input: PlanInput): PlanInput {
  const { observed, capabilities } = input;
  const marked = capabilities.suspend === 'marker' && observed.state === 'suspended';
  const marker = marked ? (observed.marker ?? 'deactivated') : null;
  const held = observed.state === 'absent' ? { attributes: null, tags: null } : observed;
  return { ...input, observed: { ...observed, ...held, marker } };
}

/** What a provider that does as it is told would hold after the steps. Written apart from the engine's own account. */
function obey(input: PlanInput, planned: Plan): PlanInput {
  let { observed } = input;
  let { hadAccount } = input;
  const owed = new Set([...input.owed, ...planned.owes]);
  for (const effect of planned.waives) owed.delete(effect);
  for (const step of planned.steps) {
    observed = after(observed, step, input.capabilities);
    if (step.kind === 'provision') hadAccount = true;
    if (step.kind === 'discharge') owed.delete(step.effect);
  }
  return { ...input, observed, hadAccount, owed: [...owed], purgeAccepted: false };
}

function after(observed: Observed, step: ProviderStep, capabilities: Capabilities): Observed {
  const byMarker = capabilities.suspend === 'marker';
  switch (step.kind) {
    case 'provision':
      return { state: 'live', marker: null, attributes: step.attributes, tags: {} };
    case 'update':
      return { ...observed, attributes: step.attributes };
    case 'suspend':
      return {
        ...observed,
        state: 'suspended',
        marker: step.marker,
        ...(byMarker ? { attributes: step.attributes } : {}),
      };
    case 'reactivate':
      return {
        ...observed,
        state: 'live',
        marker: null,
        ...(byMarker ? { attributes: step.attributes } : {}),
      };
    case 'softDelete':
      return { ...observed, state: 'softDeleted' };
    case 'restore':
      return { ...observed, state: 'live' };
    case 'purge':
      return { state: 'absent', marker: null, attributes: null, tags: null };
    case 'discharge':
      return afterDischarge(observed, step, byMarker);
  }
}

/** What an erasure takes: everything that was held there, and with it our marker. */
function afterDischarge(
  observed: Observed,
  step: Extract<ProviderStep, { kind: 'discharge' }>,
  byMarker: boolean,
): Observed {
  if (step.effect === 'setTags') return { ...observed, tags: step.tags };
  if (step.effect === 'revokeTokens') return observed;
  const state = byMarker && observed.state === 'suspended' ? 'live' : observed.state;
  return { ...observed, state, marker: null, attributes: { a: null, b: null } };
}

function untilQuiet(start: PlanInput): { input: PlanInput; last: Plan; rounds: number } {
  let input = start;
  for (let rounds = 1; rounds <= 4; rounds += 1) {
    const last = plan(input);
    if (last.steps.length === 0) return { input, last, rounds };
    input = obey(input, last);
  }
  return { input, last: plan(input), rounds: 5 };
}

function isErasure(step: ProviderStep): boolean {
  return step.kind === 'discharge' && step.effect === 'eraseProfile';
}

describe.each(PROFILES)('the laws of the plan: %s', (_name, profile) => {
  const { capabilities } = profile;

  it('obeyed, it is soon followed by an empty one, and then always', () => {
    fc.assert(
      fc.property(inputs(profile), (input) => {
        const { last, rounds, input: end } = untilQuiet(input);
        expect(last.steps).toEqual([]);
        expect(rounds).toBeLessThanOrEqual(4);
        expect(plan(end)).toEqual(last);
      }),
      RUNS,
    );
  });

  it('the same holds after a crash behind any of its steps', () => {
    fc.assert(
      fc.property(inputs(profile), fc.nat(4), (input, cut) => {
        const whole = plan(input);
        // The debts are on record before the first call, the acknowledgements of what was cut off are not.
        const partly = obey(input, { ...whole, steps: whole.steps.slice(0, cut) });
        expect(untilQuiet(partly).last.steps).toEqual([]);
      }),
      RUNS,
    );
  });

  it('never asks for what the provider cannot do', () => {
    fc.assert(
      fc.property(inputs(profile), (input) => {
        for (const { kind } of plan(input).steps) {
          if (kind === 'suspend' || kind === 'reactivate')
            expect(['native', 'marker']).toContain(capabilities.suspend);
          if (kind === 'softDelete') expect(capabilities.softDelete).toBe(true);
          if (kind === 'restore') expect(capabilities.restore).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it('creates for the active alone, and destroys for the purged alone', () => {
    fc.assert(
      fc.property(inputs(profile), (input) => {
        const kinds = plan(input).steps.map((step) => step.kind);
        if (input.status !== 'active') expect(kinds).not.toContain('provision');
        if (input.status !== 'purged') expect(kinds).not.toContain('purge');
        if (input.observed.state !== 'absent') expect(kinds).not.toContain('provision');
        if (input.purgeAccepted) expect(kinds).not.toContain('purge');
      }),
      RUNS,
    );
  });

  it('P12: creates nothing that could not be found again, nor what would lose something unasked', () => {
    fc.assert(
      fc.property(inputs(profile), (input) => {
        fc.pre(input.status === 'active' && input.observed.state === 'absent');
        const { steps, park } = plan(input);
        const isLoss = input.hadAccount && capabilities.onAbsent === 'park' && !input.mayRecreate;
        const isLost =
          capabilities.accountIdAssignedBy === 'provider' && input.desired.lookupKeys.length === 0;
        if (isLoss || isLost) {
          expect(steps).toEqual([]);
          expect(park?.code).toBe(isLoss ? 'gone_at_provider' : 'no_lookup_key');
        } else if (input.desired.violations.length === 0) {
          expect(steps[0]?.kind).toBe('provision');
        }
      }),
      RUNS,
    );
  });

  it('D12: a permission for a new account changes nothing but the create of somebody active whose account is gone', () => {
    fc.assert(
      fc.property(inputs(profile), (input) => {
        const without = plan({ ...input, mayRecreate: false });
        const allowed = plan({ ...input, mayRecreate: true });
        const isGone = input.status === 'active' && input.observed.state === 'absent' && input.hadAccount;
        if (!isGone) expect(allowed).toEqual(without);
        else expect(allowed).toEqual(plan({ ...input, hadAccount: false }));
        if (isGone && capabilities.onAbsent === 'recreate') expect(allowed).toEqual(without);
      }),
      RUNS,
    );
  });

  it('P13: what a return is said to come to is what the plan then does', () => {
    fc.assert(
      fc.property(inputs(profile), fc.constantFrom('restore', 'reactivate'), (input, verb) => {
        fc.pre(input.status === 'active' || input.status === 'deactivated');
        const { outcome, loses } = comingBack(input, { verb, park: null, isSettled: true });
        const { last, input: end } = untilQuiet(input);
        const kinds = plan(input).steps.map(({ kind }) => kind);
        expect(kinds.includes('provision')).toBe(outcome === 'recreated' || outcome === 'created');
        if (kinds.includes('restore')) expect(outcome).toBe('restored');
        if (kinds.includes('reactivate')) expect(outcome).toBe('reactivated');
        if (outcome === 'impossible') expect(end.observed.state).not.toBe('live');
        else if (input.status === 'active') expect(end.observed.state).toBe('live');
        if (last.park?.code === 'gone_at_provider') expect(outcome).toBe('impossible');
        const mustLose = outcome === 'recreated' || last.park?.code === 'gone_at_provider';
        if (mustLose) expect(loses).toEqual(capabilities.purge.loses);
      }),
      RUNS,
    );
  });

  it('shuts a leaver out before anything else, and owes on record what no read can show', () => {
    fc.assert(
      fc.property(inputs(profile), (input) => {
        fc.pre(input.observed.state === 'live' && input.status !== 'active' && input.status !== 'purged');
        const planned = plan(input);
        if (input.target.support === 'notEnforceable') {
          expect(planned.notEnforceable).toBe(true);
          return;
        }
        expect(['suspend', 'softDelete']).toContain(planned.steps[0]?.kind);
        expect(planned.owes).toEqual(capabilities.owedOnSuspend);
      }),
      RUNS,
    );
  });

  it('lets nobody in who is not active, whatever the policy would leave open', () => {
    fc.assert(
      fc.property(inputs(profile), (input) => {
        fc.pre(input.status !== 'active');
        const { steps, notEnforceable } = plan(input);
        expect(steps.filter(({ kind }) => kind === 'reactivate' || kind === 'restore')).toEqual([]);
        // What is closed is closed, whoever closed it; only an account that stays open is told apart.
        if (input.observed.state !== 'live') expect(notEnforceable).toBe(false);
      }),
      RUNS,
    );
  });

  it('withholds attributes after deletion', () => {
    fc.assert(
      fc.property(inputs(profile), (input) => {
        fc.pre(input.status === 'deleted' && input.observed.attributes !== null);
        for (const step of plan(input).steps) {
          expect(step.kind).not.toBe('update');
          if (step.kind === 'suspend') expect(step.attributes).toEqual(input.observed.attributes);
        }
      }),
      RUNS,
    );
  });
});

/** Every provider as it would be if it could erase a profile: the plan must not count on the one that can. */
const ERASING = PROFILES.map(
  ([name, { capabilities, lowering }]) =>
    [name, { capabilities: { ...capabilities, erasesProfile: true }, lowering }] as const,
);

describe.each(ERASING)('the erasure of a profile: %s', (_name, profile) => {
  const erasureOwed = (status: LoweredStatus) =>
    inputs(profile).map((input): PlanInput => ({
      ...input,
      status,
      target: profile.lowering[status],
      owed: [...new Set<OwedEffect>([...input.owed, 'eraseProfile'])],
      isErasure: false,
      purgeAccepted: false,
    }));

  it('erases a profile last of all, or before a purge, and only where one is owed and can be', () => {
    fc.assert(
      fc.property(inputs(profile), (input) => {
        const planned = plan(input);
        const erasures = planned.steps.filter(isErasure);
        const isThere = ['live', 'suspended', 'softDeleted'].includes(input.observed.state);
        const isPurge = input.status === 'purged';
        const goesWithPurge = isPurge && (input.purgeAccepted || !input.isErasure);
        const isDue = input.owed.includes('eraseProfile') && isThere && !goesWithPurge;
        expect(erasures).toHaveLength(isDue ? 1 : 0);
        if (isDue && isPurge) expect(planned.steps).toEqual([erasures[0], { kind: 'purge' }]);
        else if (isDue) expect(planned.steps.at(-1)).toEqual(erasures[0]);
        if (isDue) expect(planned.park).toBeNull();
      }),
      RUNS,
    );
  });

  it('writes nothing personal back behind an erasure while the user is deleted, whatever the roster holds', () => {
    fc.assert(
      fc.property(erasureOwed('deleted'), (given) => {
        let input = given;
        for (let erased = false; ;) {
          const planned = plan(input);
          if (planned.steps.length === 0) {
            const stillOwed = input.owed.filter((effect) => !planned.waives.includes(effect));
            // What nobody can tell from gone stays owed until it shows again or is purged.
            if (input.observed.state !== 'notLive') expect(stillOwed).not.toContain('eraseProfile');
            break;
          }
          for (const step of planned.steps) {
            if (erased && 'attributes' in step) expect(step.attributes).toEqual({ a: null, b: null });
            if (isErasure(step)) erased = true;
          }
          input = obey(input, planned);
        }
      }),
      RUNS,
    );
  });

  it('purged before it is paid, an erasure is no longer owed once the account is gone', () => {
    fc.assert(
      fc.property(erasureOwed('purged'), (given) => {
        const { input, last } = untilQuiet(given);
        expect(input.observed.state).toBe('absent');
        expect(input.owed.filter((effect) => !last.waives.includes(effect))).toEqual([]);
      }),
      RUNS,
    );
  });
});

describe.each(PROFILES)('the laws of a held step: %s', (_name, profile) => {
  it('G01: what is done meanwhile neither shuts out, nor lets in, nor creates, nor destroys, and comes to an end', () => {
    fc.assert(
      fc.property(inputs(profile), fc.boolean(), (start, isOrdinary) => {
        let input = start;
        for (let round = 0; round < 4; round += 1) {
          const planned = plan(input);
          const charge = chargeOf(input, planned, isOrdinary);
          if (charge === null) return;
          const rest = planAround(input, planned, { charge, isOrdinary });
          expect(chargeOf(input, rest, isOrdinary)).toBeNull();
          const kinds = rest.steps.map((step) => step.kind);
          for (const kind of ['provision', 'purge', 'softDelete', 'restore', 'reactivate'])
            expect(kinds).not.toContain(kind);
          if (input.observed.state === 'live') expect(kinds).not.toContain('suspend');
          if (charge.class === 'overwrite') expect(kinds).not.toContain('update');
          if (rest.steps.length === 0) return;
          input = obey(input, rest);
        }
        throw new Error('there was always something more to do');
      }),
      RUNS,
    );
  });

  it('an open account whose purge is held is shut by steps that can be taken back and are charged', () => {
    fc.assert(
      fc.property(inputs(profile), (input) => {
        const charge = chargeOf(input, plan(input), true);
        if (charge === null) return;
        const { deleted } = profile.lowering;
        const shutting = planShutting(input, charge, deleted);
        if (shutting === null) return;
        expect([charge.class, input.observed.state]).toEqual(['remove', 'live']);
        expect(shutting.charge.class).toBe('suspend');
        for (const { kind } of shutting.planned.steps)
          expect(['suspend', 'softDelete', 'discharge']).toContain(kind);
        const then = obey(input, shutting.planned);
        // An erasure that was owed takes the marker along; the next pass puts it back.
        const again = planShutting(then, charge, deleted);
        if (!input.owed.includes('eraseProfile')) expect(again).toBeNull();
        else if (again !== null) expect(planShutting(obey(then, again.planned), charge, deleted)).toBeNull();
      }),
      RUNS,
    );
  });

  it('every step that shuts out, creates or destroys is charged, and of the others only what nobody asked for', () => {
    fc.assert(
      fc.property(inputs(profile), (input) => {
        const planned = plan(input);
        const kinds = planned.steps.map((step) => step.kind);
        const charged = chargeOf(input, planned, true)?.class ?? null;
        if (kinds.includes('purge')) expect(charged).toBe('remove');
        else if (kinds.includes('provision')) expect(charged).toBe('create');
        else if (kinds.includes('softDelete')) expect(charged).toBe('suspend');
        else if (kinds.includes('suspend') && input.observed.state === 'live')
          expect(charged).toBe('suspend');
        else expect(charged).toBeNull();
        const writes = kinds.some((kind) => kind !== 'discharge');
        expect(chargeOf(input, planned, false) !== null).toBe(writes);
      }),
      RUNS,
    );
  });
});
