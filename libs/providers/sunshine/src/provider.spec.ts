import { contextOf } from '#http';
import { ANNA, ANNA_CHANGED } from '#identity-provider/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startSunshine, type SunshineService } from '../../../../test/support/simulated-kinds.js';

const context = contextOf();
const THEIRS = '5963c0d619a30a2e00de36b8';
let service: SunshineService;

beforeAll(async () => {
  service = await startSunshine();
});
beforeEach(() => {
  service.running.reset();
});
afterAll(() => service.close());

/** What was called since, as the simulator saw it. */
function calls(): string[] {
  return [...service.running.log.since(0)].map(({ method }) => method);
}

async function enrolAnna(): Promise<{ accountId: string; remoteKey: string }> {
  const provider = service.build();
  const { attributes } = provider.normalize(ANNA);
  const unborn = { accountId: null, remoteKey: ANNA.remoteKey };
  const { accountId = '' } = await provider.apply({ kind: 'provision', attributes }, unborn, context);
  return { accountId, remoteKey: ANNA.remoteKey };
}

describe('the calls that a step takes', () => {
  it('is one for a create, and a read and a write for everything later', async () => {
    const provider = service.build();
    const target = await enrolAnna();
    const { attributes } = provider.normalize(ANNA_CHANGED);
    const changed = Object.keys(attributes);
    await provider.apply({ kind: 'update', attributes, changed }, target, context);
    await provider.apply({ kind: 'suspend', marker: 'deactivated', attributes }, target, context);
    await provider.apply({ kind: 'reactivate', attributes }, target, context);
    expect(calls()).toEqual(['POST', 'GET', 'PATCH', 'GET', 'PATCH', 'GET', 'PATCH']);
  });

  it('address the user by the key until the account id is known', async () => {
    const { accountId, remoteKey } = await enrolAnna();
    const provider = service.build();
    const byKey = await provider.get({ accountId: null, remoteKey }, context);
    expect(byKey).toMatchObject({ state: 'live', account: { accountId, remoteKey } });
    expect(await provider.get({ accountId: THEIRS, remoteKey }, context)).toEqual({ state: 'absent' });
  });
});

describe('a marker that carries new content', () => {
  it('brings status and attributes in one write', async () => {
    const provider = service.build();
    const target = await enrolAnna();
    const { attributes } = provider.normalize(ANNA_CHANGED);
    await provider.apply({ kind: 'suspend', marker: 'deactivated', attributes }, target, context);
    const observed = await provider.get(target, context);
    expect(observed).toMatchObject({ state: 'suspended', account: { marker: 'deactivated', attributes } });
  });
});

describe('a profile that holds what no request may have', () => {
  it.each([
    ['merge', 'bjørn@example.com'],
    ['replace', undefined],
  ])('keeps nobody from being marked as a leaver (where a PATCH is to %s)', async (patchProfile, email) => {
    service.running.provider.behaviour.merge({ patchProfile });
    const provider = service.build();
    const target = await enrolAnna();
    const account = { profile: { email: 'bjørn@example.com' } };
    service.running.plant({ op: 'patch', id: target.accountId, account });
    const held = await provider.get(target, context);
    if (!('account' in held)) throw new Error('the account was planted a moment ago');
    const { attributes } = held.account;
    await provider.apply({ kind: 'suspend', marker: 'deleted', attributes }, target, context);
    const [after] = service.running.provider.accounts();
    expect(after).toMatchObject({
      profile: { givenName: 'Anna Zoë' },
      metadata: { rollcallStatus: 'deleted' },
    });
    expect(after?.['profile']).toHaveProperty('locale');
    expect((after?.['profile'] as { email?: string }).email).toBe(email); // as planted above
  });
});

