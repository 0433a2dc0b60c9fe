import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_ATTRIBUTES, type UserAttributes } from '#domain';
import { contextOf, type ProviderClient } from '#http';
import type { DesiredAccount, IdentityProvider } from '#identity-provider';
import { SERVICE_ACCOUNT_ID } from '../../../../apps/simulators/src/index.js';
import { startSendauth, type SendauthService } from '../../../../test/support/simulated-kinds.js';
import { SendauthApi } from './api.js';
import { openSendauth } from './sendauth.harness.js';
import { sendauthMapping } from './mapping.js';
import { ownAccountOf } from './own-account.js';
import { SendauthProvider } from './provider.js';

let service: SendauthService;
let provider: IdentityProvider;
let client: ProviderClient;

beforeAll(async () => {
  service = await startSendauth();
  provider = service.build();
  client = openSendauth(service);
});
beforeEach(() => {
  service.running.reset();
});
afterAll(async () => {
  await client.close();
  await service.close();
});

const ANNA = { givenName: 'Anna', familyName: 'Muster', email: 'anna@example.test', phone: '+41446681800' };

function spell(attributes: Partial<UserAttributes>): DesiredAccount {
  return provider.normalize({
    status: 'active',
    remoteKey: 'k',
    attributes: { ...NO_ATTRIBUTES, ...attributes },
  });
}

function targetOf(accountId: string): { accountId: string; remoteKey: string } {
  return { accountId, remoteKey: 'k' };
}

async function create(attributes: Partial<UserAttributes> = ANNA): Promise<string> {
  const step = { kind: 'provision', attributes: spell(attributes).attributes } as const;
  const { accountId } = await provider.apply(step, { accountId: null, remoteKey: 'k' }, contextOf());
  if (accountId === undefined) throw new Error('a create tells the id');
  return accountId;
}

function held(): readonly Readonly<Record<string, unknown>>[] {
  return [...service.running.provider.accounts()].filter(({ id }) => id !== SERVICE_ACCOUNT_ID);
}

function plant(change: object): void {
  service.running.plant(change);
}

function callsSoFar(): number {
  return service.running.log.counts.total;
}

describe('SendAuth, where the email is taken', () => {
  it.each([true, false])(
    'tells it of a create, also by somebody soft-deleted (blocks: %s)',
    async (blocks) => {
      service.running.provider.behaviour.merge({ softDeletedBlocksEmail: blocks });
      const leaver = await create();
      await provider.apply({ kind: 'softDelete' }, targetOf(leaver), contextOf());
      const hired = create({ ...ANNA, givenName: 'Berta', email: 'ANNA@example.test' });
      if (blocks)
        await expect(hired).rejects.toMatchObject({ kind: 'identifierTaken', detail: { taken: 'email' } });
      else await hired;
      const found = await provider.correlate(spell(ANNA).lookupKeys, contextOf());
      expect(found.map(({ state }) => state)).toEqual(blocks ? ['softDeleted'] : ['live', 'softDeleted']);
    },
  );

  it.each(['json', 'text', 'empty'])(
    'tells it of an update, whatever errors look like (%s)',
    async (errorBodies) => {
      service.running.provider.behaviour.merge({ errorBodies });
      await create();
      const other = await create({ ...ANNA, email: 'other@example.test' });
      const { attributes } = spell(ANNA);
      const step = { kind: 'update', attributes, changed: ['email'] } as const;
      await expect(provider.apply(step, targetOf(other), contextOf())).rejects.toMatchObject({
        kind: 'identifierTaken',
      });
    },
  );

  it('tells it of a restore', async () => {
    service.running.provider.behaviour.merge({ softDeletedBlocksEmail: false });
    const leaver = await create();
    await provider.apply({ kind: 'softDelete' }, targetOf(leaver), contextOf());
    await create({ ...ANNA, givenName: 'Berta' });
    const restore = provider.apply({ kind: 'restore' }, targetOf(leaver), contextOf());
    await expect(restore).rejects.toMatchObject({ kind: 'identifierTaken' });
  });
});

