import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { request } from 'undici';
import { until } from '../../../../test/support/until.js';
import { RunningProvider, type HeldAccount } from '../frame/index.js';
import { sunshineDefinition } from './index.js';

/** What an answer may hold; a member that is not there fails the test that reads it. */
interface Body {
  user: Record<string, unknown> & { id: string };
  users: Record<string, unknown>[];
  errors: { code: string; title: string }[];
}

interface Answer {
  status: number;
  json: Body;
}

interface ReceivedPost {
  headers: IncomingHttpHeaders;
  event: { id: string; type: string; createdAt: string; payload: unknown };
  body: { app: unknown; webhook: unknown; events: unknown[] };
}

let sunshine: RunningProvider;
let basic: string;
/** How far the simulator's clock is ahead. */
let aheadMs: number;

beforeEach(async () => {
  aheadMs = 0;
  sunshine = await RunningProvider.start(sunshineDefinition, { now: () => Date.now() + aheadMs });
  const { SUNSHINE_KEY_ID: keyId = '', SUNSHINE_KEY_SECRET: secret = '' } = sunshine.environment;
  basic = `Basic ${Buffer.from(`${keyId}:${secret}`).toString('base64')}`;
  set({ deletionDelayMs: 40 });
});

afterEach(() => sunshine.close());

function set(switches: Record<string, unknown>): void {
  sunshine.provider.behaviour.merge(switches);
}

function held(): HeldAccount[] {
  return [...sunshine.provider.accounts()];
}

async function send(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  options: { body?: unknown; authorization?: string; appId?: string } = {},
): Promise<Answer> {
  const appId = options.appId ?? sunshine.environment['SUNSHINE_APP_ID'] ?? '';
  const response = await request(`${sunshine.url}/v2/apps/${appId}/users${path}`, {
    method,
    headers: { authorization: options.authorization ?? basic, 'content-type': 'application/json' },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.body.text();
  return { status: response.statusCode, json: JSON.parse(text) as Body };
}

describe('who may call Sunshine', () => {
  const token = (claims: Record<string, unknown>, header: Record<string, string>, secret?: string) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: keyId(), ...header })
      .sign(new TextEncoder().encode(secret ?? sunshine.environment['SUNSHINE_KEY_SECRET']));
  const keyId = () => sunshine.environment['SUNSHINE_KEY_ID'] ?? '';
  const bearer = async (...args: Parameters<typeof token>) =>
    (await send('GET', '/nobody', { authorization: `Bearer ${await token(...args)}` })).status;

  it('lets Basic and a token signed with the key in, and both see the same users', async () => {
    await send('POST', '', { body: { externalId: 'ann' } });
    const jwt = await token({ scope: 'app' }, {});

    const seen = await send('GET', '/ann', { authorization: `Bearer ${jwt}` });

    expect(seen.json.user['externalId']).toBe('ann');
    expect(seen.json).toEqual((await send('GET', '/ann')).json);
  });

  it('refuses no, a wrong and a malformed authorization with 401 in the shape of its errors', async () => {
    for (const authorization of ['', 'Basic bm86', 'Bearer a.b.c', 'Bearer x', 'Digest y']) {
      const answer = await send('POST', '', { authorization, body: { externalId: 'ann' } });
      expect(answer).toEqual({
        status: 401,
        json: { errors: [{ code: 'unauthorized', title: 'Authorization is required' }] },
      });
    }
    expect(held()).toEqual([]);
  });

  it('refuses a token of another secret, another key id, no signature, or outside its time', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    expect(await bearer({ scope: 'app' }, {}, 'another secret')).toBe(401);
    expect(await bearer({ scope: 'app' }, { kid: 'app_other' })).toBe(401);
    expect(await bearer({ scope: 'app', exp: seconds - 60 }, {})).toBe(401);
    expect(await bearer({ scope: 'app', nbf: seconds + 600 }, {})).toBe(401);
    expect(await bearer({ scope: 'app', exp: seconds + 60 }, {})).toBe(404);
    const unsigned = [{ alg: 'none', kid: keyId() }, { scope: 'app' }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    expect((await send('GET', '/x', { authorization: `Bearer ${unsigned}.` })).status).toBe(401);
  });

  it('forbids a scope that the key cannot have, and another app', async () => {
    expect(await bearer({ scope: 'account' }, {})).toBe(403);
    expect(await bearer({}, {})).toBe(403);
    const elsewhere = await send('GET', '/ann', { appId: 'ffffffffffffffffffffffff' });
    expect(elsewhere).toEqual({ status: 403, json: { errors: [{ code: 'forbidden', title: 'Forbidden' }] } });
  });
});

