import { describe, expect, it } from '@jest/globals';
import { CAPABILITIES_BY_KIND } from '../../../../test/support/lowerings.js';
import { OBSERVED_STATES, PARK_CODES, type ObservedState, type ParkCode } from '#domain';
import { chooseLowering, type LoweringPolicy } from '#identity-provider';
import { comingBack, type ReturnAsked } from './coming-back.js';
import type { PlanInput } from './plan.js';

type Kind = keyof typeof CAPABILITIES_BY_KIND;
const KINDS = ['vault', 'sunshine', 'passage', 'sendauth'] as const satisfies readonly Kind[];

interface Case extends Partial<PlanInput> {
  readonly kind: Kind;
  readonly state: ObservedState;
  readonly policy?: LoweringPolicy;
}

function inputOf({ kind, state, policy = {}, status = 'active', ...more }: Case): PlanInput {
  const capabilities = CAPABILITIES_BY_KIND[kind];
  return {
    status,
    target: chooseLowering(capabilities.lowering, policy)[status],
    desired: {
      attributes: { a: 'x' },
      lookupKeys: [{ kind: 'email', value: 'a@example.com' }],
      tags: null,
      violations: [],
    },
    observed: { state, marker: null, attributes: state === 'absent' ? null : { a: 'x' }, tags: null },
    owed: [],
    hadAccount: true,
    mayRecreate: false,
    isErasure: false,
    purgeAccepted: false,
    capabilities,
    ...more,
  };
}

const ASKED: ReturnAsked = { verb: 'restore', park: null, isSettled: true };
const told = (given: Case, asked: Partial<ReturnAsked> = {}) =>
  comingBack(inputOf(given), { ...ASKED, ...asked });
const lostWith = (kind: Kind): readonly string[] => CAPABILITIES_BY_KIND[kind].purge.loses;

