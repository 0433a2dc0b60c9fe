import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { contextOf, type ProviderClient } from '#http';
import type { AccountOperations, ProviderErrorKind } from '#identity-provider';
import { startVault, type VaultService } from '../../../../test/support/simulated-kinds.js';
import { completeVaultApi, type VaultApi } from './api.js';
import { createVaultClient, vaultSettings } from './config.js';
import type { VaultConsumer } from './consumer.js';
import type { ConsumersQuery } from './request.js';

const KEY = 'hr:4711/ä b';
const METADATA = {
  account_name: 'Muster & Söhne',
  user_name: '安娜 Muster',
  email: 'anna.Muster+hr@example.com',
  image: 'https://example.com/anna.png?size=2&round=1',
};
const YEAR = { start: new Date('2026-01-01T00:00:00Z'), end: new Date('2027-01-01T00:00:00Z') };
const NOTHING_ELSE = { connections: [], services: [], aggregated_request_count: 0 };

let service: VaultService;
let client: ProviderClient;
let api: VaultApi<VaultConsumer>;
const context = contextOf();

beforeAll(async () => {
  service = await startVault();
  client = open();
  api = completeVaultApi(client);
});
beforeEach(() => {
  service.running.reset();
});
afterAll(async () => {
  await client.close();
  await service.close();
});

function open(apiKey?: string): ProviderClient {
  const { VAULT_BASE_URL, VAULT_API_KEY, VAULT_APP_ID } = service.running.environment;
  const settings = { BASE_URL: VAULT_BASE_URL, API_KEY: apiKey ?? VAULT_API_KEY, APP_ID: VAULT_APP_ID };
  return createVaultClient(vaultSettings.parse(settings));
}

type Held = Readonly<Record<string, unknown>>;

const held = (): Held[] => [...service.running.provider.accounts()];
const calls = (): string[] =>
  [...service.running.log.since(0)].map(({ method, path }) => `${method} ${path}`);
const plant = (...accounts: readonly object[]): void => {
  service.running.plant(accounts.map((account) => ({ op: 'put', account })));
};
const answer = (body: unknown, status = 200): void => {
  service.running.addFaults({ status, body });
};
const create = async (id = KEY): Promise<void> => {
  await api.createConsumer({ consumer_id: id, metadata: METADATA }, context);
};

/** Every id of a listing, a page at a time. */
async function walk(query: ConsumersQuery): Promise<string[][]> {
  const pages: string[][] = [];
  for (let cursor: string | null = null; ;) {
    const page = await api.listConsumers({ ...query, cursor }, context);
    pages.push(page.consumers.map(({ consumer_id }) => consumer_id));
    cursor = page.next;
    if (cursor === null) return pages;
  }
}