describe('metadata of others that takes more room than we count', () => {
  it('keeps nobody from being marked as a leaver: what there is, was taken there, by whatever measure', async () => {
    const provider = service.build();
    const target = await enrolAnna();
    const theirs = { note: '\u754c'.repeat(1_400) }; // 4 KB in characters, and not in bytes
    const [user] = service.running.provider.accounts();
    const answer = { status: 200, body: { user: { ...user, metadata: theirs } } };
    service.running.addFaults([
      { match: { method: 'GET' }, ...answer },
      { match: { method: 'PATCH', body: theirs.note }, ...answer },
    ]);
    const { attributes } = provider.normalize(ANNA);
    await provider.apply({ kind: 'suspend', marker: 'deleted', attributes }, target, context);
    expect(service.running.faults.map(({ hits }) => hits)).toEqual([1, 1]);
  });
});

describe('what others wrote', () => {
  it('H31: keeps its lines when it is sent back', async () => {
    const provider = service.build();
    const target = await enrolAnna();
    const note = 'calls back\n\tafter 5 pm\r\n';
    service.running.plant({ op: 'patch', id: target.accountId, account: { metadata: { note } } });
    const { attributes } = provider.normalize(ANNA_CHANGED);
    const changed = Object.keys(attributes);
    await provider.apply({ kind: 'update', attributes, changed }, target, context);
    expect([...service.running.provider.accounts()]).toMatchObject([{ metadata: { note } }]);
  });
});

describe('users that are not who was asked for', () => {
  it('H43: are never addressed by a key that reads as an account id', async () => {
    const { accountId } = await enrolAnna();
    const provider = service.build();
    const target = { accountId: null, remoteKey: accountId };
    const refused = { kind: 'invalid', detail: { attribute: 'externalKey' } };
    await expect(provider.get(target, context)).rejects.toMatchObject(refused);
    await expect(provider.apply({ kind: 'purge' }, target, context)).rejects.toMatchObject(refused);
    const keys = [{ kind: 'remoteKey', value: accountId } as const];
    await expect(provider.correlate(keys, context)).rejects.toMatchObject(refused);
    expect([...service.running.provider.accounts()]).toHaveLength(1);
  });

  it('H42: are not taken for theirs when a write is answered with another', async () => {
    const target = await enrolAnna();
    const body = { user: { id: THEIRS, externalId: target.remoteKey } };
    service.running.addFaults({ match: { method: 'PATCH' }, status: 200, body });
    const update = { kind: 'update', attributes: {}, changed: [] } as const;
    const refused = { kind: 'protocol', detail: { reason: 'answered_another_user' } };
    await expect(service.build().apply(update, target, context)).rejects.toMatchObject(refused);
  });

  it.each([
    ['by id', { accountId: 'ffffffffffffffffffffffff', remoteKey: 'hr-1' }],
    ['by key', { accountId: null, remoteKey: 'hr-2' }],
  ])('H42, H43: are refused when answered %s', async (_, target) => {
    const user = { id: THEIRS, externalId: 'hr-1' };
    service.running.addFaults({ times: 'always', status: 200, body: { user } });
    const provider = service.build();
    const refused = { kind: 'protocol', detail: { reason: 'answered_another_user' } };
    await expect(provider.get(target, context)).rejects.toMatchObject(refused);
    const update = { kind: 'update', attributes: {}, changed: [] } as const;
    await expect(provider.apply(update, target, context)).rejects.toMatchObject(refused);
    expect(calls()).toEqual(['GET', 'GET']);
  });
});