describe('what coming back is said to mean', () => {
  it.each([
    ['vault', 'live', 'restored', []],
    ['sunshine', 'live', 'restored', []],
    ['sunshine', 'suspended', 'reactivated', []],
    ['passage', 'live', 'restored', []],
    ['passage', 'suspended', 'reactivated', ['sessions']],
    ['sendauth', 'live', 'restored', []],
    ['sendauth', 'softDeleted', 'restored', []],
  ] as const)('%s, %s: %s', (kind, state, outcome, loses) => {
    expect(told({ kind, state })).toEqual({ outcome, loses, certain: true });
  });

  it.each(KINDS)(
    'of a live account at %s is the word of what was asked: nothing was taken from it',
    (kind) => {
      const outcomes = (['restore', 'reactivate'] as const).map((verb) =>
        told({ kind, state: 'live' }, { verb }),
      );
      expect(outcomes.map(({ outcome }) => outcome)).toEqual(['restored', 'reactivated']);
    },
  );

  it.each(KINDS)('of an account that is gone at %s tells what a new one does not have', (kind) => {
    const loses = lostWith(kind);
    const isParked = kind === 'passage' || kind === 'sendauth';
    const alone = told({ kind, state: 'absent' });
    if (isParked) {
      const because = expect.stringMatching(/^gone_at_provider: .*"recreate": true/);
      expect(alone).toEqual({ outcome: 'impossible', loses, certain: true, because });
    } else expect(alone).toEqual({ outcome: 'recreated', loses, certain: true });
    expect(told({ kind, state: 'absent', mayRecreate: true })).toEqual({
      outcome: 'recreated',
      loses,
      certain: true,
    });
  });

  it.each(KINDS)('where there never was an account at %s one is created, and nothing is lost', (kind) => {
    expect(told({ kind, state: 'absent', hadAccount: false })).toEqual({
      outcome: 'created',
      loses: [],
      certain: true,
    });
  });

  it('never promises anything of an account that cannot be told from one that is gone', () => {
    expect(told({ kind: 'sendauth', state: 'notLive', mayRecreate: true })).toMatchObject({
      outcome: 'restored',
      certain: false,
      because: expect.stringContaining('a restore will show'),
    });
    const capabilities = { ...CAPABILITIES_BY_KIND.passage, softDelete: true };
    expect(told({ kind: 'passage', state: 'notLive', mayRecreate: true, capabilities })).toMatchObject({
      outcome: 'impossible',
      certain: false,
      because: expect.stringContaining('cannot be restored'),
    });
  });

  it.each([
    [
      'no_lookup_key',
      { desired: { ...inputOf({ kind: 'passage', state: 'live' }).desired, lookupKeys: [] } },
    ],
    [
      'invalid(email)',
      {
        desired: {
          ...inputOf({ kind: 'passage', state: 'live' }).desired,
          violations: [{ attribute: 'email', rule: 'is too long' }],
        },
      },
    ],
  ] as const)('names what stands in the way of a new account: %s', (reason, more) => {
    for (const hadAccount of [true, false]) {
      const line = told({ kind: 'passage', state: 'absent', hadAccount, mayRecreate: true, ...more });
      expect(line).toMatchObject({ outcome: 'impossible', because: expect.stringContaining(reason) });
      expect(line.loses).toEqual(hadAccount ? lostWith('passage') : []);
    }
  });

  it.each(PARK_CODES)('a link that was parked as %s', (code) => {
    const park = { code, attribute: 'email', rule: 'a rule' } as const;
    const blocked: readonly ParkCode[] = ['identifier_taken', 'disputed'];
    for (const state of ['absent', 'suspended', 'live'] as const) {
      const { outcome, certain, because } = told({ kind: 'passage', state, mayRecreate: true }, { park });
      const isBlocked = blocked.includes(code) && state !== 'live';
      expect([state, outcome === 'impossible']).toEqual([state, isBlocked]);
      // What the plan cannot see may come back; what it sees for itself is not repeated from before.
      expect([state, certain]).toEqual([state, isBlocked || code === 'gone_at_provider']);
      if (code !== 'gone_at_provider') expect(because).toBe(`${code}(email): a rule`);
    }
  });

  it.each(OBSERVED_STATES)('what is not settled is not certain: %s', (state) => {
    expect(told({ kind: 'sendauth', state }, { isSettled: false }).certain).toBe(false);
  });

  it('says of a live account that does not fit what will park its link', () => {
    const { desired } = inputOf({ kind: 'passage', state: 'live' });
    const violations = [{ attribute: 'phone', rule: 'is no number' }];
    expect(told({ kind: 'passage', state: 'live', desired: { ...desired, violations } })).toMatchObject({
      outcome: 'restored',
      because: 'invalid(phone): is no number',
    });
  });

  it.each([
    ['passage', 'suspended', { outcome: 'restored', loses: ['sessions'] }],
    ['sendauth', 'softDeleted', { outcome: 'restored', loses: [] }],
    ['passage', 'live', { outcome: 'restored', loses: [] }],
    ['passage', 'absent', { outcome: 'impossible', loses: lostWith('passage') }],
    ['vault', 'absent', { outcome: 'impossible', loses: lostWith('vault') }],
  ] as const)('whoever stays deactivated is told that %s stays shut: %s', (kind, state, line) => {
    const { because, ...rest } = told({ kind, state, status: 'deactivated', mayRecreate: true });
    expect(rest).toEqual({ ...line, certain: true });
    expect(because).toMatch(/deactivated/);
  });

  it('says nothing of shutting where a deactivated account stays open, and what is needed where there never was one', () => {
    expect(told({ kind: 'vault', state: 'live', status: 'deactivated' })).toEqual({
      outcome: 'restored',
      loses: [],
      certain: true,
    });
    expect(
      told({ kind: 'passage', state: 'absent', status: 'deactivated', hadAccount: false }),
    ).toMatchObject({
      outcome: 'impossible',
      loses: [],
      because: expect.stringContaining('there never was an account'),
    });
  });

  it.each([
    ['absent', { halt: 'all' }, 'halted'],
    ['absent', { halt: 'creates' }, 'no new accounts'],
    ['absent', { halt: 'widening' }, 'no new accounts'],
    ['absent', { hold: 'create' }, '(create)'],
    ['suspended', { halt: 'all' }, 'halted'],
    ['suspended', { hold: 'overwrite' }, '(overwrite)'],
  ] as const)('of an account that is %s is not certain with %j', (state, asked, reason) => {
    const { certain, because } = told({ kind: 'passage', state, mayRecreate: true }, asked);
    expect([certain, because]).toEqual([false, expect.stringContaining(reason)]);
  });

  it.each([{ halt: 'creates' }, { halt: 'widening' }, { hold: 'create' }] as const)(
    'of an account that is there is as certain with %j',
    (asked) => {
      expect(told({ kind: 'passage', state: 'suspended' }, asked)).toMatchObject({ certain: true });
    },
  );

  it('of an account whose profile was erased names what does not come back, unless all of it is gone', () => {
    const profile = 'what the profile held beside the roster’s values';
    const erased = { isProfileErased: true };
    expect(told({ kind: 'sunshine', state: 'suspended' }, erased).loses).toEqual([profile]);
    expect(told({ kind: 'sunshine', state: 'absent' }, erased).loses).toEqual(lostWith('sunshine'));
  });
});