describe('the typed client of Vault, one consumer', () => {
  it('creates one with all metadata, and reads the whole of it back', async () => {
    const { status, consumer } = await api.createConsumer({ consumer_id: KEY, metadata: METADATA }, context);
    expect(status).toBe(200);
    expect(held()).toMatchObject([{ consumer_id: KEY, metadata: METADATA }]);
    const [kept] = held();
    expect(await api.getConsumer(KEY, context)).toEqual({ status: 200, consumer });
    expect(consumer).toEqual({
      ...NOTHING_ELSE,
      consumer_id: KEY,
      application_id: kept?.['application_id'],
      metadata: METADATA,
      request_counts: { unify: 0, proxy: 0, vault: 0 },
      created: new Date(String(kept?.['created'])),
      modified: new Date(String(kept?.['modified'])),
      request_count_updated: new Date(String(kept?.['request_count_updated'])),
    });
  });

  it('creates one that is nothing but an id', async () => {
    const { consumer } = await api.createConsumer({ consumer_id: 'bare' }, context);
    expect(consumer.metadata).toEqual({ account_name: null, user_name: null, email: null, image: null });
    expect(held()).toMatchObject([{ consumer_id: 'bare', metadata: {} }]);
  });

  it('F01: makes no second one by creating it again', async () => {
    await create();
    await api.createConsumer({ consumer_id: KEY, metadata: { user_name: 'Anna' } }, context);
    expect(held()).toMatchObject([{ consumer_id: KEY, metadata: { user_name: 'Anna' } }]);
  });

  it('changes what it sends, and clears with an empty text', async () => {
    await create();
    const metadata = { user_name: 'Anne', image: '' };
    const { status, consumer } = await api.updateConsumer(KEY, { metadata }, context);
    expect([status, consumer.metadata]).toEqual([200, { ...METADATA, ...metadata }]);
    expect(held()).toMatchObject([{ metadata: { ...METADATA, ...metadata } }]);
    await api.updateConsumer(KEY, {}, context);
    expect(held()).toMatchObject([{ metadata: { ...METADATA, ...metadata } }]);
  });

  it('deletes one and no other', async () => {
    await create();
    await create('hr:4711');
    expect(await api.deleteConsumer(KEY, context)).toBe(200);
    expect(held().map(({ consumer_id }) => consumer_id)).toEqual(['hr:4711']);
  });

  it('shows its connections, with every word of the description', async () => {
    const connection = {
      service_id: 'salesforce',
      name: 'Salesforce',
      icon: 'https://example.com/icon.png',
      logo: 'https://example.com/logo.svg',
      website: 'https://www.example.com',
      tag_line: 'CRM',
      unified_api: 'crm',
      auth_type: 'oauth2',
      enabled: false,
      settings: { instance_url: 'https://eu28.example.com' },
      metadata: { company_id: '4bfe', plan: 'enterprise' },
      created_at: '2020-09-19T12:18:37.071Z',
      updated_at: '2020-09-20T12:18:37.071Z',
      state: 'callable',
      health: 'pending_refresh',
      credentials_expire_at: '2026-12-01T00:00:00.000Z',
      last_refresh_failed_at: '2026-11-01T00:00:00.000Z',
    };
    plant({ consumer_id: 'ann', connections: [connection, { service_id: 'xero' }] });
    const { consumer } = await api.getConsumer('ann', context);
    expect(consumer.services).toEqual(['salesforce', 'xero']);
    expect(consumer.connections).toEqual([
      {
        ...connection,
        id: 'salesforce+ann',
        consumer_id: 'ann',
        created_at: new Date(connection.created_at),
        updated_at: new Date(connection.updated_at),
        credentials_expire_at: new Date(connection.credentials_expire_at),
        last_refresh_failed_at: new Date(connection.last_refresh_failed_at),
      },
      expect.objectContaining({ id: 'xero+ann', state: 'authorized', health: 'ok', settings: null }),
    ]);
  });
});

describe('the typed client of Vault, listings', () => {
  const ids = Array.from({ length: 45 }, (_, at) => `user-${String(at).padStart(2, '0')}`);

  it('shows 20 without any parameter, without their connections, and where to go on', async () => {
    plant(...ids.map((consumer_id) => ({ consumer_id, connections: [{ service_id: 'xero' }] })));
    const page = await api.listConsumers({}, context);
    expect(page.consumers.map(({ consumer_id }) => consumer_id)).toEqual(ids.slice(0, 20));
    expect(page.consumers[0]).toMatchObject({ services: ['xero'], connections: null });
    expect(page).toMatchObject({ current: expect.any(String), next: expect.any(String), total: null });
    expect(calls()).toEqual(['GET /vault/consumers']);
  });

  it.each([
    [1, 45],
    [7, 7],
    [200, 1],
  ])('follows the cursor to the end, %d a page', async (limit, pages) => {
    plant(...ids.map((consumer_id) => ({ consumer_id })));
    const walked = await walk({ limit });
    expect(walked).toHaveLength(pages);
    expect(walked.flat()).toEqual(ids);
  });

  it('takes a cursor that was kept up where it stood', async () => {
    plant(...ids.map((consumer_id) => ({ consumer_id })));
    const { next } = await api.listConsumers({ limit: 40 }, context);
    const { consumers } = await api.listConsumers({ cursor: next, limit: 40 }, context);
    expect(consumers.map(({ consumer_id }) => consumer_id)).toEqual(ids.slice(40));
  });

  it('finds consumers by the beginning of their id, by a piece of any text, and by both', async () => {
    plant(
      { consumer_id: 'hr 1', metadata: { email: 'Ann+1@example.com' } },
      { consumer_id: 'hr 2', metadata: { account_name: 'Annex & Co' } },
      { consumer_id: 'ä-ann', metadata: {} },
      { consumer_id: 'crm-1', metadata: { user_name: 'Joanna', image: 'https://ann.example.com' } },
      { consumer_id: 'crm-2', metadata: { image: 'https://ann.example.com' } },
    );
    expect(await walk({ limit: 1, filter: { consumer_id: 'hr ' } })).toEqual([['hr 1'], ['hr 2']]);
    expect(await walk({ filter: { search: 'ann' } })).toEqual([['hr 1', 'hr 2', 'ä-ann', 'crm-1']]);
    expect(await walk({ filter: { consumer_id: 'hr', search: '& co' } })).toEqual([['hr 2']]);
    expect(await walk({ filter: { search: 'nobody' } })).toEqual([[]]);
  });

  it('L04: is refused with a cursor that Vault does not know', async () => {
    await expect(api.listConsumers({ cursor: 'worn out' }, context)).rejects.toMatchObject({
      kind: 'invalid',
      detail: { status: 400 },
    });
  });
});

