import { describe, expect, it } from '@jest/globals';
import { claimsOf, methodOf, type Deletion, type Proof } from './receipt.js';

const HASH_KEY = Buffer.alloc(32, 7);
const AT = new Date('2026-01-02T03:04:05Z');
const LATER = new Date('2026-01-02T03:04:06Z');

const DELETION: Deletion = {
  accountId: 'account-of-a-person',
  intendedAt: AT,
  status: 200,
  answeredAt: AT,
  absentAt: LATER,
  webhook: null,
};
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
  deletions: [DELETION],
  profileErased: null,
  waived: null,
};

describe('the receipt of an account', () => {
  it.each([
    ['deleted', {}, 'the deletion was answered and a read confirmed it'],
    ['absent', { deletions: [{ ...DELETION, status: null }] }, 'nobody knows whose doing it was'],
    ['absent', { deletions: [{ ...DELETION, status: 404 }] }, 'the deletion found nothing'],
    ['deleted', { deletions: [{ ...DELETION, status: 404 }, DELETION] }, 'one of two accounts was deleted'],
    ['absent', { deletions: [] }, 'a read found nothing, and none was sent'],
    [
      'never_mirrored',
      { deletions: [], observedState: null, accountId: null },
      'there was nothing to read by',
    ],
    ['unverifiable', { isGone: false, waived: { at: AT, reason: 'retired' } }, 'the proof was given up'],
    ['unverifiable', { isGone: false }, 'a deletion that nobody confirmed proves nothing'],
  ] as const)('says %s for %j: %s', (...given) => {
    const [method, more] = given;
    expect(methodOf({ ...GONE, ...more })).toBe(method);
  });

  it('names the account as a keyed hash, another one at another provider and under another key', () => {
    const { account } = claimsOf(GONE, HASH_KEY);
    expect(JSON.stringify(claimsOf(GONE, HASH_KEY))).not.toContain('account-of-a-person');
    expect(claimsOf({ ...GONE, provider: 'south' }, HASH_KEY).account).not.toBe(account);
    expect(claimsOf(GONE, Buffer.alloc(32, 8)).account).not.toBe(account);
    expect(claimsOf({ ...GONE, accountId: null }, HASH_KEY).account).toBe(account);
    expect(claimsOf({ ...GONE, accountId: null, deletions: [] }, HASH_KEY).account).toBeNull();
  });

  it('tells all that is known, and nothing that is not', () => {
    const webhook = { eventId: 'ev1', receivedAt: LATER };
    const [at, later] = [AT.toISOString(), LATER.toISOString()];
    const deletions = [{ ...DELETION, webhook }];
    const claims = claimsOf({ ...GONE, deletions, profileErased: { status: 200, at: AT } }, HASH_KEY);
    expect(claims).toMatchObject({
      jti: 'e1/north',
      sub: 'u1',
      method: 'deleted',
      confirmedAt: later,
      evidence: {
        profileErasure: { status: 200, recordedAt: at },
        deletions: [
          {
            account: claims.account,
            status: 200,
            intendedAt: at,
            answeredAt: at,
            webhookId: 'ev1',
            webhookAt: later,
          },
        ],
        verifyingRead: { found: 'nothing', at: later },
      },
    });
    const waived = { at: AT, reason: 'the vendor ended the service' };
    expect(claimsOf({ ...GONE, isGone: false, deletions: [], waived }, HASH_KEY)).toMatchObject({
      confirmedAt: null,
      evidence: { waiver: { at, reason: 'the vendor ended the service' } },
    });
    // The proof came after all: nobody needs to know that it was given up before.
    expect(claimsOf({ ...GONE, waived }, HASH_KEY).evidence).not.toHaveProperty('waiver');
  });
});