describe('a user at Sunshine', () => {
  it('is created whole, and found by id and by externalId', async () => {
    const profile = {
      givenName: 'Ann',
      surname: 'Ó',
      email: 'Ann@x.org',
      avatarUrl: 'https://x.org/a',
      locale: 'pt-BR',
    };
    const created = await send('POST', '', {
      body: {
        externalId: 'hr/7 é',
        profile,
        metadata: { phone: '+41', n: 1, yes: true },
        unknown: 'dropped',
      },
    });

    expect(created.status).toBe(201);
    expect(created.json.user).toMatchObject({ externalId: 'hr/7 é', profile, identities: [] });
    expect(created.json.user.id).toMatch(/^[0-9a-f]{24}$/);
    expect(created.json.user['metadata']).toEqual({ phone: '+41', n: 1, yes: true });
    const byKey = await send('GET', `/${encodeURIComponent('hr/7 é')}`);
    expect(byKey).toEqual({ status: 200, json: created.json });
    expect((await send('GET', `/${created.json.user.id}`)).json).toEqual(created.json);
    expect(held()).toEqual([{ ...created.json.user, state: 'live' }]);
  });

  it('is refused a second time with 409, while a user of another brand may have the same key', async () => {
    await send('POST', '', { body: { externalId: 'ann' } });

    expect(await send('POST', '', { body: { externalId: 'ann', profile: { givenName: 'B' } } })).toEqual({
      status: 409,
      json: { errors: [{ code: 'conflict', title: 'User already exists' }] },
    });
    expect((await send('POST', '', { body: { externalId: 'ann', brandId: '9' } })).status).toBe(201);
    expect((await send('GET', '/ann?brandId=9')).json.user['brandId']).toBe('9');
    expect((await send('GET', '/ann')).json.user['brandId']).toBeUndefined();
    expect(held()).toHaveLength(2);
  });

  it('cannot be found by an externalId of 24 hex digits, which is read as an id', async () => {
    const created = await send('POST', '', { body: { externalId: 'abcdefabcdefabcdefabcdef' } });
    expect(created.status).toBe(201);
    expect((await send('GET', '/abcdefabcdefabcdefabcdef')).status).toBe(404);
    expect((await send('POST', '', { body: { externalId: 'abcdefabcdefabcdefabcdef' } })).status).toBe(409);
  });

  it.each([
    ['an empty externalId', { externalId: '' }],
    ['an externalId of 1025', { externalId: 'x'.repeat(1025) }],
    ['an empty name', { externalId: 'a', profile: { givenName: '' } }],
    ['a name of 129', { externalId: 'a', profile: { surname: 'x'.repeat(129) } }],
    ['an email without @', { externalId: 'a', profile: { email: 'nobody' } }],
    ['an email of 129', { externalId: 'a', profile: { email: `${'x'.repeat(125)}@x.y` } }],
    ['an avatar that is no URL', { externalId: 'a', profile: { avatarUrl: 'face' } }],
    ['a locale of 65', { externalId: 'a', profile: { locale: 'x'.repeat(65) } }],
    ['metadata that is not flat', { externalId: 'a', metadata: { a: { b: 1 } } }],
    ['metadata over 4 KB', { externalId: 'a', metadata: { a: 'x'.repeat(4096) } }],
    ['a time without milliseconds', { externalId: 'a', signedUpAt: '2020-05-21T15:53:30Z' }],
    ['a body that is a list', []],
  ])('is refused with 400 for %s', async (_what, body) => {
    const answer = await send('POST', '', { body });
    expect(answer.status).toBe(400);
    expect(answer.json.errors[0]?.code).toBe('bad_request');
    expect(held()).toEqual([]);
  });

  it('is accepted at the limits, which count characters and not UTF-16 units', async () => {
    const body = {
      externalId: 'x'.repeat(1024),
      profile: { givenName: '𠮷'.repeat(128), surname: 'y' },
      metadata: { a: 'x'.repeat(4096 - '{"a":""}'.length) },
    };
    expect((await send('POST', '', { body })).status).toBe(201);
  });

  it('names each fault of a body in an entry of its own, and refuses a body over 100 kB', async () => {
    const answer = await send('POST', '', { body: { externalId: '', profile: { givenName: '' } } });
    expect(answer.json.errors).toHaveLength(2);
    expect(JSON.stringify(answer.json)).toContain('profile.givenName');
    expect((await send('POST', '', { body: { externalId: 'a', junk: 'x'.repeat(102_400) } })).status).toBe(
      413,
    );
  });

  it.each([
    ['merge', { givenName: 'Ann', surname: 'New' }],
    ['replace', { surname: 'New' }],
  ])(
    'keeps or loses profile fields that a PATCH leaves out: patchProfile %s',
    async (patchProfile, profile) => {
      set({ patchProfile });
      await send('POST', '', { body: { externalId: 'a', profile: { givenName: 'Ann', surname: 'Old' } } });
      await send('PATCH', '/a', { body: { profile: { surname: 'New' } } });
      expect(held()[0]).toMatchObject({ externalId: 'a' });
      expect(held()[0]?.['profile']).toEqual(profile);
      expect(sunshine.log.counts.mutating).toBe(2);
    },
  );

  it.each([
    ['merge', { keep: 1, change: 'new' }],
    ['replace', { change: 'new' }],
  ])(
    'keeps or loses custom properties that a PATCH leaves out: patchMetadata %s',
    async (patchMetadata, metadata) => {
      set({ patchMetadata });
      await send('POST', '', { body: { externalId: 'a', metadata: { keep: 1, change: 'old' } } });
      await send('PATCH', '/a', { body: { metadata: { change: 'new' } } });
      expect(held()[0]?.['metadata']).toEqual(metadata);
    },
  );

  it.each([
    ['clear', 200, { keep: 1 }],
    ['refuse', 400, { keep: 1, gone: 2 }],
  ])(
    'lets a custom property be cleared with null or not: metadataNull %s',
    async (metadataNull, status, metadata) => {
      set({ metadataNull });
      await send('POST', '', { body: { externalId: 'a', metadata: { keep: 1, gone: 2 } } });
      expect((await send('PATCH', '/a', { body: { metadata: { gone: null } } })).status).toBe(status);
      expect(held()[0]?.['metadata']).toEqual(metadata);
    },
  );

  it('loses a profile field sent as null, keeps its externalId whatever is sent, and fits 4 KB after a merge too', async () => {
    await send('POST', '', {
      body: { externalId: 'a', profile: { givenName: 'Ann' }, metadata: { a: 'x'.repeat(4000) } },
    });
    await send('PATCH', '/a', { body: { externalId: 'b', profile: { givenName: null } } });
    expect(held()[0]).toMatchObject({ externalId: 'a', profile: {} });
    expect((await send('PATCH', '/a', { body: { metadata: { b: 'x'.repeat(200) } } })).status).toBe(400);
    expect((await send('PATCH', '/nobody', { body: {} })).json.errors[0]?.code).toBe('user_not_found');
  });

  it.each([
    ['', {}],
    ['en', { locale: 'en', localeOrigin: 'zendeskAccount' }],
  ])('gets the account’s locale when it brings none: accountLocale "%s"', async (accountLocale, profile) => {
    set({ accountLocale });
    await send('POST', '', { body: { externalId: 'a' } });
    await send('POST', '', { body: { externalId: 'b', profile: { locale: 'de' } } });
    expect(held().map((each) => each['profile'])).toEqual([profile, { locale: 'de' }]);
  });

  it.each([
    ['keep', { locale: 'de' }],
    ['clear', {}],
  ])('keeps id and externalId when its personal information is deleted (locale: %s)', async (rule, left) => {
    set({ erasureLocale: rule });
    const profile = {
      givenName: 'Ann',
      surname: 'B',
      email: 'a@x.org',
      avatarUrl: 'https://x.org',
      locale: 'de',
    };
    const { json } = await send('POST', '', {
      body: { externalId: 'a', profile, metadata: { marker: 'ours' } },
    });

    const answer = await send('DELETE', '/a/personalinformation');

    const user = { ...json.user, profile: left, metadata: {} };
    expect(answer).toEqual({ status: 200, json: { user } });
    expect(held()).toEqual([{ ...user, state: 'live' }]);
    expect((await send('DELETE', '/b/personalinformation')).status).toBe(404);
  });

  it('is listed by an email identity only, never by its profile email', async () => {
    await send('POST', '', { body: { externalId: 'a', profile: { email: 'a@x.org' } } });
    const identities = [{ type: 'email', value: 'B@x.org', verification: 'sso' }];
    sunshine.plant({ op: 'put', account: { externalId: 'b', identities } });
    const found = async (query: string) => (await send('GET', query)).json.users;

    expect(await found('?filter[identities.email]=a@x.org')).toEqual([]);
    expect((await found('?filter[identities.email]=b@x.org')).map((each) => each['externalId'])).toEqual([
      'b',
    ]);
    expect((await send('GET', '')).status).toBe(400);
  });

  it('answers 404 in the shape of its errors for paths that are no operation', async () => {
    await send('POST', '', { body: { externalId: 'a' } });
    expect((await send('DELETE', '/')).status).toBe(404);
    expect((await send('GET', '/a/b')).status).toBe(404);
    expect((await send('POST', '/a')).json).toEqual({
      errors: [{ code: 'not_found', title: 'Resource not found' }],
    });
    expect(held()).toHaveLength(1);
  });
});