describe('the typed client of Vault, request counts', () => {
  const COUNTS = { unify: 3, proxy: 2, vault: 1 };
  beforeEach(() => {
    plant({
      consumer_id: KEY,
      aggregated_request_count: 6,
      request_counts: COUNTS,
      request_count_updated: '2026-03-05T00:00:00.000Z',
    });
  });

  it('shows those of a period, and none of another', async () => {
    const stats = await api.getStats(KEY, YEAR, context);
    expect(stats).toEqual({
      application_id: service.running.environment['VAULT_APP_ID'],
      consumer_id: KEY,
      start_datetime: YEAR.start,
      end_datetime: YEAR.end,
      aggregated_request_count: 6,
      request_counts: COUNTS,
    });
    const before = { start: new Date('2025-01-01T00:00:00Z'), end: YEAR.start };
    expect(await api.getStats(KEY, before, context)).toMatchObject({ aggregated_request_count: 0 });
  });

  it('offers them for an account, by its id or by our key', async () => {
    const usage = { ...YEAR, aggregatedRequestCount: 6, requestCounts: COUNTS };
    const { readStats } = offered();
    expect(await readStats({ accountId: KEY, remoteKey: 'other' }, YEAR, context)).toEqual(usage);
    expect(await readStats({ accountId: null, remoteKey: KEY }, YEAR, context)).toEqual(usage);
    const nobody = { accountId: 'nobody', remoteKey: 'nobody' };
    await expect(readStats(nobody, YEAR, context)).rejects.toMatchObject({ kind: 'notFound' });
  });

  it('says nothing of what Vault did not count, and nothing at all of somebody else', async () => {
    const { readStats } = offered();
    const target = { accountId: KEY, remoteKey: KEY };
    answer({ data: { aggregated_request_count: 4, request_counts: { unify: 4, fax: 9 } } });
    expect(await readStats(target, YEAR, context)).toEqual({
      ...YEAR,
      aggregatedRequestCount: 4,
      requestCounts: { unify: 4 },
    });
    for (const data of [{}, { consumer_id: 'hr-2', aggregated_request_count: 4 }, []]) {
      answer({ data });
      await expect(readStats(target, YEAR, context)).rejects.toMatchObject({ kind: 'protocol' });
    }
  });

  function offered(): Required<Pick<AccountOperations, 'readStats'>> {
    const { readStats, ...others } = service.buildAll().operations;
    if (readStats === undefined) throw new Error('request counts are not offered');
    expect(others).toEqual({});
    return { readStats };
  }
});

