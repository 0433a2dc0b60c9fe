import { describe, expect, it } from '@jest/globals';
import type { DesiredAccount, DriftRules } from '#identity-provider';
import type { Asserted, LinkKnowledge } from '#store';
import { tolerateDrift } from './tolerance.js';

const RULES: DriftRules = { otherwise: 'enforce', byPath: { a: 'report', b: 'ignore' } };

/** What is left to be written, and what is let stand, when an account holds `shown`. */
function left(
  wanted: Readonly<Record<string, string | null>>,
  shown: Asserted,
  before: Asserted | null,
): { readonly desired: unknown; readonly tolerated: unknown } {
  const desired: DesiredAccount = { attributes: wanted, lookupKeys: [], tags: null, violations: [] };
  const knowledge: LinkKnowledge = {
    accountId: 'x',
    certainty: 'certain',
    observedState: 'live',
    observedMarker: null,
    asserted: shown,
    owed: [],
    notEnforceable: false,
    deferred: false,
  };
  const out = tolerateDrift(RULES, { asserted: before }, { desired, knowledge });
  return { desired: out.desired.attributes, tolerated: out.knowledge.asserted?.tolerated };
}

const held = (attributes: Asserted['attributes'], tolerated?: Asserted['attributes']): Asserted => ({
  attributes,
  tags: null,
  ...(tolerated === undefined ? {} : { tolerated }),
});

describe('drift that is let stand', () => {
  const ours = held({ a: 'our a', b: 'our b', c: 'our c' });
  const wanted = { a: 'our a', b: 'our b', c: 'our c' };

  it.each([
    {
      reason: 'nothing differs',
      shown: ours,
      before: ours,
      desired: wanted,
      tolerated: undefined,
    },
    {
      reason: 'only what the policy lets stand does; the rest is written',
      shown: held({ a: 'their a', b: null, c: 'their c' }),
      before: ours,
      desired: { a: 'their a', b: null, c: 'our c' },
      tolerated: { a: 'our a', b: 'our b' },
    },
    {
      reason: 'it goes on standing although what was last there is theirs',
      shown: held({ a: 'their a', b: 'our b', c: 'our c' }),
      before: held({ a: 'their a', b: 'our b', c: 'our c' }, { a: 'our a' }),
      desired: { a: 'their a', b: 'our b', c: 'our c' },
      tolerated: { a: 'our a' },
    },
    {
      reason: 'what they change further stands too',
      shown: held({ a: 'their next a', b: 'our b', c: 'our c' }),
      before: held({ a: 'their a', b: 'our b', c: 'our c' }, { a: 'our a' }),
      desired: { a: 'their next a', b: 'our b', c: 'our c' },
      tolerated: { a: 'our a' },
    },
    {
      reason: 'it is over when they hold ours again',
      shown: ours,
      before: held({ a: 'their a', b: 'our b', c: 'our c' }, { a: 'our a' }),
      desired: wanted,
      tolerated: undefined,
    },
  ])('$reason', ({ shown, before, desired, tolerated }) => {
    expect(left(wanted, shown, before)).toEqual({ desired, tolerated });
  });

  it('gives way to what the user is given afterwards, at once or later', () => {
    const next = { ...wanted, a: 'our next a' };
    const shown = held({ a: 'their a', b: 'our b', c: 'our c' });
    expect(left(next, shown, ours)).toEqual({ desired: next, tolerated: undefined });
    const standing = held({ a: 'their a', b: 'our b', c: 'our c' }, { a: 'our a' });
    expect(left(next, shown, standing)).toEqual({ desired: next, tolerated: undefined });
  });

  it('knows no drift before anything was asserted', () => {
    expect(left(wanted, held({ a: 'x', b: 'y', c: 'z' }), null)).toEqual({
      desired: wanted,
      tolerated: undefined,
    });
  });
});