describe('SendAuth, where a user is', () => {
  const unreachable = { ...ANNA, email: null, phone: null };

  it.each([404, 200])(
    'is told of a soft-deleted one without email or phone, too (read: %s)',
    async (getSoftDeleted) => {
      service.running.provider.behaviour.merge({ getSoftDeleted });
      const leaver = await create(unreachable);
      const other = await create(unreachable);
      await provider.apply({ kind: 'softDelete' }, targetOf(leaver), contextOf());
      expect((await provider.get(targetOf(leaver), contextOf())).state).toBe('softDeleted');
      expect((await provider.get(targetOf(other), contextOf())).state).toBe('live');
    },
  );

  it('L01: is read from all pages of the deleted list before it is called absent', async () => {
    const ids = Array.from(
      { length: 250 },
      (_, at) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    );
    for (const id of ids) {
      plant({ op: 'put', account: { id, firstName: 'Some', lastName: 'Leaver', state: 'softDeleted' } });
    }
    for (const id of [ids[0], ids[249]]) {
      expect((await provider.get(targetOf(id ?? ''), contextOf())).state).toBe('softDeleted');
    }
    const nobody = '00000000-0000-4000-8000-00000000dead';
    expect(await provider.get(targetOf(nobody), contextOf())).toEqual({ state: 'absent' });
  });
});

describe('SendAuth, lifecycle', () => {
  it('acknowledges a restore of a live user and a soft delete of a soft-deleted one', async () => {
    const anna = await create();
    await provider.apply({ kind: 'restore' }, targetOf(anna), contextOf());
    expect(held()).toMatchObject([{ state: 'live' }]);
    await provider.apply({ kind: 'softDelete' }, targetOf(anna), contextOf());
    await provider.apply({ kind: 'softDelete' }, targetOf(anna), contextOf());
    expect(held()).toMatchObject([{ state: 'softDeleted' }]);
  });

  it.each(['deleted', '', '..', 'deleted/046b6c7f-0b8a-43b9-b35d-6489e6daee91', '046b6c7f'])(
    'D14: sends nothing about a user whose id is %j',
    async (id) => {
      const before = callsSoFar();
      for (const kind of ['purge', 'softDelete', 'restore'] as const) {
        await expect(provider.apply({ kind }, targetOf(id), contextOf())).rejects.toMatchObject({
          kind: 'invalid',
        });
      }
      await expect(provider.get(targetOf(id), contextOf())).rejects.toMatchObject({ kind: 'invalid' });
      expect(callsSoFar()).toBe(before);
    },
  );

  it('sets the whole map of tags, and not on somebody soft-deleted', async () => {
    const anna = await create();
    const discharge = (tags: Record<string, string>) =>
      provider.apply({ kind: 'discharge', effect: 'setTags', tags }, targetOf(anna), contextOf());
    await discharge({ team: 'blue', floor: '2' });
    await discharge({ team: 'red' });
    expect(held()).toMatchObject([{ tags: { team: 'red' } }]);
    expect(held()[0]?.['tags']).not.toHaveProperty('floor');
    await provider.apply({ kind: 'softDelete' }, targetOf(anna), contextOf());
    await expect(discharge({})).rejects.toMatchObject({ kind: 'notFound' });
  });
});

describe('SendAuth, its own account', () => {
  const SERVICE_EMAIL = 'service@sendauth.example';
  const touched = () =>
    [...service.running.log.since(0)].filter((call) => call.mutated && call.accountId === SERVICE_ACCOUNT_ID);
  const steps = [
    { kind: 'softDelete' },
    { kind: 'purge' },
    { kind: 'update', attributes: {}, changed: [] },
  ] as const;
  beforeEach(() => {
    service.running.provider.behaviour.merge({ serviceAccountListed: true });
  });

  it.each(steps)(
    'H15: refuses the step $kind as the trouble of one link, which halts nothing',
    async (step) => {
      await expect(provider.apply(step, targetOf(SERVICE_ACCOUNT_ID), contextOf())).rejects.toMatchObject({
        kind: 'unsupported',
        detail: { reason: 'own_account' },
      });
      expect(touched()).toEqual([]);
    },
  );

  it('H16: is listed to nobody, and stands in the way of whoever has its email', async () => {
    const listed: string[] = [];
    for await (const page of provider.list?.(contextOf()) ?? []) {
      listed.push(...page.accounts.map(({ accountId }) => accountId));
    }
    expect(listed).toEqual([]);
    const { lookupKeys } = spell({ ...ANNA, email: SERVICE_EMAIL });
    expect(await provider.correlate(lookupKeys, contextOf())).toMatchObject([
      { accountId: SERVICE_ACCOUNT_ID, isOurLogin: true },
    ]);
    await expect(create({ ...ANNA, email: SERVICE_EMAIL })).rejects.toMatchObject({
      kind: 'identifierTaken',
    });
    expect(touched()).toEqual([]);
  });

  it('cannot be told where credentials have a name of their own, and is still not deleted', async () => {
    const byKey = new SendauthProvider(
      new SendauthApi(client),
      sendauthMapping({ padNames: false }),
      ownAccountOf('key'),
    );
    const { lookupKeys } = spell({ ...ANNA, email: SERVICE_EMAIL });
    const [found, ...others] = await byKey.correlate(lookupKeys, contextOf());
    expect([found?.isOurLogin, others]).toEqual([undefined, []]);
    await expect(
      byKey.apply({ kind: 'purge' }, targetOf(SERVICE_ACCOUNT_ID), contextOf()),
    ).rejects.toMatchObject({
      detail: { reason: 'own_account' },
    });
    expect(touched()).toEqual([]);
  });
});