describe('the typed client of Vault, before anything is sent', () => {
  const lone = 'a\ud800b';
  const listing = (query: ConsumersQuery) => () => api.listConsumers(query, context);
  const creating = (consumer_id: string) => () => api.createConsumer({ consumer_id }, context);
  const updating = (metadata: object) => () => api.updateConsumer(KEY, { metadata }, context);
  const counting = (start: Date, end: Date) => () => api.getStats(KEY, { start, end }, context);
  const never = new Date(Number.NaN);

  it.each<readonly [string, () => Promise<unknown>, string, string | null]>([
    ['no consumers a page', listing({ limit: 0 }), 'limit_out_of_bounds', 'limit'],
    ['201 consumers a page', listing({ limit: 201 }), 'limit_out_of_bounds', 'limit'],
    ['half a consumer', listing({ limit: 1.5 }), 'limit_out_of_bounds', 'limit'],
    ['no number of consumers', listing({ limit: Number.NaN }), 'limit_out_of_bounds', 'limit'],
    ['half a letter in a cursor', listing({ cursor: lone }), 'query_not_encodable', null],
    ['half a letter to search for', listing({ filter: { search: lone } }), 'query_not_encodable', null],
    ['half a letter in a prefix', listing({ filter: { consumer_id: lone } }), 'query_not_encodable', null],
    ['an empty id', creating(''), 'consumer_id_refused', 'consumer_id'],
    ['an id that a path folds away', creating('..'), 'consumer_id_refused', 'consumer_id'],
    ['half a letter in an id', creating(lone), 'not_encodable', 'consumer_id'],
    ['a picture that is no URL', updating({ image: 'anna.png' }), 'not_a_url', 'metadata.image'],
    ['half a letter in a name', updating({ user_name: lone }), 'not_encodable', 'metadata.user_name'],
    ['half a letter in an email', updating({ email: lone }), 'not_encodable', 'metadata.email'],
    ['a period that turns back', counting(YEAR.end, YEAR.start), 'period_not_forward', null],
    ['a period without length', counting(YEAR.start, YEAR.start), 'period_not_forward', null],
    ['a start that is no date', counting(never, YEAR.end), 'not_a_date', null],
    ['an end that is no date', counting(YEAR.start, never), 'not_a_date', null],
    ['a year of five digits', counting(YEAR.start, new Date(Date.UTC(10_000, 0))), 'not_a_date', null],
  ])('refuses %s', async (_, call, reason, attribute) => {
    const detail = attribute === null ? { reason } : { reason, attribute };
    await expect(call()).rejects.toMatchObject({ kind: 'invalid', detail });
    expect(calls()).toEqual([]);
  });

  it('refuses a picture that is no URL in a create as well', async () => {
    const call = api.createConsumer({ consumer_id: KEY, metadata: { image: 'anna.png' } }, context);
    await expect(call).rejects.toMatchObject({ detail: { reason: 'not_a_url' } });
    expect(calls()).toEqual([]);
  });

  it.each(['', '.', '..', lone])('D14: refuses the id %j in every path', async (id) => {
    const refused = [
      () => api.getConsumer(id, context),
      () => api.updateConsumer(id, {}, context),
      () => api.deleteConsumer(id, context),
      () => api.getStats(id, YEAR, context),
    ];
    for (const call of refused) await expect(call()).rejects.toMatchObject({ kind: 'invalid' });
    expect(calls()).toEqual([]);
  });
});

describe('the typed client of Vault, answers that are not as described', () => {
  const ABSENT = {
    consumer_id: 'ann',
    application_id: null,
    metadata: null,
    connections: null,
    services: null,
    aggregated_request_count: null,
    request_counts: null,
    created: null,
    modified: null,
    request_count_updated: null,
  };

  it.each([
    ['absent', { consumer_id: 'ann' }],
    ['null', ABSENT],
    ['dates that are none', { consumer_id: 'ann', created: '', modified: 'yesterday' }],
    ['unknown', { consumer_id: 'ann', nickname: 'A', score: { of: 7 } }],
  ])('H33: reads members that are %s as no value', async (_, data) => {
    answer({ data });
    expect((await api.getConsumer('ann', context)).consumer).toEqual(ABSENT);
  });

  it('H37: reads words that are not listed as unknown, and leaves unknown members out', async () => {
    const odd = { id: 'x', state: 'paused', health: '', auth_type: 'passkey', colour: 'red' };
    answer({ data: { consumer_id: 'ann', connections: [odd, {}] } });
    const { consumer } = await api.getConsumer('ann', context);
    expect(consumer.connections).toMatchObject([
      { id: 'x', state: 'unknown', health: 'unknown', auth_type: 'unknown' },
      { id: null, state: null, health: null, auth_type: null, enabled: null },
    ]);
    expect(consumer.connections?.[0]).not.toHaveProperty('colour');
  });

  it.each([
    [{ data: [] }],
    [{ data: [], meta: null }],
    [{ data: [], meta: { cursors: null } }],
    [{ data: [], meta: { cursors: { next: '' } } }],
    [{ data: [], meta: { cursors: { next: null } }, links: 7 }],
  ])('takes %j for the last page', async (body) => {
    answer(body);
    expect(await api.listConsumers({}, context)).toMatchObject({ consumers: [], next: null });
  });

  it.each([{}, { data: null }, { data: [{ consumer_id: 7 }] }, { data: [], meta: { cursors: { next: 7 } } }])(
    'H27: takes %j for no page',
    async (body) => {
      answer(body);
      await expect(api.listConsumers({}, context)).rejects.toMatchObject({
        kind: 'protocol',
        detail: { reason: 'not_a_page_of_consumers' },
      });
    },
  );

  it.each([[[]], ['text'], [{ data: {} }], [{ data: { consumer_id: '' } }], [{ consumer_id: 'ann' }]])(
    'H27: takes %j for no consumer',
    async (body) => {
      answer(body);
      await expect(api.getConsumer('ann', context)).rejects.toMatchObject({ kind: 'protocol' });
    },
  );

  it.each([{ data: null }, { data: 'done' }, {}, ''])(
    'deletes whatever the answer %j is like',
    async (body) => {
      answer(body);
      expect(await api.deleteConsumer('ann', context)).toBe(200);
    },
  );
});

