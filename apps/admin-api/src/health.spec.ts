import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from './api.harness.js';

describe('the process and its description', () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await startTestApi();
  });
  afterEach(() => api.close());

  it.each([
    [{ postgres: 'up', schema: 'current', queue: 'up' }, 200, 'ready'],
    [{ postgres: 'up', schema: 'current', queue: 'down' }, 200, 'degraded'],
    [{ postgres: 'up', schema: 'other', queue: 'up' }, 503, 'unready'],
    [{ postgres: 'down', schema: 'unknown', queue: 'up' }, 503, 'unready'],
  ] as const)('Q03 with %j readiness answers %i %s', async (readiness, status, word) => {
    api.readiness = readiness;
    const answer = await api.ask('/readyz', { key: null });
    expect([answer.status, answer.body]).toEqual([status, { status: word, ...readiness }]);
    expect((await api.ask('/healthz', { key: null })).body).toEqual({ status: 'ok' });
  });

  it('F04 F10 while the database is away every request is told so, and when to come back', async () => {
    const { body } = await api.ask('/v1/users', { json: { externalKey: 'x' } });
    await api.database.close();
    for (const path of ['/v1/users', `/v1/users/${body.id}`, '/v1/convergence', '/v1/providers']) {
      const answer = await api.ask(path);
      expect([answer.status, answer.body.code]).toEqual([503, 'database_unavailable']);
      expect(answer.headers.get('retry-after')).toBe('2');
      expect(answer.text).not.toMatch(/postgres|pool|SELECT|node_modules/i);
    }
    const write = await api.ask('/v1/users', { json: { externalKey: 'y' } });
    expect(write.status).toBe(503);
  });

  it('F03 after every connection was cut the next requests are served', async () => {
    await api.ask('/v1/users');
    await api.database
      .sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()`)
      .catch(() => undefined);
    const statuses: number[] = [];
    for (let at = 0; at < 5; at += 1) statuses.push((await api.ask('/v1/users')).status);
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses.at(-1)).toBe(200);
  });

  it('the API describes itself from the schemas that hold', async () => {
    const { status, body } = await api.ask('/docs-json', { key: null });
    expect([status, body.openapi]).toEqual([200, '3.1.0']);
    const create = body.paths['/v1/users']?.['post'];
    const schema = create?.requestBody.content['application/json']?.schema;
    expect(schema?.required).toEqual(['externalKey']);
    expect(schema?.additionalProperties).toBe(false);
    expect(JSON.stringify(schema?.properties?.['email'])).toContain('"maxLength":320');
    const file = body.paths['/v1/users/import']?.['post']?.requestBody.content ?? {};
    expect(Object.keys(file)).toEqual(['application/x-ndjson', 'text/csv']);
    const user = create?.responses['201']?.content['application/json']?.schema;
    expect(user?.properties?.['status']?.enum).toContain('purging');
  });

  it('every answer forbids sniffing and storing', async () => {
    const { headers } = await api.ask('/v1/users');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
  });
});