describe('SendAuth, where an update keeps what it leaves out', () => {
  const update = async (accountId: string, attributes: Partial<UserAttributes>) => {
    const step = { kind: 'update', attributes: spell(attributes).attributes, changed: [] } as const;
    return provider.apply(step, targetOf(accountId), contextOf());
  };
  beforeEach(() => {
    service.running.provider.behaviour.merge({ putOmitted: 'keep' });
  });

  it('H33: clears phone and company, which have an empty spelling', async () => {
    const anna = await create({ ...ANNA, company: 'Muster AG' });
    const { echo } = await update(anna, { ...ANNA, givenName: 'Anne', phone: null });
    expect(held()).toMatchObject([
      { firstName: 'Anne', email: ANNA.email, phone: undefined, company: undefined },
    ]);
    expect(echo?.attributes).toMatchObject({ phone: null, 'company.name': null });
  });

  it('H34: shows in the echo that an email is still there, which has none', async () => {
    const anna = await create();
    const { echo } = await update(anna, { ...ANNA, email: null });
    expect(held()).toMatchObject([{ email: ANNA.email }]);
    expect(echo?.attributes['email']).toBe(ANNA.email);
  });
});

describe('SendAuth, where a user holds what the description does not list', () => {
  it.each([
    { role: 'auditor' },
    { messagingPreference: 'fax' },
    { permissions: ['p'.repeat(65)] },
    { permissionGroups: ['everybody'] },
    { badge: { colour: 'red' } },
  ])('H31, H37: sends back as it came %j', async (odd) => {
    const anna = await create();
    const answer = { status: 200, body: { ...held()[0], ...odd } };
    const sentBack = JSON.stringify(odd).slice(1, -1);
    service.running.addFaults([
      { match: { method: 'GET' }, ...answer },
      { match: { method: 'PUT', body: sentBack }, ...answer },
    ]);
    const { attributes } = spell({ ...ANNA, givenName: 'Anne' });
    await provider.apply({ kind: 'update', attributes, changed: ['firstName'] }, targetOf(anna), contextOf());
    expect(service.running.faults.map(({ hits }) => hits)).toEqual([1, 1]);
  });
});

describe('SendAuth, where an update is answered with another user', () => {
  it.each([
    ['before it is written', 'GET', 1],
    ['after it was written', 'PUT', 2],
  ])('H42: refuses it, and takes nobody else for theirs (%s)', async (_, method, expectedCalls) => {
    const anna = await create();
    const ben = await create({ ...ANNA, email: 'ben@example.test' });
    const body = held().find(({ id }) => id === ben) ?? {};
    service.running.addFaults({ match: { method }, status: 200, body });
    const before = callsSoFar();
    const { attributes } = spell({ ...ANNA, givenName: 'Anne' });
    const step = { kind: 'update', attributes, changed: ['firstName'] } as const;
    const refused = { kind: 'protocol', detail: { reason: 'answered_another_user' } };
    await expect(provider.apply(step, targetOf(anna), contextOf())).rejects.toMatchObject(refused);
    expect(callsSoFar() - before).toBe(expectedCalls);
  });
});
