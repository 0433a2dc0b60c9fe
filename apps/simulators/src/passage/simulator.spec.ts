import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { RunningProvider, type HeldAccount } from '../frame/index.js';
import { passageDefinition } from './index.js';

type User = Record<string, unknown> & { id: string; email: string; phone: string };

/** What an answer may hold; a member that is not there fails the test that reads it. */
interface Body {
  user: User;
  users: User[];
  devices: unknown[];
  total_users: number;
  created_before: number;
  _links: Record<'self' | 'first' | 'last' | 'next' | 'previous', { href: string }>;
}

interface Answer {
  status: number;
  json: Body;
}

const START_MS = Date.UTC(2026, 0, 5, 12);

let passage: RunningProvider;
let nowMs: number;

beforeEach(async () => {
  nowMs = START_MS;
  passage = await RunningProvider.start(passageDefinition, { now: () => nowMs });
});

afterEach(() => passage.close());

function set(switches: Record<string, unknown>): void {
  passage.provider.behaviour.merge(switches);
}

function held(): HeldAccount[] {
  return [...passage.provider.accounts()];
}

async function send(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  options: { body?: unknown; authorization?: string; appId?: string } = {},
): Promise<Answer> {
  const { PASSAGE_APP_ID: appId = '', PASSAGE_API_KEY: key = '' } = passage.environment;
  const response = await request(`${passage.url}/apps/${options.appId ?? appId}/users${path}`, {
    method,
    headers: { authorization: options.authorization ?? `Bearer ${key}`, 'content-type': 'application/json' },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.body.text();
  const isJson = response.headers['content-type']?.includes('json') ?? false;
  return { status: response.statusCode, json: (isJson ? JSON.parse(text) : text) as Body };
}

async function create(body: Record<string, unknown>): Promise<string> {
  const { status, json } = await send('POST', '', { body });
  expect(status).toBe(201);
  return json.user.id;
}

const INVALID = { status: 400, json: { code: 'invalid_request', error: expect.any(String) } };
const NO_USER = { status: 404, json: { code: 'user_not_found', error: expect.any(String) } };

describe('who may call Passage', () => {
  it('refuses a missing and a wrong key with 401, and a wrong app with 404 app_not_found', async () => {
    for (const authorization of ['', 'Bearer wrong', 'Basic x']) {
      const answer = await send('POST', '', { authorization, body: { email: 'a@x.org' } });
      expect(answer).toMatchObject({ status: 401, json: { code: 'invalid_access_token' } });
    }
    const elsewhere = await send('GET', '/someone', { appId: 'other' });
    expect(elsewhere).toMatchObject({ status: 404, json: { code: 'app_not_found' } });
    expect(held()).toEqual([]);
  });

  it.each([true, false])(
    'H10 is a 404 that no API wrote once the vendor has retired it: retired %s',
    async (retired) => {
      const id = await create({ email: 'a@x.org' });
      set({ retired });
      const answers = [
        await send('GET', `/${id}`),
        await send('GET', ''),
        await send('PATCH', `/${id}/deactivate`),
        await send('GET', '', { authorization: '' }),
      ];
      if (retired) expect(answers).toEqual(Array(4).fill({ status: 404, json: '404 page not found\n' }));
      else expect(answers.map((each) => each.status)).toEqual([200, 200, 200, 401]);
      expect(held()[0]).toMatchObject({ status: retired ? 'active' : 'inactive' });
    },
  );
});

describe('a user at Passage', () => {
  it('is created with every declared field, and a missing identifier is an empty text', async () => {
    const { status, json } = await send('POST', '', { body: { email: 'ann@x.org', active: true } });

    expect(status).toBe(201);
    expect(json.user.id).toMatch(/^[0-9A-Za-z]{24}$/);
    expect(json.user).toEqual({
      id: json.user.id,
      email: 'ann@x.org',
      phone: '',
      email_verified: false,
      phone_verified: false,
      external_id: '',
      status: 'active',
      created_at: '2026-01-05T12:00:00.000000Z',
      updated_at: '2026-01-05T12:00:00.000000Z',
      last_login_at: '0001-01-01T00:00:00.000000Z',
      login_count: 0,
      user_metadata: null,
      webauthn: false,
      webauthn_devices: [],
      webauthn_types: [],
      recent_events: [],
      social_connections: {},
    });
    expect((await send('GET', `/${json.user.id}`)).json).toEqual(json);
    expect(held()).toEqual([{ ...json.user, refreshTokens: 0, tokensRevokedAt: null, state: 'live' }]);
    expect(await send('GET', '/nobody')).toEqual(NO_USER);
  });

  it.each([
    ['neither email nor phone', {}],
    ['both empty', { email: '', phone: '' }],
    ['an email without @', { email: 'nobody' }],
    ['a phone that is not E.164', { phone: '044 668 18 00' }],
    ['null', { email: null, phone: '+41446681800' }],
    ['metadata that is no object', { email: 'a@x.org', user_metadata: [] }],
    ['a body that is no object', 'a@x.org'],
  ])('is refused with 400 for %s', async (_what, body) => {
    expect(await send('POST', '', { body })).toEqual(INVALID);
    expect(held()).toEqual([]);
  });

  it.each(['active', 'pending'])('is new as %s when the app says so', async (createdStatus) => {
    set({ createdStatus });
    const id = await create({ phone: '+41446681800' });
    expect(held()).toMatchObject([{ id, email: '', status: createdStatus, state: 'live' }]);
  });

  it.each([400, 409])(
    'must have an email of its own, in whatever case, and a phone: duplicateStatus %d',
    async (duplicateStatus) => {
      set({ duplicateStatus });
      await create({ email: 'ann@x.org', phone: '+41446681800' });
      const bob = await create({ email: 'bob@x.org' });
      const taken = { ...INVALID, status: duplicateStatus };

      expect(await send('POST', '', { body: { email: 'ANN@x.org' } })).toEqual(taken);
      expect(await send('POST', '', { body: { email: 'eve@x.org', phone: '+41446681800' } })).toEqual(taken);
      expect(await send('PATCH', `/${bob}`, { body: { email: 'Ann@X.org' } })).toEqual(taken);
      expect(await send('PATCH', `/${bob}`, { body: { phone: '+41446681800' } })).toEqual(taken);
      expect(held()).toHaveLength(2);
      expect(passage.provider.duplicates()).toEqual({ email: 0, phone: 0 });
    },
  );

  it('frees its identifiers when it changes or loses them, and keeps at least one', async () => {
    const ann = await create({ email: 'ann@x.org', phone: '+41446681800' });
    expect(
      (await send('PATCH', `/${ann}`, { body: { email: 'new@x.org', phone: '' } })).json.user.phone,
    ).toBe('');
    expect(await send('PATCH', `/${ann}`, { body: { email: '' } })).toEqual(INVALID);
    const bob = await create({ email: 'ann@x.org', phone: '+41446681800' });
    await send('DELETE', `/${bob}`);
    await create({ email: 'Ann@x.org' });
    expect(held().map((each) => each['email'])).toEqual(['new@x.org', 'ann@x.org']);
  });

  it.each([
    ['lowerCased', 'ann@x.org'],
    ['asSent', 'Ann@X.org'],
  ])('shows an email with capitals as storedEmail says: %s', async (storedEmail, email) => {
    set({ storedEmail });
    const id = await create({ email: 'Ann@X.org' });
    expect((await send('GET', `/${id}`)).json.user.email).toBe(email);
    const found = async (identifier: string) =>
      (await send('GET', `?limit=1&identifier=${encodeURIComponent(identifier)}`)).json.total_users;
    expect(await found('ann@x.org')).toBe(1);
    expect(await found('Ann@X.org')).toBe(0);
  });

  it.each([true, false])(
    'starts unverified with a new email or not: emailChangeUnverifies %s',
    async (unverifies) => {
      set({ emailChangeUnverifies: unverifies });
      passage.plant({ op: 'put', account: { id: 'ann', email: 'ann@x.org', email_verified: true } });
      await send('PATCH', '/ann', { body: { email: 'ANN@x.org' } });
      expect(held()[0]).toMatchObject({ email_verified: true });
      await send('PATCH', '/ann', { body: { email: 'new@x.org' } });
      expect(held()[0]).toMatchObject({ email: 'new@x.org', email_verified: !unverifies });
    },
  );

  it('moves updated_at with every change and never created_at', async () => {
    const id = await create({ email: 'a@x.org' });
    nowMs += 1_500;
    const { json } = await send('PATCH', `/${id}`, { body: { phone: '+41446681800' } });
    expect(json.user).toMatchObject({
      created_at: '2026-01-05T12:00:00.000000Z',
      updated_at: '2026-01-05T12:00:01.500000Z',
    });
  });

  it('is deactivated and activated, each time with 200 and the user', async () => {
    const id = await create({ email: 'a@x.org' });
    for (const [verb, status, state] of [
      ['deactivate', 'inactive', 'suspended'],
      ['deactivate', 'inactive', 'suspended'],
      ['activate', 'active', 'live'],
      ['activate', 'active', 'live'],
    ] as const) {
      const answer = await send('PATCH', `/${id}/${verb}`);
      expect(answer).toMatchObject({ status: 200, json: { user: { id, status, webauthn_devices: [] } } });
      expect(held()).toMatchObject([{ status, state }]);
    }
    expect(await send('PATCH', '/nobody/deactivate')).toEqual(NO_USER);
    expect(await send('PATCH', '/nobody/activate')).toEqual(NO_USER);
  });

  it('keeps its sessions through a deactivation until its tokens are revoked', async () => {
    passage.plant({
      op: 'put',
      account: { id: 'ann', email: 'ann@x.org', refreshTokens: 2, login_count: 7 },
    });

    await send('PATCH', '/ann/deactivate');
    expect(held()).toMatchObject([{ state: 'suspended', refreshTokens: 2, tokensRevokedAt: null }]);

    nowMs += 1_000;
    expect(await send('DELETE', '/ann/tokens')).toEqual({ status: 200, json: '' });
    expect(held()).toMatchObject([{ refreshTokens: 0, tokensRevokedAt: '2026-01-05T12:00:01.000000Z' }]);
    expect(await send('DELETE', '/nobody/tokens')).toEqual(NO_USER);
  });

  it('shows its devices and loses one', async () => {
    passage.plant({
      op: 'put',
      account: {
        id: 'ann',
        email: 'ann@x.org',
        webauthn_devices: [{ id: 'd1' }, { id: 'd2', type: 'platform' }],
      },
    });
    const { json } = await send('GET', '/ann/devices');
    expect(json.devices).toMatchObject([{ id: 'd1', type: 'passkey', icons: { light: null } }, { id: 'd2' }]);
    expect((await send('GET', '/ann')).json.user).toMatchObject({
      webauthn: true,
      webauthn_types: ['passkey', 'platform'],
    });

    expect(await send('DELETE', '/ann/devices/d1')).toEqual({ status: 200, json: '' });
    expect(await send('DELETE', '/ann/devices/d1')).toMatchObject({ json: { code: 'device_not_found' } });
    expect((await send('GET', '/ann/devices')).json.devices).toMatchObject([{ id: 'd2' }]);
    expect(await send('GET', '/nobody/devices')).toEqual(NO_USER);
  });

  it.each([0, 5_000])(
    'is deleted for good with an empty 200; GET may show it longer: deleteThenGetLiveMs %d',
    async (ms) => {
      set({ deleteThenGetLiveMs: ms });
      const id = await create({ email: 'a@x.org' });
      expect(await send('DELETE', `/${id}`)).toEqual({ status: 200, json: '' });
      expect(held()).toEqual([]);
      expect((await send('GET', `/${id}`)).status).toBe(ms > 0 ? 200 : 404);
      expect(await send('PATCH', `/${id}`, { body: { email: 'b@x.org' } })).toEqual(NO_USER);
      expect(await send('DELETE', `/${id}`)).toEqual(NO_USER);
      nowMs += 5_000;
      expect(await send('GET', `/${id}`)).toEqual(NO_USER);
      expect(await create({ email: 'a@x.org' })).not.toBe(id);
    },
  );
});

describe('user_metadata at Passage', () => {
  it.each([
    [400, 'invalid_request'],
    [404, 'metadata_field_not_found'],
  ])('takes no key that the app’s schema lacks: unknownMetadataStatus %d', async (status, code) => {
    set({ unknownMetadataStatus: status });
    const body = { email: 'a@x.org', user_metadata: { key: 'x' } };
    expect(await send('POST', '', { body })).toMatchObject({ status, json: { code } });
    set({ metadataFields: 'other' });
    expect(await send('POST', '', { body })).toMatchObject({ status, json: { code } });
    set({ metadataFields: 'other,key' });
    expect((await send('POST', '', { body })).json.user['user_metadata']).toEqual({ key: 'x' });
  });

  it('takes values of its fields’ types only', async () => {
    set({ metadataFields: 'n:integer, s:string, b:boolean, d:date, p:phone, e:email, any' });
    const good = { n: 1, s: 'x', b: true, d: '2026-01-05', p: '+41446681800', e: 'a@x.org', any: 1.5 };
    const id = await create({ email: 'a@x.org', user_metadata: good });
    expect(held()[0]?.['user_metadata']).toEqual(good);
    for (const bad of [
      { n: 1.5 },
      { s: 1 },
      { b: 'true' },
      { d: 'x' },
      { p: '044' },
      { e: 'x' },
      { any: {} },
    ]) {
      expect(await send('PATCH', `/${id}`, { body: { user_metadata: bad } })).toEqual(INVALID);
    }
    expect(held()[0]?.['user_metadata']).toEqual(good);
    expect(() => {
      set({ metadataFields: 'n:number' });
    }).toThrow();
  });

  it.each([
    ['merge', { keep: 1, change: 'new' }],
    ['replace', { change: 'new' }],
  ])(
    'keeps or loses keys that a PATCH leaves out: patchMetadata %s',
    async (patchMetadata, user_metadata) => {
      set({ patchMetadata, metadataFields: 'keep,change,gone' });
      const id = await create({ email: 'a@x.org', user_metadata: { keep: 1, change: 'old', gone: 1 } });
      await send('PATCH', `/${id}`, { body: { user_metadata: { change: 'new', gone: null } } });
      expect(held()[0]).toMatchObject({ email: 'a@x.org' });
      expect(held()[0]?.['user_metadata']).toEqual(user_metadata);
    },
  );
});

describe('listing at Passage', () => {
  const addresses = (json: Body) => json.users.map((each) => each.email);
  const list = async (query: Record<string, string | number>) => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) search.set(name, String(value));
    return (await send('GET', `?${search.toString()}`)).json;
  };

  async function createMany(from: number, to: number): Promise<void> {
    for (let n = from; n <= to; n += 1) {
      await create({ email: `u${String(n).padStart(2, '0')}@x.org` });
      nowMs += 1_000;
    }
  }

  it('answers a page in the smaller shape, its count and links to the others', async () => {
    await createMany(1, 5);
    const page = await list({ page: 2, limit: 2, order_by: 'created_at:ASC' });

    expect(addresses(page)).toEqual(['u03@x.org', 'u04@x.org']);
    expect(page).toMatchObject({ page: 2, limit: 2, total_users: 5, created_before: START_MS / 1000 + 6 });
    expect(page.users[0]).not.toHaveProperty('webauthn_devices');
    const params = (name: keyof Body['_links']) => new URL(page._links[name].href, passage.url).searchParams;
    expect(
      (['first', 'previous', 'self', 'next', 'last'] as const).map((name) => params(name).get('page')),
    ).toEqual(['1', '1', '2', '3', '3']);
    expect(params('next').get('order_by')).toBe('created_at:ASC');
    const end = await list({ page: 3, limit: 2, order_by: 'created_at:ASC' });
    expect(addresses(end)).toEqual(['u05@x.org']);
    expect(end._links.next.href).toBe('');
    expect(addresses(await list({ page: 4, limit: 2 }))).toEqual([]);
    expect(addresses(await list({}))[0]).toBe('u05@x.org');
  });

  it('L01 hides rows inserted behind the anchor, while without it they shift the pages', async () => {
    await createMany(1, 6);
    const query = { limit: 3, order_by: 'created_at:DESC' };
    const first = await list({ ...query, page: 1 });
    expect(addresses(first)).toEqual(['u06@x.org', 'u05@x.org', 'u04@x.org']);

    nowMs += 1_000; // the anchor is in whole seconds, rounded up
    await createMany(7, 8);

    const anchored = await list({ ...query, page: 2, created_before: first.created_before });
    expect(addresses(anchored)).toEqual(['u03@x.org', 'u02@x.org', 'u01@x.org']);
    expect(anchored.total_users).toBe(6);
    expect(addresses(await list({ ...query, page: 2 }))).toEqual(['u05@x.org', 'u04@x.org', 'u03@x.org']);
  });

  it('L01 skips a row when one of an earlier page is deleted, anchor or not', async () => {
    await createMany(1, 6);
    const query = { limit: 3, order_by: 'created_at:ASC,id:ASC' };
    const first = await list({ ...query, page: 1 });
    await send('DELETE', `/${first.users[0]?.id ?? ''}`);
    const second = await list({ ...query, page: 2, created_before: first.created_before });
    expect(addresses(second)).toEqual(['u05@x.org', 'u06@x.org']);
  });

  it.each(['created_at:ASC,id:ASC', 'status:ASC,id:DESC'])(
    'shows page after page behind an anchor what a fresh listing shows, whatever is written in between: %s',
    async (order_by) => {
      await createMany(1, 8);
      const anchored = { limit: 3, order_by, created_before: Math.floor(nowMs / 1000) + 60 };
      // A filter that everybody passes makes it another listing.
      const fresh = async () => (await list({ ...anchored, limit: 400, id: '<ne:nobody>' })).users;
      const check = async () => {
        const pages = [];
        for (const page of [1, 2, 3, 4]) pages.push(...(await list({ ...anchored, page })).users);
        expect(pages).toEqual(await fresh());
        await list({ ...anchored, page: 1 }); // what the next change comes in between
        return pages;
      };

      const [first, second, third] = await check();
      await send('PATCH', `/${second?.id ?? ''}/deactivate`);
      expect((await check()).map((each) => each['status'])).toContain('inactive');
      await createMany(9, 9);
      expect(await check()).toHaveLength(9);
      nowMs += 120_000;
      await createMany(10, 11);
      expect(await check()).toHaveLength(9);
      await send('DELETE', `/${first?.id ?? ''}`);
      expect(await check()).toHaveLength(8);
      passage.plant({ op: 'patch', id: third?.id, account: { created_at: '2030-01-01T00:00:00.000000Z' } });
      expect(await check()).toHaveLength(7);
      passage.plant({
        op: 'put',
        account: { id: 'old', phone: '+411', created_at: '2020-01-01T00:00:00.000000Z' },
      });
      expect((await check()).map((each) => each.id)).toContain('old');
      passage.plant({ op: 'remove', id: 'old' });
      expect(await check()).toHaveLength(7);
    },
  );

  it('never serves a page from before a change', async () => {
    await createMany(1, 3);
    const anchor = { limit: 10, order_by: 'created_at:ASC', created_before: START_MS / 1000 + 100 };
    const before = await list(anchor);
    await send('PATCH', `/${before.users[0]?.id ?? ''}/deactivate`);
    expect((await list(anchor)).users).toMatchObject([{ status: 'inactive' }, {}, {}]);
    expect((await list({ ...anchor, status: 'inactive' })).total_users).toBe(1);
  });

  it('filters by every field and operator', async () => {
    passage.plant([
      {
        op: 'put',
        account: { id: 'a', email: 'ann@x.org', phone: '+411', login_count: 1, status: 'inactive' },
      },
      { op: 'put', account: { id: 'b', email: 'bob@y.org', login_count: 5, email_verified: true } },
      {
        op: 'put',
        account: { id: 'c', phone: '+412', status: 'pending', updated_at: '2026-02-01T00:00:00.000000Z' },
      },
    ]);
    const ids = async (query: Record<string, string>) =>
      (await list({ ...query, order_by: 'id:ASC' })).users.map((each) => each.id).join('');

    expect(await ids({ identifier: 'ann@x.org' })).toBe('a');
    expect(await ids({ identifier: '+412' })).toBe('c');
    expect(await ids({ identifier: '<like:X.ORG>' })).toBe('a');
    expect(await ids({ identifier: '<not_like:x.org>' })).toBe('bc');
    expect(await ids({ identifier: '<ne:ann@x.org>' })).toBe('bc');
    expect(await ids({ id: 'b' })).toBe('b');
    expect(await ids({ id: '<gt:a>' })).toBe('bc');
    expect(await ids({ status: 'inactive' })).toBe('a');
    expect(await ids({ status: '<ne:inactive>' })).toBe('bc');
    expect(await ids({ login_count: '<lt:5>' })).toBe('ac');
    expect(await ids({ login_count: '5' })).toBe('b');
    expect(await ids({ email_verified: 'true' })).toBe('b');
    expect(await ids({ updated_at: '<gt:2026-01-31T00:00:00.000000Z>' })).toBe('c');
    expect(await ids({ updated_at: '<lt:2026-01-31T00:00:00.000000Z>', status: 'active' })).toBe('b');
    expect(await ids({ identifier: 'ann@x.org', status: 'active' })).toBe('');
  });

  it.each([
    'limit=501',
    'limit=0',
    'page=0',
    'page=x',
    'created_before=yesterday',
    'order_by=identifier:ASC',
    'order_by=id',
    'order_by=id:up',
    'login_count=many',
    'login_count=<like:1>',
    'email_verified=yes',
    'updated_at=2026-01-31',
    'updated_at=2026-01-31T00:00:00.000Z',
  ])('refuses %s with 400', async (query) => {
    expect(await send('GET', `?${query.replace('<', '%3C').replace('>', '%3E')}`)).toEqual(INVALID);
  });

  it('takes the largest page there may be', async () => {
    expect(await list({ limit: 500 })).toMatchObject({ limit: 500, users: [] });
  });

  it('H28 shows both accounts that share an email, which only a plant can make', async () => {
    passage.plant([
      { op: 'put', account: { id: 'a', email: 'ann@x.org' } },
      { op: 'put', account: { id: 'b', email: 'Ann@x.org' } },
    ]);
    expect((await list({ identifier: 'ann@x.org' })).total_users).toBe(2);
    expect(passage.summary().duplicates).toEqual({ email: 1, phone: 0 });
    expect((await send('PATCH', '/b', { body: { phone: '+41446681800' } })).status).toBe(200);
    passage.plant({ op: 'remove', id: 'a' });
    expect(passage.provider.duplicates()).toEqual({ email: 0, phone: 0 });
    expect((await list({ identifier: 'ann@x.org' })).users).toMatchObject([{ id: 'b' }]);
  });

  it('H41 shows the past under a stale read, in a lookup too, and the present after it', async () => {
    const id = await create({ email: 'old@x.org' });
    nowMs += 10_000;
    await send('PATCH', `/${id}`, { body: { email: 'new@x.org' } });
    passage.addFaults({ match: { method: 'GET' }, staleReadMs: 5_000, times: 3 });
    expect((await send('GET', `/${id}`)).json.user.email).toBe('old@x.org');
    expect((await list({ identifier: 'old@x.org' })).total_users).toBe(1);
    expect(addresses(await list({ created_before: START_MS / 1000 + 60 }))).toEqual(['old@x.org']);
    expect(addresses(await list({ created_before: START_MS / 1000 + 60 }))).toEqual(['new@x.org']);
    expect((await list({ identifier: 'old@x.org' })).total_users).toBe(0);
  });
});

