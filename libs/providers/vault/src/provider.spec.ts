import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_ATTRIBUTES, type UserAttributes } from '#domain';
import { contextOf } from '#http';
import type { AccountPage, DesiredAccount, IdentityProvider } from '#identity-provider';
import { startVault, type VaultService } from '../../../../test/support/simulated-kinds.js';

let service: VaultService;
let provider: IdentityProvider;

beforeAll(async () => {
  service = await startVault();
  provider = service.build();
});
beforeEach(() => {
  service.running.reset();
});
afterAll(async () => {
  await service.close();
});

const ANNA = { email: 'Anna@Example.test', displayName: 'Anna Muster', company: 'Muster AG' };

function spell(attributes: Partial<UserAttributes>, remoteKey = 'hr-1'): DesiredAccount {
  return provider.normalize({ status: 'active', remoteKey, attributes: { ...NO_ATTRIBUTES, ...attributes } });
}

function create(
  attributes: Partial<UserAttributes>,
  remoteKey = 'hr-1',
): ReturnType<IdentityProvider['apply']> {
  const step = { kind: 'provision', attributes: spell(attributes, remoteKey).attributes } as const;
  return provider.apply(step, { accountId: null, remoteKey }, contextOf());
}

function metadata(): unknown[] {
  return [...service.running.provider.accounts()].map((account) => account['metadata']);
}

describe('whom Vault can hold', () => {
  it('anybody by any key but those that a path would fold away', () => {
    for (const key of ['.', '..', '']) {
      expect(spell(ANNA, key).violations).toMatchObject([{ attribute: 'externalKey' }]);
    }
    expect(spell(ANNA, 'account:1/2?#%2e').violations).toEqual([]);
  });

  it('nobody whose picture is no URL', () => {
    expect(spell({ avatarUrl: 'anna.png' }).violations).toEqual([
      { attribute: 'avatarUrl', rule: 'must be a valid URL there' },
    ]);
  });
});

describe('Vault, creating', () => {
  it.each(['overwrite', 'keep'])(
    'shows in the echo what an upsert made of a consumer (%s)',
    async (upsertMetadata) => {
      service.running.provider.behaviour.merge({ upsertMetadata });
      await create(ANNA);
      const { echo } = await create({ ...ANNA, displayName: 'Anne Meier' });
      const really = upsertMetadata === 'keep' ? 'Anna Muster' : 'Anne Meier';
      expect(metadata()).toMatchObject([{ user_name: really }]);
      expect(echo?.attributes['metadata.user_name']).toBe(really);
    },
  );

  it('sends no empty texts for what never had a value', async () => {
    await create({ email: 'a@x.test' });
    expect(metadata()).toEqual([{ email: 'a@x.test' }]);
  });

  it('H26: takes an empty answer for an unknown outcome', async () => {
    service.running.addFaults({ match: { mutating: true }, status: 200, body: '' });
    await expect(create(ANNA)).rejects.toMatchObject({ kind: 'outcomeUnknown' });
  });
});

describe('Vault, answers', () => {
  it('H15: a plan limit is no matter of one consumer', async () => {
    service.running.addFaults({
      status: 402,
      body: { type_name: 'RequestLimitError', detail: { plan: 'free' } },
    });
    await expect(create(ANNA)).rejects.toMatchObject({ kind: 'paymentRequired' });
  });

  it.each([
    ['no id', { status: 200, data: { metadata: {} } }],
    ['a number for an id', { data: { consumer_id: 12345 } }],
    ['another consumer', { data: { consumer_id: 'hr-2', metadata: {} } }],
    ['a list', []],
  ])('H27: with %s are refused', async (_, body) => {
    service.running.addFaults({ status: 200, body });
    await expect(provider.get({ accountId: 'hr-1', remoteKey: 'hr-1' }, contextOf())).rejects.toMatchObject({
      kind: 'protocol',
    });
  });

  it('L04: a cursor that is refused makes the listing begin anew, and shows everybody', async () => {
    const ids = Array.from({ length: 250 }, (_, number) => `hr-${number}`);
    service.running.plant(ids.map((id) => ({ op: 'put', account: { consumer_id: id } })));
    service.running.addFaults({ match: { path: 'cursor=' }, status: 400, body: { detail: 'expired' } });
    const pages: AccountPage[] = [];
    for await (const page of provider.list?.(contextOf()) ?? []) pages.push(page);
    const listed = pages.flatMap(({ accounts }) => accounts.map(({ accountId }) => accountId));
    expect(new Set(listed)).toEqual(new Set(ids));
    expect(pages.map(({ complete }) => complete)).toEqual([false, false, true]);
  });

  it('L04: a cursor that is always refused ends the listing as incomplete', async () => {
    service.running.plant(
      Array.from({ length: 250 }, (_, number) => ({ op: 'put', account: { consumer_id: `hr-${number}` } })),
    );
    service.running.addFaults({ match: { path: 'cursor=' }, times: 'always', status: 400, body: {} });
    const read = async (): Promise<void> => {
      for await (const { complete } of provider.list?.(contextOf()) ?? []) expect(complete).toBe(false);
    };
    await expect(read()).rejects.toMatchObject({ kind: 'invalid', detail: { reason: 'cursor_refused' } });
    expect(service.running.log.counts.total).toBe(6);
  });

  it('L03: a cursor that comes round again ends the listing as incomplete', async () => {
    const page = { data: [{ consumer_id: 'hr-1' }], meta: { cursors: { next: 'again' } } };
    service.running.addFaults({ times: 'always', status: 200, body: page });
    const pages: AccountPage[] = [];
    const read = async (): Promise<void> => {
      for await (const each of provider.list?.(contextOf()) ?? []) pages.push(each);
    };
    await expect(read()).rejects.toMatchObject({ kind: 'protocol', detail: { reason: 'cursor_repeats' } });
    expect(pages.some(({ complete }) => complete)).toBe(false);
  });
});
