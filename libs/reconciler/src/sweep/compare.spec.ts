import { describe, expect, it } from '@jest/globals';
import type { Account, LookupKeyKind } from '#identity-provider';
import type { Claimant, KnownLink, SweptLink } from '#store';
import { ClaimedUsers } from './claimed-users.js';
import { compare, type PageKnowledge } from './compare.js';
import { Tally } from './tally.js';

const LINK: SweptLink = {
  userId: 'u1',
  accountId: 'a1',
  remoteKey: 'hr-1',
  assigned: true,
  observedState: 'live',
  observedMarker: null,
  asserted: { attributes: { email: 'a@example.com', phone: null }, tags: null },
  userStatus: 'active',
};

function account(more: Partial<Account> = {}): Account {
  const email = 'a@example.com';
  return {
    accountId: 'a1',
    remoteKey: null,
    state: 'live',
    marker: null,
    attributes: { email, phone: null },
    lookupKeys: [{ kind: 'email', value: email }],
    ...more,
  };
}

function claimant(more: Partial<Claimant> = {}): Claimant {
  const value = 'a@example.com';
  return {
    by: 'email',
    value,
    userId: 'u1',
    accountId: null,
    asserted: null,
    isSettled: true,
    isOnLegalHold: false,
    ...more,
  };
}

function knows(more: Partial<PageKnowledge> = {}): PageKnowledge {
  return { links: new Map(), claimants: [], beingMade: new Set(), ...more };
}

function held(link: Partial<SweptLink> = {}, isComparable = true): PageKnowledge {
  const known: KnownLink = { ...LINK, ...link, isComparable, isLookedFor: isComparable };
  return knows({ links: new Map([['a1', known]]) });
}

const KEYS: readonly LookupKeyKind[] = ['email', 'phone'];

describe('an account of a link', () => {
  const nothing = { attributes: [], state: null, marker: false };

  it.each([
    ['as it was left', {}, {}, null],
    [
      'an attribute that we do not manage',
      {},
      { attributes: { email: 'a@example.com', phone: null, age: 3 } },
      null,
    ],
    ['H33: no value, and none shown', {}, { attributes: { email: 'a@example.com' } }, null],
    [
      'an edit',
      {},
      { attributes: { email: 'b@example.com', phone: null } },
      { ...nothing, attributes: ['email'] },
    ],
    [
      'a value where there was none',
      {},
      { attributes: { email: 'a@example.com', phone: '+1' } },
      { ...nothing, attributes: ['phone'] },
    ],
    [
      'reactivated there',
      { observedState: 'suspended' },
      {},
      { ...nothing, state: { known: 'suspended', shown: 'live' } },
    ],
    [
      'deleted there',
      {},
      { state: 'softDeleted' },
      { ...nothing, state: { known: 'live', shown: 'softDeleted' } },
    ],
    [
      'come back there',
      { observedState: 'absent', asserted: null },
      {},
      { ...nothing, state: { known: 'absent', shown: 'live' } },
    ],
    [
      'a marker that somebody took off',
      { observedState: 'suspended', observedMarker: 'deactivated' },
      {},
      { attributes: [], state: { known: 'suspended', shown: 'live' }, marker: true },
    ],
    ['nothing asserted, as after an erasure', { asserted: null }, { attributes: { email: 'x' } }, null],
  ] as const)('%s', (_, link, shown, drift) => {
    const [comparison] = compare([account(shown)], held(link), KEYS);
    const expected = drift === null ? { situation: 'inStep' } : { situation: 'drifted', drift };
    expect(comparison).toMatchObject(expected);
  });

  it('is not judged while something is under way for it', () => {
    expect(compare([account({ state: 'suspended' })], held({}, false), KEYS)).toMatchObject([
      { situation: 'underWay' },
    ]);
  });

  it('H42: is not ours any more when it carries another key', () => {
    expect(compare([account({ remoteKey: 'hr-2' })], held(), KEYS)).toMatchObject([
      { situation: 'mismatched' },
    ]);
  });
});

describe('an account that no link holds', () => {
  it.each([
    ['nobody', [], 'orphan'],
    ['one user without an account', [claimant()], 'unlinked'],
    ['one user by two keys', [claimant(), claimant({ by: 'phone', value: '+1' })], 'unlinked'],
    ['two users', [claimant(), claimant({ userId: 'u2' })], 'disputed'],
    ['a user with another account', [claimant({ accountId: 'a9' })], 'disputed'],
    [
      'H28: one whose account holds the key too',
      [claimant({ accountId: 'a9', asserted: { attributes: { email: 'A@example.com' }, tags: null } })],
      'duplicate',
    ],
    ['one whose link is not settled', [claimant({ isSettled: false })], 'underWay'],
  ] as const)('claimed by %s', (_, claimants, situation) => {
    const shown = account({
      lookupKeys: [
        { kind: 'email', value: 'a@example.com' },
        { kind: 'phone', value: '+1' },
      ],
    });
    expect(compare([shown], knows({ claimants }), KEYS)).toMatchObject([{ situation }]);
  });

  it('is nobody’s by a key that is not unique there', () => {
    expect(compare([account()], knows({ claimants: [claimant()] }), ['remoteKey'])).toMatchObject([
      { situation: 'orphan' },
    ]);
  });

  it('is waited for while a create that sent its key is under way', () => {
    const beingMade = new Set(['email a@example.com']);
    expect(compare([account()], knows({ beingMade }), KEYS)).toMatchObject([{ situation: 'underWay' }]);
  });

  it('is disputed when its user was claimed before', () => {
    const claimed = new ClaimedUsers();
    const [first] = claimed.settle(compare([account()], knows({ claimants: [claimant()] }), KEYS));
    const [second] = claimed.settle(
      compare([account({ accountId: 'a2' })], knows({ claimants: [claimant()] }), KEYS),
    );
    expect([first?.situation, second?.situation]).toEqual(['unlinked', 'disputed']);
  });
});

describe('a tally', () => {
  it('goes on from what was counted before, and counts what drifted', () => {
    const tally = new Tally({ inStep: 2 });
    tally.addAll(compare([account(), account({ state: 'suspended', marker: 'x' })], held(), KEYS));
    expect(tally.toCounts()).toEqual({ inStep: 3, drifted: 1, driftedState: 1, driftedMarker: 1 });
  });
});