describe('changes behind our back at Passage', () => {
  it('puts, patches, suspends, activates and removes accounts without a call', () => {
    passage.plant([
      { op: 'put', account: { id: 'a', email: 'ann@x.org', user_metadata: { any: 'key' } } },
      { op: 'patch', id: 'a', account: { email: 'new@x.org', refreshTokens: 1 } },
      { op: 'suspend', id: 'a' },
    ]);
    expect(held()).toMatchObject([
      { id: 'a', email: 'new@x.org', user_metadata: { any: 'key' }, refreshTokens: 1, state: 'suspended' },
    ]);
    nowMs += 1_000;
    passage.plant({ op: 'activate', id: 'a' });
    expect(held()).toMatchObject([
      { status: 'active', state: 'live', updated_at: '2026-01-05T12:00:01.000000Z' },
    ]);
    passage.plant([
      { op: 'patch', id: 'a', account: { user_metadata: { any: null, more: 1 } } },
      { op: 'put', account: { id: 'b', phone: '+411', state: 'suspended' } },
    ]);
    expect(held().map((each) => each['user_metadata'])).toEqual([{ more: 1 }, null]);
    expect(held()[1]).toMatchObject({ status: 'inactive', state: 'suspended' });
    passage.plant({ op: 'remove', id: 'b' });
    passage.plant({ op: 'remove', id: 'a' });
    expect(held()).toEqual([]);
    expect(passage.log.counts.total).toBe(0);
  });

  it('gives an account that is put as it was shown back unchanged', async () => {
    await create({ email: 'a@x.org' });
    const [before] = held();
    passage.plant({ op: 'put', account: before });
    expect(held()).toEqual([before]);
  });

  it('refuses what Passage cannot have', () => {
    expect(() => passage.plant({ op: 'softDelete', id: 'a' })).toThrow('knows no softDelete');
    expect(() => passage.plant({ op: 'patch', id: 'a', account: {} })).toThrow('no such account');
    expect(() => passage.plant({ op: 'put', account: { status: 'odd' } })).toThrow('status');
  });
});
