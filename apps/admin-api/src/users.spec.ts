import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, startTestApi, type TestApi } from './api.harness.js';

describe('users over the API', () => {
  let api: TestApi;
  let count = 0;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.close());

  const create = async (more: object = {}) => {
    count += 1;
    return api.ask('/v1/users', { json: { externalKey: `u-${count}`, ...more } });
  };

  it('a user is entered, read, replaced, patched and listed', async () => {
    const created = await create({ email: 'ana@example.com', tags: { vip: '' }, attributes: { level: 3 } });
    expect(created.status).toBe(201);
    const { id } = created.body;
    expect(created.headers.get('location')).toBe(`/v1/users/${id}`);
    expect(created.headers.get('etag')).toBe('"1.1"');
    expect(api.rung.at(-1)).toEqual({ lane: 'live', userIds: [id] });

    const read = await api.ask(`/v1/users/${id}`);
    expect([read.status, read.body]).toEqual([200, created.body]);

    const replaced = await api.ask(`/v1/users/${id}`, { method: 'PUT', json: { givenName: 'Ana' } });
    expect(replaced.body).toMatchObject({ givenName: 'Ana', email: null, tags: {}, attributes: {} });
    expect(replaced.headers.get('etag')).toBe('"1.2"');

    const patched = await api.ask(`/v1/users/${id}`, {
      method: 'PATCH',
      json: { tags: { a: '1' }, givenName: null },
    });
    expect(patched.body).toMatchObject({ givenName: null, tags: { a: '1' }, attributeRevision: 3 });

    const listed = await api.ask(`/v1/users?externalKey=${patched.body.externalKey}`);
    expect(listed.body).toEqual({ users: [patched.body], nextCursor: null });
  });

  it('an edit that changes nothing keeps the tag and rings nobody', async () => {
    const { body } = await create({ givenName: 'Ana' });
    const before = api.rung.length;
    const again = await api.ask(`/v1/users/${body.id}`, { method: 'PUT', json: { givenName: 'Ana' } });
    expect(again.headers.get('etag')).toBe('"1.1"');
    expect(api.rung).toHaveLength(before);
  });

  it('a taken externalKey is a conflict', async () => {
    const { body } = await create();
    const again = await api.ask('/v1/users', { json: { externalKey: body.externalKey } });
    expect([again.status, again.body.code]).toEqual([409, 'external_key_taken']);
    expect(again.headers.get('content-type')).toContain('application/problem+json');
    expect(again.body.requestId).toBe(again.headers.get('x-request-id'));
  });

  it.each([
    ['"0.9"', 412],
    ['W/"1.1"', 412],
    ['garbage', 412],
    ['"1.1"', 200],
    ['"0.1", "1.1"', 200],
    ['*', 200],
  ])('I07 an edit with If-Match %s answers %i', async (ifMatch, status) => {
    const { body } = await create();
    const edited = await api.ask(`/v1/users/${body.id}`, {
      method: 'PATCH',
      json: { company: 'x' },
      headers: { 'if-match': ifMatch },
    });
    expect(edited.status).toBe(status);
    const read = await api.ask(`/v1/users/${body.id}`);
    expect(read.body.company).toBe(status === 200 ? 'x' : null);
  });

  it('a user goes through its life, each move in its lane', async () => {
    const { body } = await create();
    const moves = [
      ['POST', '/deactivate', 'deactivated', 'revocation'],
      ['POST', '/reactivate', 'active', 'restore'],
      ['DELETE', '', 'deleted', 'revocation'],
      ['POST', '/restore', 'active', 'restore'],
      ['DELETE', '', 'deleted', 'revocation'],
      ['POST', '/purge', 'purging', 'revocation'],
    ] as const;
    for (const [method, path, status, lane] of moves) {
      const moved = await api.ask(`/v1/users/${body.id}${path}`, { method });
      expect([moved.status, moved.body.status]).toEqual([200, status]);
      expect(api.rung.at(-1)).toEqual({ lane, userIds: [body.id] });
    }
    const refused = await api.ask(`/v1/users/${body.id}/restore`, { method: 'POST' });
    expect([refused.status, refused.body.code, refused.body.state]).toEqual([
      409,
      'transition_refused',
      'purging',
    ]);
    const edit = await api.ask(`/v1/users/${body.id}`, { method: 'PATCH', json: { company: 'x' } });
    expect([edit.status, edit.body.code]).toEqual([409, 'user_closed']);
  });

  it('a move without a body is taken from clients that name a type all the same', async () => {
    const { body } = await create();
    const headers = { 'content-type': 'application/json', 'content-length': '0' };
    const moved = await api.ask(`/v1/users/${body.id}/deactivate`, { method: 'POST', headers });
    expect([moved.status, moved.body.status]).toEqual([200, 'deactivated']);
    const empty = await api.ask('/v1/users', { method: 'POST', headers });
    expect(empty.status).toBe(400);
  });

  it('a purge may be put off and taken back', async () => {
    const { body } = await create();
    await api.ask(`/v1/users/${body.id}`, { method: 'DELETE' });
    const notBefore = '2999-01-01T00:00:00.000Z';
    const put = await api.ask(`/v1/users/${body.id}/purge`, { json: { notBefore } });
    expect(put.body).toMatchObject({ status: 'deleted', purgeNotBefore: notBefore });
    const restored = await api.ask(`/v1/users/${body.id}/restore`, { method: 'POST' });
    expect(restored.body).toMatchObject({ status: 'active', purgeNotBefore: null });
    const wrong = await api.ask(`/v1/users/${body.id}/purge`, { json: { notBefore: 'tomorrow' } });
    expect([wrong.status, wrong.body.errors[0]?.field]).toEqual([422, 'notBefore']);
    const unknown = await api.ask(`/v1/users/${body.id}/deactivate`, { json: { force: true } });
    expect([unknown.status, unknown.body.errors[0]?.field]).toEqual([400, 'force']);
  });

  it('P13 a return leaves no provider out, and says of one that is not configured here that nobody can say', async () => {
    const { body } = await create();
    const path = `/v1/users/${body.id}`;
    await api.database.sql(`UPDATE providers SET enabled = false WHERE slug = 'south'`);
    const told = await api.ask(`${path}/reactivate`, { method: 'POST' });
    await api.database.sql(`UPDATE providers SET enabled = true WHERE slug = 'south'`);
    const line = { loses: [], certain: false };
    expect(JSON.parse(told.text)).toMatchObject({
      id: body.id,
      status: 'active',
      accounts: [
        { provider: 'north', outcome: 'unknown', ...line, because: expect.stringContaining('no settings') },
        {
          provider: 'south',
          outcome: 'impossible',
          ...line,
          because: expect.stringContaining('switched off'),
        },
      ],
    });
    expect(told.headers.get('etag')).toBe((await api.ask(path)).headers.get('etag'));
  });

  it('D12 a new account can be asked for with either way back, and nothing else can be said there', async () => {
    const { body } = await create();
    for (const verb of ['restore', 'reactivate']) {
      const ask = (json: object) => api.ask(`/v1/users/${body.id}/${verb}`, { json });
      api.rung.length = 0;
      expect((await ask({ recreate: false })).status).toBe(200);
      expect(api.rung).toEqual([]);
      expect((await ask({ recreate: true })).status).toBe(200);
      expect(api.rung).toEqual([{ lane: 'restore', userIds: [body.id] }]);
      const wrong = await ask({ recreate: 'yes' });
      expect([wrong.status, wrong.body.errors]).toEqual([
        400,
        [expect.objectContaining({ field: 'recreate', rule: 'must be of type boolean' })],
      ]);
      expect((await ask({ recreate: true, force: true })).status).toBe(400);
    }
  });

  it('a restore that is sent again late does not undo the next deletion, when it says what it was about', async () => {
    const { body } = await create();
    const path = `/v1/users/${body.id}`;
    const deleted = await api.ask(path, { method: 'DELETE' });
    const headers = { 'if-match': deleted.headers.get('etag') ?? '' };
    const restore = () => api.ask(`${path}/restore`, { method: 'POST', headers });
    expect((await restore()).status).toBe(200);
    await api.ask(path, { method: 'DELETE' });
    expect(await restore()).toMatchObject({ status: 412, body: { code: 'revision_mismatch' } });
    expect((await api.ask(path)).body.status).toBe('deleted');
  });

  it('links say where a user stands at each provider', async () => {
    const { body } = await create();
    const { status, body: answer } = await api.ask(`/v1/users/${body.id}/links`);
    expect(status).toBe(200);
    expect(answer.links).toMatchObject([
      {
        provider: 'north',
        situation: 'unlinked',
        standing: 'due',
        remoteKey: body.externalKey,
        lane: 'live',
      },
      { provider: 'south', situation: 'unlinked', standing: 'due' },
    ]);
    const nobody = await api.ask('/v1/users/0196f3a0-0000-7000-8000-000000000000/links');
    expect([nobody.status, nobody.body.code]).toEqual([404, 'user_not_found']);
  });

  it('providers and convergence are shown', async () => {
    const providers = await api.ask('/v1/providers');
    expect(providers.body.providers).toMatchObject([
      { slug: 'north', enabled: true, halt: null, pausedUntil: null },
      { slug: 'south', enabled: true },
    ]);
    const convergence = await api.ask('/v1/convergence');
    expect(convergence.body.providers[0]).toMatchObject({ provider: 'north', inSync: 0, parked: 0 });
    expect(convergence.body.providers[0]?.['total']).toBe(convergence.body.providers[0]?.['due']);
  });

  it('pages are followed by signed cursors, which are good for their own listing only', async () => {
    for (let at = 0; at < 5; at += 1) await create({ email: 'shared@example.com' });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const path = `/v1/users?email=shared@example.com&limit=2${cursor === null ? '' : `&cursor=${cursor}`}`;
      const { body }: Answer = await api.ask(path);
      seen.push(...body.users.map((user) => user.id));
      cursor = body.nextCursor;
      if (cursor !== null) {
        const foreign = await api.ask(`/v1/users?status=active&cursor=${cursor}`);
        expect([foreign.status, foreign.body.errors[0]?.field]).toEqual([400, 'cursor']);
      }
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(5);
  });

  it('edits of one user at once are all taken and each is counted', async () => {
    const { body } = await create();
    const edits = Array.from({ length: 60 }, (_, at) =>
      api.ask(`/v1/users/${body.id}`, { method: 'PATCH', json: { attributes: { [`k${at % 10}`]: at } } }),
    );
    const statuses = (await Promise.all(edits)).map((answer) => answer.status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect((await api.ask(`/v1/users/${body.id}`)).body.attributeRevision).toBe(61);
  });
});