describe('the typed client of Vault, errors', () => {
  const OPERATIONS: Readonly<Record<string, () => Promise<unknown>>> = {
    list: () => api.listConsumers({}, context),
    get: () => api.getConsumer('ann', context),
    stats: () => api.getStats('ann', YEAR, context),
    create: () => api.createConsumer({ consumer_id: 'ann' }, context),
    update: () => api.updateConsumer('ann', {}, context),
    delete: () => api.deleteConsumer('ann', context),
  };
  const READS = ['list', 'get', 'stats'];
  const described = (type_name: string, detail: unknown): object => ({
    status_code: 0,
    error: 'of ann@example.test',
    type_name,
    message: 'of ann@example.test',
    detail,
  });

  it.each(Object.keys(OPERATIONS))('are told apart by status, whatever they say: %s', async (name) => {
    const lost: ProviderErrorKind = READS.includes(name) ? 'unreachable' : 'outcomeUnknown';
    const expected: readonly (readonly [number, string, ProviderErrorKind])[] = [
      [400, 'RequestValidationError', 'invalid'],
      [401, 'UnauthorizedError', 'unauthorized'],
      [402, 'RequestLimitError', 'paymentRequired'],
      [404, 'EntityNotFoundError', 'notFound'],
      [404, 'RouteNotFoundError', 'gone'],
      [410, 'Gone', 'gone'],
      [422, 'InvalidStateError', 'invalid'],
      [429, 'TooManyRequests', 'rateLimited'],
      [500, 'InternalError', lost],
      [502, 'BadGateway', lost],
      [503, 'Unavailable', 'rateLimited'],
    ];
    for (const [status, type, kind] of expected) {
      for (const detail of ['ann@example.test', { of: ['ann@example.test'] }, undefined]) {
        answer(described(type, detail), status);
        const error: unknown = await OPERATIONS[name]?.().catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ kind, detail: { status } });
        expect(JSON.stringify(error) + String(error)).not.toContain('ann@');
      }
    }
    expect(held()).toEqual([]);
  });

  it('of Vault itself are a missing consumer and a wrong key', async () => {
    const missing = ['get', 'stats', 'update', 'delete'];
    for (const name of missing) {
      await expect(OPERATIONS[name]?.()).rejects.toMatchObject({
        kind: 'notFound',
        detail: { reason: 'consumer_not_found', status: 404 },
      });
    }
    const stranger = open('another key');
    const call = completeVaultApi(stranger).getConsumer('ann', context);
    await expect(call).rejects.toMatchObject({ kind: 'unauthorized', detail: { status: 401 } });
    await stranger.close();
  });

  it('H10: a page for people where a consumer should be means that Vault is not there', async () => {
    service.running.addFaults({
      times: 'always',
      status: 404,
      body: '<html>Not here</html>',
      headers: { 'content-type': 'text/html' },
    });
    for (const call of Object.values(OPERATIONS))
      await expect(call()).rejects.toMatchObject({ kind: 'gone' });
  });

  it('H24: a write whose answer is lost is in doubt, and a read is not', async () => {
    service.running.addFaults({ times: 'always', drop: 'after' });
    for (const [name, call] of Object.entries(OPERATIONS)) {
      const kind = READS.includes(name) ? 'unreachable' : 'outcomeUnknown';
      await expect(call()).rejects.toMatchObject({ kind });
    }
  });
});
