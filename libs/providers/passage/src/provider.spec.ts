import { contextOf } from '#http';
import { ANNA, BEN } from '#identity-provider/contract';
import type { AccountPage, Desired, ProviderStep } from '#identity-provider';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PAGE_LIMIT } from './capabilities.js';
import { startPassage, type PassageService } from '../../../../test/support/simulated-kinds.js';

const context = contextOf();
const THEIRS = 'theirsTheirsTheirsTheirs';
const TARGET = { accountId: THEIRS, remoteKey: 'hr-1' };
let service: PassageService;

beforeAll(async () => {
  service = await startPassage();
});
beforeEach(() => {
  service.running.reset();
});
afterAll(() => service.close());

function calls(): string[] {
  return [...service.running.log.since(0)].map(
    ({ method, path }) => `${method} ${path.split('/users').at(-1) ?? ''}`,
  );
}

async function enrol(person: Desired): Promise<{ accountId: string; remoteKey: string }> {
  const provider = service.build();
  const { attributes } = provider.normalize(person);
  const unborn = { accountId: null, remoteKey: person.remoteKey };
  const { accountId = '' } = await provider.apply({ kind: 'provision', attributes }, unborn, context);
  return { accountId, remoteKey: person.remoteKey };
}

function crowd(count: number, from = 0): void {
  const people = Array.from({ length: count }, (_, at) => ({
    email: `p${from + at}@example.net`,
    created_at: new Date(Date.UTC(2024, 0) + (from + at) * 1000).toISOString().replace('Z', '000Z'),
  }));
  service.running.plant(people.map((account) => ({ op: 'put', account })));
}

describe('the calls that a step takes', () => {
  it('is one each, without metadata', async () => {
    const provider = service.build();
    const target = await enrol(ANNA);
    const { attributes } = provider.normalize(BEN);
    await provider.apply({ kind: 'update', attributes, changed: ['email'] }, target, context);
    await provider.apply({ kind: 'suspend', marker: null, attributes }, target, context);
    await provider.apply({ kind: 'discharge', effect: 'revokeTokens', tags: {} }, target, context);
    await provider.apply({ kind: 'reactivate', attributes }, target, context);
    await provider.apply({ kind: 'purge' }, target, context);
    const path = `/${target.accountId}`;
    expect(calls()).toEqual([
      'POST ',
      `PATCH ${path}`,
      `PATCH ${path}/deactivate`,
      `DELETE ${path}/tokens`,
      `PATCH ${path}/activate`,
      `DELETE ${path}`,
    ]);
  });

  it('leaves a verified email verified when only the phone changes', async () => {
    const provider = service.build();
    const target = await enrol(ANNA);
    service.running.plant({ op: 'patch', id: target.accountId, account: { email_verified: true } });
    const { attributes } = provider.normalize({ ...ANNA, attributes: { ...ANNA.attributes, phone: null } });
    await provider.apply({ kind: 'update', attributes, changed: ['phone'] }, target, context);
    expect([...service.running.provider.accounts()]).toMatchObject([{ email_verified: true, phone: '' }]);
  });
});

describe('identifiers that are taken', () => {
  const share = (attributes: Partial<Desired['attributes']>): Desired => ({
    ...BEN,
    attributes: { ...BEN.attributes, ...attributes },
  });

  it.each([
    [400, 'email', { email: 'ANNA.muster+HR@example.com' }],
    [409, 'email', { email: 'ANNA.muster+HR@example.com' }],
    [400, 'phone', { phone: ANNA.attributes.phone }],
  ])(
    'H16: a create refused with %i for the %s is a conflict, and the key finds the holder',
    async (status, kind, shared) => {
      service.running.provider.behaviour.merge({ duplicateStatus: status });
      const holder = await enrol(ANNA);
      await expect(enrol(share(shared))).rejects.toMatchObject({ kind: 'conflict' });
      const { lookupKeys } = service.build().normalize(share(shared));
      const found = await service.build().correlate(
        lookupKeys.filter((key) => key.kind === kind),
        context,
      );
      expect(found).toMatchObject([{ accountId: holder.accountId }]);
    },
  );

  it('H16: an update refused for a duplicate is a conflict, and changes nothing', async () => {
    await enrol(ANNA);
    const ben = await enrol(BEN);
    const { attributes } = service.build().normalize(share({ phone: ANNA.attributes.phone }));
    const update = { kind: 'update', attributes, changed: ['phone'] } as const;
    await expect(service.build().apply(update, ben, context)).rejects.toMatchObject({ kind: 'conflict' });
    expect(await service.build().get(ben, context)).toMatchObject({
      account: { attributes: { phone: BEN.attributes.phone } },
    });
  });
});

describe('metadata that the app does not know', () => {
  it.each([
    [400, 'conflict'], // no different from a duplicate until the keys were looked up
    [404, 'invalid'],
  ])('is refused with %i, told as %s, and leaves no account', async (status, kind) => {
    const stranger = await startPassage(['team']);
    stranger.running.provider.behaviour.merge({ unknownMetadataStatus: status });
    const provider = stranger.build();
    const { attributes } = provider.normalize({
      ...ANNA,
      attributes: { ...ANNA.attributes, attributes: { team: 'A' } },
    });
    const step = { kind: 'provision', attributes } as const;
    const call = provider.apply(step, { accountId: null, remoteKey: 'hr-1' }, context);
    await expect(call).rejects.toMatchObject({ kind });
    expect([...stranger.running.provider.accounts()]).toEqual([]);
    await stranger.close();
  });
});

