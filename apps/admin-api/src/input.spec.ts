import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { raw, startTestApi, type TestApi } from './api.harness.js';

describe('bad input over the API', () => {
  let api: TestApi;
  let id: string;
  beforeAll(async () => {
    api = await startTestApi();
    id = (await api.ask('/v1/users', { json: { externalKey: 'somebody' } })).body.id;
  });
  afterAll(() => api.close());

  const users = async () =>
    (await api.database.sql<{ count: string }>('SELECT count(*) FROM users'))[0]?.count;
  const JSON_TYPE = { 'content-type': 'application/json' };

  it.each([
    [{ externalKey: 'x', id: 'y', version: 1, role: 'admin' }, ['id', 'version', 'role']],
    [
      { externalKey: 'x', status: 'active', statusRevision: 9, purgeNotBefore: null },
      ['status', 'statusRevision', 'purgeNotBefore'],
    ],
    [{ givenName: 'Ana' }, ['externalKey']],
    [{ externalKey: 'x', email: 5 }, ['email']],
    [[], ['']],
    ['text', ['']],
  ])('I08 the body %j is refused with 400, naming %j', async (json, fields) => {
    const { status, body } = await api.ask('/v1/users', { json });
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.errors.map((error) => error.field)).toEqual(fields);
    expect(await users()).toBe('1');
  });

  it('a value that breaks a rule is refused with 422, naming field, rule and what to do', async () => {
    const json = { externalKey: 'x', email: 'nobody', attributes: { constructor: 'x' } };
    const { status, body } = await api.ask('/v1/users', { json });
    expect([status, body.code]).toEqual([422, 'invalid_fields']);
    expect(body.errors).toEqual([
      { field: 'email', code: 'invalid_value', rule: 'must hold exactly one "@"' },
      { field: 'attributes.constructor', code: 'invalid_value', rule: 'is a reserved key; use another' },
    ]);
  });

  it.each([
    '{"externalKey":"x","__proto__":{"isAdmin":true}}',
    '{"externalKey":"x","constructor":{"prototype":{"isAdmin":true}}}',
    '{"externalKey":"x","attributes":{"__proto__":{"isAdmin":true}}}',
  ])('I09 %s is refused, and no prototype changes', async (body) => {
    const { status } = await api.ask('/v1/users', { body, headers: JSON_TYPE });
    expect(status).toBe(400);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect(await users()).toBe('1');
  });

  it('I10 of two equal JSON keys the last one counts', async () => {
    const body = '{"company":"first","company":"last"}';
    const answer = await api.ask(`/v1/users/${id}`, { method: 'PATCH', body, headers: JSON_TYPE });
    expect(answer.body.company).toBe('last');
  });

  it('I11 a body over 64 KB is refused, one of exactly 64 KB is read', async () => {
    const sized = (bytes: number) => {
      const empty = JSON.stringify({ externalKey: 'x', pad: '' });
      return JSON.stringify({ externalKey: 'x', pad: 'p'.repeat(bytes - empty.length) });
    };
    const over = await api.ask('/v1/users', { body: sized(65_537), headers: JSON_TYPE });
    expect([over.status, over.body.code]).toEqual([413, 'body_too_large']);
    const exact = await api.ask('/v1/users', { body: sized(65_536), headers: JSON_TYPE });
    expect(exact.body.errors).toMatchObject([{ field: 'pad' }]);
  });

  it('I11 JSON nested ten thousand deep is refused at once', async () => {
    const body = `{"externalKey":"x","attributes":{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}}`;
    const startedAt = performance.now();
    const answer = await api.ask('/v1/users', { body, headers: JSON_TYPE });
    expect(answer.status).toBe(422);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it.each([
    ['text/plain', 'x'],
    ['application/x-www-form-urlencoded', 'externalKey=x'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/json; charset=latin1', '{"externalKey":"x"}'],
    ['application/x-ndjson', '{"externalKey":"x"}'],
    ['text/csv', 'externalKey'],
  ])('I12 a body of type %s is refused with 415', async (type, body) => {
    const answer = await api.ask('/v1/users', { body, headers: { 'content-type': type } });
    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
  });

  it('I11 M09 a compressed body is refused with 415', async () => {
    const body = gzipSync('{"externalKey":"x"}');
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    expect((await api.ask('/v1/users', { body, headers })).status).toBe(415);
    const file = { 'content-type': 'text/csv', 'content-encoding': 'gzip' };
    expect(
      (await api.ask('/v1/users/import', { body: gzipSync('externalKey\nx\n'), headers: file })).status,
    ).toBe(415);
  });

  it('I12 a byte order mark is tolerated or refused, never a failure', async () => {
    const body = '\ufeff{"externalKey":"bom"}';
    const answer = await api.ask('/v1/users', { body, headers: JSON_TYPE });
    expect([201, 400]).toContain(answer.status);
  });

  it.each(['not json', '{', '', '{"externalKey":"x"} trailing'])('the body %j is 400', async (body) => {
    const answer = await api.ask('/v1/users', { body, headers: JSON_TYPE });
    expect(answer.status).toBe(400);
    expect(answer.body.type).toMatch(/^urn:rollcall:problem:/);
  });

  it.each([
    '%2e%2e',
    '%2F',
    '%00',
    '..%2f..',
    'x'.repeat(5_000),
    '%F0%9F%98%80',
    '%zz',
    '1',
    "1'--",
    'deleted',
    'me',
  ])('I13 the id %s is nobody’s', async (bad) => {
    for (const path of [`/v1/users/${bad}`, `/v1/users/${bad}/links`]) {
      const answer = await api.ask(path);
      expect([400, 404, 414]).toContain(answer.status);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
    const moved = await api.ask(`/v1/users/${bad}/deactivate`, { method: 'POST' });
    expect([400, 404, 414]).toContain(moved.status);
  });

  it.each([
    'limit=0',
    'limit=-1',
    'limit=1e9',
    'limit=201',
    'limit=NaN',
    'limit=1;drop',
    'limit=1&limit=2',
    'cursor=abc',
    'cursor=0196f3a0-0000-7000-8000-000000000000.AAAAAAAAAAAAAAAAAAAAAA',
    'status=gone',
    'sort=email',
    'email[]=x',
  ])('I14 I15 the query %s is refused', async (query) => {
    const { status, body } = await api.ask(`/v1/users?${query}`);
    expect([400, 422]).toContain(status);
    expect(body.errors).toHaveLength(1);
  });

  it('filters are values, whatever they hold', async () => {
    for (const filter of ["x' OR 1=1 --", '%', '_', '\\']) {
      const { status, body } = await api.ask(`/v1/users?externalKey=${encodeURIComponent(filter)}`);
      expect([status, body.users]).toEqual([200, []]);
    }
    const nul = await api.ask('/v1/users?externalKey=%00');
    expect(nul.status).toBe(422);
  });

  it('a request id is echoed only when it can do no harm', async () => {
    const good = await api.ask('/healthz', { headers: { 'x-request-id': 'abc_DEF-123' } });
    expect(good.headers.get('x-request-id')).toBe('abc_DEF-123');
    for (const bad of ['a b', 'x'.repeat(65), '<script>', 'é']) {
      const answer = await api.ask('/healthz', { headers: { 'x-request-id': bad } });
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it.each([
    ['GET', '/v1//users'],
    ['GET', '/v1/users/'],
    ['GET', '/V1/users'],
    ['TRACE', '/v1/users'],
    ['HEAD', '/v1/users'],
    ['OPTIONS', '/v1/users'],
    ['GET', '/nothing?email=ana@example.com'],
  ])('I22 %s %s is no way around the door', async (method, path) => {
    const head = await raw(api.url, `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(head).toMatch(/^HTTP\/1\.1 (?:40[0145]|501)/);
    expect(head).not.toContain('ana@example.com');
    expect(head).not.toContain('somebody');
  });

  it.each([
    ['GET /v1/users HTTP/9.9\r\n\r\n', 400, 'malformed_request'],
    ['not http at all\r\n\r\n', 400, 'malformed_request'],
    [`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(80_000)}\r\n\r\n`, 431, 'headers_too_large'],
  ])('what cannot be read as HTTP is answered as a problem (%#)', async (request, status, code) => {
    const answer = await raw(api.url, request);
    expect(answer).toMatch(
      new RegExp(`^HTTP/1\\.1 ${status} .*\r\ncontent-type: application/problem\\+json`, 's'),
    );
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ status, code });
  });

  it('every refusal says what to do in words of ours', async () => {
    const ruleOf = async (path: string, json?: unknown) =>
      (await api.ask(path, json === undefined ? {} : { json })).body.errors[0]?.rule;
    expect(await ruleOf('/v1/users?limit=0')).toBe('must be a number from 1 to 200');
    expect(await ruleOf('/v1/users?status=gone')).toBe(
      'must be one of active, deactivated, deleted, purging, purged',
    );
    expect(await ruleOf('/v1/users?sort=email')).toBe('is not accepted here; remove it');
    expect(await ruleOf('/v1/users', { externalKey: ' ' })).toBe('must not be blank; every user needs a key');
    expect(await ruleOf('/v1/users', { externalKey: 'k', email: '' })).toBe(
      'must not be blank; send null to leave it empty',
    );
  });

  it('nothing that was refused is told to the log', () => {
    expect(api.logged.join('\n')).not.toMatch(/ana@example|nobody/);
  });
});
