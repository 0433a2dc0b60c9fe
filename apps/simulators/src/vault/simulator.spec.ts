import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RunningProvider } from '../frame/index.js';
import { call, TestClock, type Call, type Seen } from '../testing/call.js';
import { vaultDefinition } from './index.js';

describe('the Vault simulator', () => {
  const clock = new TestClock();
  let vault: RunningProvider;
  let headers: Record<string, string>;

  beforeEach(async () => {
    vault = await RunningProvider.start(vaultDefinition, { now: clock.now });
    const { VAULT_API_KEY, VAULT_APP_ID } = vault.environment;
    headers = { authorization: `Bearer ${VAULT_API_KEY}`, 'x-apideck-app-id': VAULT_APP_ID ?? '' };
  });
  afterEach(() => vault.close());

  const send = (path: string, options: Call = {}): Promise<Seen> =>
    call(`${vault.url}/vault/consumers${path}`, { headers, ...options });
  const create = (consumer_id: string, metadata?: object): Promise<Seen> =>
    send('', { method: 'POST', body: { consumer_id, metadata } });
  const update = (id: string, body: unknown): Promise<Seen> => send(`/${id}`, { method: 'PATCH', body });
  const held = (): object[] => [...vault.provider.accounts()];
  const metadataOf = (id: string): unknown =>
    held().find((each) => 'consumer_id' in each && each.consumer_id === id);

  describe('who may call', () => {
    it.each([
      ['no key', { authorization: '' }, 'Invalid API key'],
      ['a wrong key', { authorization: 'Bearer wrong' }, 'Invalid API key'],
      ['no application', { 'x-apideck-app-id': '' }, 'Unknown application'],
      ['another application', { 'x-apideck-app-id': 'other' }, 'Unknown application'],
    ])('%s is 401 in the words of the description', async (_case, wrong, detail) => {
      const seen = await send('', {
        headers: { ...headers, ...wrong },
        method: 'POST',
        body: { consumer_id: 'a' },
      });
      expect(seen.status).toBe(401);
      expect(seen.body).toEqual({
        status_code: 401,
        error: 'Unauthorized',
        type_name: 'UnauthorizedError',
        message: 'Unauthorized Request',
        detail,
        ref: 'https://developers.apideck.com/errors#unauthorizederror',
      });
      expect(held()).toEqual([]);
    });

    it('headers left out altogether are 401 too', async () => {
      expect((await send('', { headers: {} })).at('detail')).toBe('Missing authentication');
      const { authorization = '' } = headers;
      expect((await send('', { headers: { authorization } })).at('detail')).toBe(
        'Missing Header: x-apideck-app-id',
      );
    });
  });

  describe('create', () => {
    it('answers 200 with the whole consumer and keeps it', async () => {
      const seen = await create('account:12345', { user_name: 'Ann', email: 'ann@example.com', image: '' });
      const at = new Date(clock.time).toISOString();
      expect(seen.status).toBe(200);
      expect(seen.body).toEqual({
        status_code: 200,
        status: 'OK',
        data: {
          consumer_id: 'account:12345',
          application_id: headers['x-apideck-app-id'],
          metadata: { user_name: 'Ann', email: 'ann@example.com', image: '' },
          connections: [],
          services: [],
          aggregated_request_count: 0,
          request_counts: { unify: 0, proxy: 0, vault: 0 },
          created: at,
          modified: at,
          request_count_updated: at,
        },
      });
      expect((await send('/account%3A12345')).at('data')).toEqual(seen.at('data'));
      expect(held()).toEqual([{ ...(seen.at('data') as object), state: 'live' }]);
    });

    it.each([
      ['an unknown member', { consumer_id: 'a', phone: '1' }],
      ['no id', { metadata: {} }],
      ['an empty id', { consumer_id: '' }],
      ['a number as id', { consumer_id: 1 }],
      ['null in metadata', { consumer_id: 'a', metadata: { email: null } }],
      ['an image that is no URL', { consumer_id: 'a', metadata: { image: 'me.png' } }],
      ['no object', '[]'],
      ['no JSON', '{"consumer_id":'],
    ])('%s is refused with 400 and leaves nothing', async (_case, body) => {
      const seen = await send('', { method: 'POST', body });
      expect([seen.status, seen.at('type_name')]).toEqual([400, 'RequestValidationError']);
      expect(held()).toEqual([]);
      expect(vault.summary().calls.mutating).toBe(0);
    });

    it('metadata keeps the four display fields and drops others', async () => {
      const seen = await create('a', { user_name: 'Ann', locale: 'de' });
      expect(seen.at('data', 'metadata')).toEqual({ user_name: 'Ann' });
    });

    it.each([
      ['overwrite', { email: 'new@x' }],
      ['keep', { user_name: 'Ann', email: 'old@x' }],
    ])('of a known id, with upsertMetadata %s', async (upsertMetadata, expected) => {
      vault.provider.behaviour.merge({ upsertMetadata });
      await create('a', { user_name: 'Ann', email: 'old@x' });
      const again = await create('a', { email: 'new@x' });
      expect(again.status).toBe(200);
      expect(metadataOf('a')).toMatchObject({ metadata: expected });
      expect((await send('/a')).at('data', 'metadata')).toEqual(expected);
      expect(held()).toHaveLength(1);
    });

    it('of a known id keeps its connections', async () => {
      vault.plant({ op: 'put', account: { consumer_id: 'a', connections: [{ service_id: 'stripe' }] } });
      await create('a', { user_name: 'Ann' });
      expect((await send('/a')).at('data', 'services')).toEqual(['stripe']);
    });
  });

  describe('update', () => {
    it.each([
      ['merge', { user_name: 'Ann', email: 'new@x' }],
      ['replace', { email: 'new@x' }],
    ])('with patchMetadata %s', async (patchMetadata, expected) => {
      vault.provider.behaviour.merge({ patchMetadata });
      await create('a', { user_name: 'Ann', email: 'old@x' });
      clock.time += 1_000;
      expect((await update('a', { metadata: { email: 'new@x' } })).at('data', 'metadata')).toEqual(expected);
      expect(metadataOf('a')).toMatchObject({
        metadata: expected,
        modified: new Date(clock.time).toISOString(),
      });
    });

    it('without metadata changes nothing, of an unknown consumer is 404, with an id in the body 400', async () => {
      await create('a', { user_name: 'Ann' });
      expect((await update('a', {})).at('data', 'metadata')).toEqual({ user_name: 'Ann' });
      const unknown = await update('b', { metadata: {} });
      expect([unknown.status, unknown.at('type_name')]).toEqual([404, 'EntityNotFoundError']);
      expect(unknown.at('detail')).toEqual({ not_found: { entity: 'consumer', id: 'b' } });
      expect((await update('a', { consumer_id: 'b' })).status).toBe(400);
    });
  });

  describe('delete', () => {
    it('takes the connections along for good; the id starts empty again', async () => {
      vault.plant({ op: 'put', account: { consumer_id: 'a', connections: [{ service_id: 'stripe' }] } });
      const seen = await send('/a', { method: 'DELETE' });
      expect(seen.body).toEqual({ status_code: 200, status: 'OK', data: { consumer_id: 'a' } });
      expect([(await send('/a')).status, (await send('/a', { method: 'DELETE' })).status]).toEqual([
        404, 404,
      ]);
      expect((await create('a')).at('data', 'connections')).toEqual([]);
      expect(vault.summary()).toMatchObject({ accounts: 1, calls: { writes: 3, mutating: 2 } });
    });

    it('is seen late by reads while deleteThenGetLiveMs says so', async () => {
      vault.provider.behaviour.merge({ deleteThenGetLiveMs: 2_000 });
      await create('a', { user_name: 'Ann' });
      await send('/a', { method: 'DELETE' });
      clock.time += 1_999;
      expect((await send('/a')).at('data', 'metadata')).toEqual({ user_name: 'Ann' });
      expect(held()).toEqual([]);
      clock.time += 1;
      expect((await send('/a')).status).toBe(404);
    });
  });

  describe('list', () => {
    const nothing = (): Promise<void> => Promise.resolve();

    async function walk(
      query = 'limit=3',
      afterPage: (page: number) => Promise<void> = nothing,
    ): Promise<string[]> {
      const ids: string[] = [];
      let cursor: string | null = '';
      for (let page = 1; cursor !== null; page += 1) {
        const seen = await send(`?${query}&cursor=${encodeURIComponent(cursor)}`);
        expect(seen.status).toBe(200);
        for (const item of seen.at('data') as { consumer_id: string }[]) ids.push(item.consumer_id);
        cursor = seen.at('meta', 'cursors', 'next') as string | null;
        await afterPage(page);
      }
      return ids;
    }
    const fill = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) await create(`user-${n}`, { email: `U${n}@example.com` });
    };

    it('goes through all consumers, 20 a page unless told', async () => {
      await fill(45);
      const first = await send('');
      expect(first.at('meta', 'items_on_page')).toBe(20);
      expect(first.at('data', 0, 'connections')).toBeUndefined();
      expect(await walk('limit=20')).toHaveLength(45);
      expect(await walk('limit=45')).toHaveLength(45);
    });

    it('L01: neither misses nor doubles a consumer that stays, while others come and go', async () => {
      await fill(9);
      const ids = await walk('limit=3', async (page) => {
        if (page === 1) await send('/user-0', { method: 'DELETE' });
        if (page === 1) await send('/user-3', { method: 'DELETE' });
        if (page === 2) await create('late');
      });
      expect(ids).toEqual([
        'user-0',
        'user-1',
        'user-2',
        'user-4',
        'user-5',
        'user-6',
        'user-7',
        'user-8',
        'late',
      ]);
    });

    it('filters by the beginning of the id, and by a piece of any field', async () => {
      await fill(12);
      await create('other', { user_name: 'Ann of U1@example.com' });
      expect(await walk(`${encodeURIComponent('filter[consumer_id]')}=user-1&limit=1`)).toEqual([
        'user-1',
        'user-10',
        'user-11',
      ]);
      expect(await walk('filter[search]=u1%40EXAMPLE')).toEqual(['user-1', 'other']);
      const page = await send(`?limit=1&${encodeURIComponent('filter[consumer_id]')}=user-1`);
      const next = new URL(String(page.at('links', 'next'))).searchParams;
      expect([next.get('limit'), next.get('filter[consumer_id]')]).toEqual(['1', 'user-1']);
      expect(next.get('cursor')).toBe(page.at('meta', 'cursors', 'next'));
    });

    it.each(['limit=0', 'limit=201', 'limit=x', 'cursor=abc'])('refuses %s', async (query) => {
      expect((await send(`?${query}`)).status).toBe(400);
    });
  });

  it('stats need both ends of the range and count what falls between', async () => {
    const counts = { unify: 3, proxy: 2, vault: 1 };
    const account = { consumer_id: 'a', aggregated_request_count: 6, request_counts: counts };
    vault.plant({ op: 'put', account });
    const range = (from: string, to: string): Promise<Seen> =>
      send(`/a/stats?start_datetime=${from}T00:00:00.000Z&end_datetime=${to}T00:00:00.000Z`);
    expect((await range('2025-12-31', '2026-12-31')).at('data', 'request_counts')).toEqual(counts);
    expect((await range('2020-01-01', '2020-12-31')).at('data', 'aggregated_request_count')).toBe(0);
    expect((await send('/a/stats?start_datetime=x')).status).toBe(400);
    expect((await send('/b/stats?start_datetime=x&end_datetime=y')).status).toBe(404);
    expect((await send('/a/stats?start_datetime=2026-01-01&end_datetime=soon')).status).toBe(400);
  });

  it.each([
    ['PUT', '/a'],
    ['DELETE', ''],
    ['GET', '/a/stats/more'],
    ['GET', '/../../other'],
  ])('%s on %s is no operation', async (method, path) => {
    await create('a');
    expect((await send(path, { method })).status).toBe(404);
    expect(held()).toHaveLength(1);
  });

  describe('a change made behind our back', () => {
    it('puts, patches and removes consumers without a call in the log', async () => {
      vault.plant([
        { op: 'put', account: { consumer_id: 'a', metadata: { email: 'a@x', user_name: 'Ann' } } },
        { op: 'put', account: { consumer_id: 'b' } },
        {
          op: 'patch',
          id: 'a',
          account: { metadata: { email: null }, connections: [{ service_id: 'xero', state: 'invalid' }] },
        },
        { op: 'remove', id: 'b' },
      ]);
      expect(held()).toHaveLength(1);
      expect((await send('/a')).at('data')).toMatchObject({
        metadata: { user_name: 'Ann' },
        connections: [
          { service_id: 'xero', state: 'invalid', id: 'xero+a', consumer_id: 'a', enabled: true },
        ],
      });
      expect(vault.log.lastSeq).toBe(1);
    });

    it.each([
      [{ op: 'remove', id: 'nobody' }, 'no consumer'],
      [{ op: 'suspend', id: 'a' }, 'no suspend'],
      [{ op: 'put', account: { id: 'a' } }, 'not a consumer'],
    ])('is refused when it makes no sense: %j', (change, message) => {
      expect(() => vault.plant(change)).toThrow(message);
    });
  });
});