describe('deletion at Sunshine', () => {
  beforeEach(async () => {
    await send('POST', '', { body: { externalId: 'ann', profile: { givenName: 'Ann' } } });
  });

  it.each([200, 404])('is accepted at once and done later; in between GET answers %d', async (status) => {
    set({ getWhileDeleting: status, deletionDelayMs: 150 });

    expect(await send('DELETE', '/ann')).toEqual({ status: 200, json: {} });

    expect(held()).toMatchObject([{ externalId: 'ann', state: 'deleting' }]);
    expect((await send('GET', '/ann')).status).toBe(status);
    expect((await send('PATCH', '/ann', { body: { metadata: { a: 1 } } })).status).toBe(status);
    expect((await send('DELETE', '/ann')).status).toBe(status);
    expect((await send('POST', '', { body: { externalId: 'ann' } })).status).toBe(409);
    await until(() => held().length === 0);
    expect((await send('GET', '/ann')).status).toBe(404);
    expect((await send('DELETE', '/ann')).status).toBe(404);
    expect((await send('POST', '', { body: { externalId: 'ann' } })).status).toBe(201);
  });

  it.each([0, 10_000])(
    'may still show in GET after its end: deleteThenGetLiveMs %d',
    async (deleteThenGetLiveMs) => {
      set({ deleteThenGetLiveMs, getWhileDeleting: 404 });
      const { json } = await send('GET', '/ann');
      await send('DELETE', '/ann');
      await until(() => held().length === 0);
      for (const name of ['ann', json.user.id]) {
        const lingering = await send('GET', `/${name}`);
        expect(lingering.status).toBe(deleteThenGetLiveMs > 0 ? 200 : 404);
      }
      expect((await send('PATCH', '/ann', { body: {} })).status).toBe(404);
      const again = await send('POST', '', { body: { externalId: 'ann' } });
      expect((await send('GET', '/ann')).json).toEqual(again.json);
    },
  );

  it('takes the key and not the next account of that key', async () => {
    await send('DELETE', '/ann');
    sunshine.plant({ op: 'remove', id: 'ann' });
    await send('POST', '', { body: { externalId: 'ann' } });
    await delay(80);
    expect(held()).toMatchObject([{ externalId: 'ann', state: 'live' }]);
  });

  it('shows a stale read of an account that is gone', async () => {
    aheadMs = 60_000;
    await send('DELETE', '/ann');
    await until(() => held().length === 0);
    sunshine.addFaults({ match: { method: 'GET' }, staleReadMs: 30_000 });
    expect((await send('GET', '/ann')).status).toBe(200);
    expect((await send('GET', '/ann')).status).toBe(404);
  });

  describe('told to a webhook', () => {
    let posts: ReceivedPost[];
    let replies: number[];
    const receiver = createServer((message, response) => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as ReceivedPost['body'];
        posts.push({ headers: message.headers, body, event: body.events[0] as ReceivedPost['event'] });
        response.writeHead(replies.shift() ?? 200).end();
      });
    });

    beforeEach(async () => {
      posts = [];
      replies = [];
      await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
      const { port } = receiver.address() as AddressInfo; // listens on host and port
      const webhookTarget = `http://127.0.0.1:${port}/hook`;
      set({ webhookTarget, webhookSecret: 'shared', webhookRetryMs: 10, deletionDelayMs: 10 });
    });

    afterEach(async () => {
      const closed = new Promise((resolve) => receiver.close(resolve));
      receiver.closeAllConnections();
      await closed;
    });

    it.each(['user:remove', 'user:delete'])(
      'says %s with the secret, once the account is gone',
      async (type) => {
        set({ deletionEvent: type });
        const { json } = await send('GET', '/ann');
        await send('DELETE', '/ann');
        await until(() => posts.length > 0);
        await delay(50);

        expect(held()).toEqual([]);
        expect(posts).toHaveLength(1);
        expect(posts[0]?.headers).toMatchObject({
          'x-api-key': 'shared',
          'content-type': 'application/json',
        });
        expect(posts[0]?.body.app).toEqual({ id: sunshine.environment['SUNSHINE_APP_ID'] });
        expect(posts[0]?.body.webhook).toMatchObject({ version: 'v2' });
        const user = { id: json.user.id, externalId: 'ann', authenticated: false };
        expect(posts[0]?.event).toMatchObject({ type, payload: { user } });
        expect(posts[0]?.event.id).toMatch(/^[0-9a-f]{24}$/);
      },
    );

    it('says it once for an account deleted twice', async () => {
      await send('DELETE', '/ann');
      await send('DELETE', '/ann');
      await until(() => posts.length > 0);
      await delay(50);
      expect(posts).toHaveLength(1);
    });

    it.each([true, false])('says it twice under one id, or once: webhookTwice %s', async (webhookTwice) => {
      set({ webhookTwice });
      await send('DELETE', '/ann');
      await until(() => posts.length === (webhookTwice ? 2 : 1));
      await delay(50);
      expect(new Set(posts.map((each) => each.event.id)).size).toBe(1);
      expect(posts).toHaveLength(webhookTwice ? 2 : 1);
    });

    it.each([true, false])('says nothing, or something: webhookLost %s', async (webhookLost) => {
      set({ webhookLost });
      await send('DELETE', '/ann');
      await until(() => held().length === 0);
      await delay(60);
      expect(posts).toHaveLength(webhookLost ? 0 : 1);
    });

    it('tries again after a 500, up to five times, and never after a 404', async () => {
      replies = [500, 503];
      await send('DELETE', '/ann');
      await until(() => posts.length === 3);
      expect(new Set(posts.map((each) => each.event.id)).size).toBe(1);

      posts = [];
      replies = [500, 500, 500, 500, 500, 500];
      await send('POST', '', { body: { externalId: 'bob' } });
      await send('DELETE', '/bob');
      await until(() => posts.length === 5);
      await delay(250);
      expect(posts).toHaveLength(5);

      posts = [];
      replies = [404];
      await send('POST', '', { body: { externalId: 'eve' } });
      await send('DELETE', '/eve');
      await until(() => posts.length === 1);
      await delay(60);
      expect(posts).toHaveLength(1);
    });

    it('gives up what it had to say on a reset', async () => {
      set({ deletionDelayMs: 50 });
      await send('DELETE', '/ann');
      sunshine.reset();
      await delay(100);
      expect(posts).toEqual([]);
      expect(held()).toEqual([]);
      expect(sunshine.provider.behaviour.current).toMatchObject({ webhookTarget: '', deletionDelayMs: 200 });
    });

    it('merges two users when their core users were merged, and says so', async () => {
      sunshine.plant([
        { op: 'put', account: { externalId: 'out', zendeskId: '1' } },
        { op: 'put', account: { externalId: 'stay', zendeskId: '2' } },
      ]);
      const answer = await send('POST', '/1/sync', { body: { survivingZendeskId: '2' } });
      expect(answer.json.user['externalId']).toBe('stay');
      expect(held().map((each) => each['externalId'])).toEqual(['ann', 'stay']);
      await until(() => posts.length === 1);
      expect(posts[0]?.event).toMatchObject({
        type: 'user:merge',
        payload: { mergedUsers: { surviving: { externalId: 'stay' }, discarded: { externalId: 'out' } } },
      });
      const renamed = await send('POST', '/2/sync', { body: { survivingZendeskId: '3' } });
      expect(renamed.json.user).toMatchObject({ externalId: 'stay', zendeskId: '3' });
      expect((await send('POST', '/2/sync')).status).toBe(404);
    });
  });
});