describe('erasing a profile', () => {
  const erase = { kind: 'discharge', effect: 'eraseProfile', tags: {} } as const;

  it('reads who is meant, then erases: names, metadata of others and our marker, and leaves the user', async () => {
    const provider = service.build();
    const target = await enrolAnna();
    const { attributes } = provider.normalize(ANNA);
    await provider.apply({ kind: 'suspend', marker: 'deleted', attributes }, target, context);
    service.running.plant({ op: 'patch', id: target.accountId, account: { metadata: { tier: 'gold' } } });
    service.running.log.clear();
    const applied = await provider.apply(erase, target, context);
    expect(applied).toEqual({ accountId: target.accountId, confirmed: true, status: 200 });
    expect(calls()).toEqual(['GET', 'DELETE']);
    expect([...service.running.provider.accounts()]).toEqual([
      expect.objectContaining({
        id: target.accountId,
        externalId: target.remoteKey,
        profile: { locale: ANNA.attributes.locale },
        metadata: {},
        state: 'live',
      }),
    ]);
    const observed = await provider.get(target, context);
    expect(observed).toMatchObject({ state: 'live', account: { marker: null } });
  });

  it.each([
    ['by id', { accountId: 'ffffffffffffffffffffffff', remoteKey: 'hr-1' }],
    ['by key', { accountId: null, remoteKey: 'hr-2' }],
  ])('H42, H43: is refused when another user is answered %s, and erases nobody', async (_, target) => {
    service.running.addFaults({ status: 200, body: { user: { id: THEIRS, externalId: 'hr-1' } } });
    const refused = { kind: 'protocol', detail: { reason: 'answered_another_user' } };
    await expect(service.build().apply(erase, target, context)).rejects.toMatchObject(refused);
    expect(calls()).toEqual(['GET']);
  });

  it('H43: is refused for a key that reads as an account id, without a call', async () => {
    const { accountId } = await enrolAnna();
    service.running.log.clear();
    const target = { accountId: null, remoteKey: accountId };
    const refused = { kind: 'invalid', detail: { attribute: 'externalKey' } };
    await expect(service.build().apply(erase, target, context)).rejects.toMatchObject(refused);
    expect(calls()).toEqual([]);
  });

  it.each(['revokeTokens', 'setTags'] as const)('is not %s, which Sunshine has not', async (effect) => {
    const step = { kind: 'discharge', effect, tags: {} } as const;
    const call = service.build().apply(step, { accountId: THEIRS, remoteKey: 'hr-1' }, context);
    await expect(call).rejects.toMatchObject({ kind: 'unsupported' });
    expect(calls()).toEqual([]);
  });
});

describe('answers that are not what Sunshine describes', () => {
  const provision = () =>
    service
      .build()
      .apply({ kind: 'provision', attributes: {} }, { accountId: null, remoteKey: 'hr-1' }, context);

  it.each([
    ['H26', 'an empty body', '', 'outcomeUnknown'],
    ['H27', 'no user', {}, 'protocol'],
    ['H27', 'a user without id', { user: { externalId: 'hr-1' } }, 'protocol'],
    ['H27', 'an id that is a number', { user: { id: 12 } }, 'protocol'],
  ])('%s: a create answered with %s is %s, not success', async (_id, _what, body, kind) => {
    service.running.addFaults({ status: 201, body });
    await expect(provision()).rejects.toMatchObject({ kind });
  });

  it.each([
    [400, { errors: [{ code: 'bad_request', title: 'no' }] }, 'invalid'],
    [403, { errors: [{ code: 'forbidden', title: 'no' }] }, 'unauthorized'],
    [404, { errors: [{ code: 'app_not_found', title: 'no' }] }, 'gone'],
    [404, { errors: 'none' }, 'gone'],
    [409, {}, 'conflict'],
  ])('HTTP %i with %j is %s', async (status, body, kind) => {
    service.running.addFaults({ status, body });
    await expect(provision()).rejects.toMatchObject({ kind });
  });
});

describe('what Sunshine cannot do', () => {
  it.each(['softDelete', 'restore'] as const)(
    'is %s, which is refused without a call (D01, D12)',
    async (kind) => {
      const call = service.build().apply({ kind }, { accountId: THEIRS, remoteKey: 'hr-1' }, context);
      await expect(call).rejects.toMatchObject({ kind: 'unsupported' });
      expect(calls()).toEqual([]);
    },
  );

  it('is a search by email: it does not answer that nobody has it', async () => {
    const call = service.build().correlate([{ kind: 'email', value: 'a@example.com' }], context);
    await expect(call).rejects.toMatchObject({ kind: 'unsupported' });
  });
});
