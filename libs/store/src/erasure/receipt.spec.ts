import { describe, expect, it } from '@jest/globals';
import { claimsOf, methodOf, type Proof } from './receipt.js';

const HASH_KEY = Buffer.alloc(32, 7);
const AT = new Date('2026-01-02T03:04:05Z');

const GONE: Proof = {
  erasureId: 'e1',
  userId: 'u1',
  provider: 'north',
  kind: 'sunshine',
  requestedAt: AT,
  isGone: true,
  settledAt: AT,
  observedState: 'absent',
  accountId: 'account-of-a-person',
  deletion: { status: 200, intendedAt: AT, answeredAt: AT },
  webhook: null,
  profileErased: null,
  waived: null,
};

describe('the receipt of an account', () => {
  it.each([
    ['deleted', {}, 'the deletion was answered and a read confirmed it'],
    [
      'deleted',
      { deletion: { status: null, intendedAt: AT, answeredAt: AT } },
      'the answer was lost, and a read confirmed it',
    ],
    ['absent', { deletion: { status: 404, intendedAt: AT, answeredAt: AT } }, 'the deletion found nothing'],
    ['absent', { deletion: null }, 'a read found nothing, and none was sent'],
    [
      'never_mirrored',
      { deletion: null, observedState: null, accountId: null },
      'there was nothing to read by',
    ],
    ['unverifiable', { isGone: false, waived: { at: AT, reason: 'retired' } }, 'the proof was given up'],
    ['unverifiable', { isGone: false, deletion: null }, 'a deletion that nobody confirmed proves nothing'],
  ] as const)('says %s for %j: %s', (...given) => {
    const [method, more] = given;
    expect(methodOf({ ...GONE, ...more })).toBe(method);
  });

  it('names the account as a keyed hash, another one at another provider and under another key', () => {
    const { account } = claimsOf(GONE, HASH_KEY);
    expect(JSON.stringify(claimsOf(GONE, HASH_KEY))).not.toContain('account-of-a-person');
    expect(claimsOf({ ...GONE, provider: 'south' }, HASH_KEY).account).not.toBe(account);
    expect(claimsOf(GONE, Buffer.alloc(32, 8)).account).not.toBe(account);
    expect(claimsOf({ ...GONE, accountId: null }, HASH_KEY).account).toBeNull();
  });

  it('tells all that is known, and nothing that is not', () => {
    const webhook = { eventId: 'ev1', receivedAt: AT };
    const at = AT.toISOString();
    expect(claimsOf({ ...GONE, webhook, profileErased: { status: 200, at: AT } }, HASH_KEY)).toMatchObject({
      jti: 'e1/north',
      sub: 'u1',
      method: 'deleted',
      confirmedAt: at,
      evidence: {
        profileErasure: { status: 200, at },
        deletion: { status: 200, intendedAt: at, answeredAt: at },
        webhook: { id: 'ev1', receivedAt: at },
        verifyingRead: { found: 'nothing', at },
      },
    });
    const waived = { at: AT, reason: 'the vendor ended the service' };
    expect(claimsOf({ ...GONE, isGone: false, deletion: null, waived }, HASH_KEY)).toMatchObject({
      confirmedAt: null,
      evidence: { waiver: { at, reason: 'the vendor ended the service' } },
    });
    // The proof came after all: nobody needs to know that it was given up before.
    expect(claimsOf({ ...GONE, waived }, HASH_KEY).evidence).not.toHaveProperty('waiver');
  });
});