describe('errors that speak of more than one user', () => {
  it('H10: a retired service is gone, and no account is absent', async () => {
    const target = await enrol(ANNA);
    service.running.provider.behaviour.merge({ retired: true });
    const provider = service.build();
    await expect(provider.get(target, context)).rejects.toMatchObject({ kind: 'gone' });
    await expect(provider.apply({ kind: 'purge' }, target, context)).rejects.toMatchObject({ kind: 'gone' });
  });

  it.each([
    [404, { code: 'app_not_found', error: 'no' }, 'gone'],
    [404, { code: 'user_not_found', error: 'no' }, 'notFound'],
    [404, { code: 'device_not_found', error: 'no' }, 'gone'],
    [403, { code: 'operation_not_allowed', error: 'no' }, 'unsupported'],
    [403, {}, 'unauthorized'],
  ])('HTTP %i with %j to a revocation is %s', async (status, body, kind) => {
    service.running.addFaults({ status, body });
    const revoke = { kind: 'discharge', effect: 'revokeTokens', tags: {} } as const;
    await expect(service.build().apply(revoke, TARGET, context)).rejects.toMatchObject({ kind });
  });

  it.each([
    ['H26', 'an empty body', '', 'outcomeUnknown'],
    ['H27', 'no user', {}, 'protocol'],
    ['H27', 'a user without id', { user: { email: 'a@example.com' } }, 'protocol'],
  ])('%s: a create answered with %s is %s, not success', async (_id, _what, body, kind) => {
    service.running.addFaults({ status: 201, body });
    await expect(enrol(ANNA)).rejects.toMatchObject({ kind });
  });

  it('H42: an answer about another user is refused', async () => {
    service.running.addFaults({ status: 200, body: { user: { id: 'somebodyElse' } } });
    await expect(service.build().get(TARGET, context)).rejects.toMatchObject({ kind: 'protocol' });
  });

  const attributes = { email: 'anna@example.com', 'user_metadata.team': 'HR' };
  it.each<[string, ProviderStep]>([
    ['an update', { kind: 'update', attributes, changed: ['email'] }],
    ['an update, before it is written', { kind: 'update', attributes, changed: ['user_metadata.team'] }],
    ['a deactivation', { kind: 'suspend', marker: null, attributes }],
    ['an activation', { kind: 'reactivate', attributes }],
  ])(
    'H42: %s answered with another user is refused, and the account is not taken for theirs',
    async (_, step) => {
      service.running.addFaults({ status: 200, body: { user: { id: 'somebodyElse' } } });
      const refused = { kind: 'protocol', detail: { reason: 'answered_another_user' } };
      await expect(service.build().apply(step, TARGET, context)).rejects.toMatchObject(refused);
      expect(calls()).toHaveLength(1);
    },
  );
});

describe('what Passage cannot do', () => {
  it.each(['softDelete', 'restore'] as const)(
    'is %s, which is refused without a call (D12)',
    async (kind) => {
      await expect(service.build().apply({ kind }, TARGET, context)).rejects.toMatchObject({
        kind: 'unsupported',
      });
      expect(calls()).toEqual([]);
    },
  );

  it('is to address or search an account by our key: it does not answer that there is none', async () => {
    const provider = service.build();
    const unknown = { accountId: null, remoteKey: 'hr-1' };
    await expect(provider.get(unknown, context)).rejects.toMatchObject({ kind: 'unsupported' });
    const keys = [{ kind: 'remoteKey', value: 'hr-1' } as const];
    await expect(provider.correlate(keys, context)).rejects.toMatchObject({ kind: 'unsupported' });
  });

  it('is to search for what reads as an operator of its filter', async () => {
    crowd(3);
    const call = service.build().correlate([{ kind: 'email', value: '<like:p>' }], context);
    await expect(call).rejects.toMatchObject({ kind: 'invalid' });
    expect(calls()).toEqual([]);
  });
});

describe('listing while users vanish (L01)', () => {
  const all = () => [...service.running.provider.accounts()].map(({ id }) => id as string); // the simulator's own ids

  async function list(afterPage: (number: number) => void): Promise<AccountPage[]> {
    const pages: AccountPage[] = [];
    const listing = service.build().list?.(context);
    if (listing === undefined) throw new Error('Passage lists');
    for await (const page of listing) {
      pages.push(page);
      afterPage(pages.length);
    }
    return pages;
  }

  it('goes back for those who moved onto a page that was read, and misses nobody', async () => {
    crowd(3 * PAGE_LIMIT);
    const pages = await list((number) => {
      if (number > 2) return;
      const [first = ''] = all();
      service.running.plant({ op: 'remove', id: first });
    });
    const listed = new Set(pages.flatMap(({ accounts }) => accounts.map(({ accountId }) => accountId)));
    expect(all().filter((id) => !listed.has(id))).toEqual([]);
    expect(pages.map(({ complete }) => complete).lastIndexOf(true)).toBe(pages.length - 1);
  });

  it('gives up when they vanish faster than it can read', async () => {
    crowd(2 * PAGE_LIMIT + 200);
    const listing = list((number) => {
      if (number === 0) return;
      const [first = ''] = all();
      service.running.plant({ op: 'remove', id: first });
    });
    await expect(listing).rejects.toMatchObject({
      kind: 'protocol',
      detail: { reason: 'listing_does_not_end' },
    });
  });

  it('asks for whole pages, in order of creation, anchored at the first', async () => {
    crowd(PAGE_LIMIT + 1);
    await list(() => undefined);
    const queries = calls().map((call) => new URLSearchParams(call.split('?')[1]));
    expect(queries.map((query) => [query.get('page'), query.get('limit'), query.get('order_by')])).toEqual([
      ['1', '500', 'created_at:ASC,id:ASC'],
      ['2', '500', 'created_at:ASC,id:ASC'],
    ]);
    expect(queries.map((query) => query.has('created_before'))).toEqual([false, true]);
  });
});