describe('changes behind our back at Sunshine', () => {
  it('puts, patches and removes accounts without a call, and counts shared keys', () => {
    sunshine.plant([
      { op: 'put', account: { externalId: 'a', profile: { givenName: 'Ann' }, metadata: { k: 1 } } },
      { op: 'patch', id: 'a', account: { metadata: { k: 2 }, profile: { surname: 'B' } } },
      { op: 'put', account: { externalId: 'a' } },
      { op: 'put', account: { externalId: 'b' } },
      { op: 'remove', id: 'b' },
    ]);
    expect(held()).toMatchObject([
      { externalId: 'a', profile: { givenName: 'Ann', surname: 'B' }, metadata: { k: 2 }, state: 'live' },
      { externalId: 'a', profile: {} },
    ]);
    expect(sunshine.summary()).toMatchObject({
      accounts: 2,
      duplicates: { externalId: 1 },
      calls: { total: 0 },
    });
  });

  it('can begin a deletion', async () => {
    sunshine.plant({ op: 'put', account: { externalId: 'a', state: 'deleting' } });
    expect(held()).toMatchObject([{ state: 'deleting' }]);
    await until(() => held().length === 0);
  });

  it('refuses what Sunshine cannot have', () => {
    expect(() => sunshine.plant({ op: 'suspend', id: 'a' })).toThrow('knows no suspend');
    expect(() => sunshine.plant({ op: 'remove', id: 'a' })).toThrow('no such account');
    expect(() => sunshine.plant({ op: 'put', account: { id: 'short' } })).toThrow('id');
  });
});
