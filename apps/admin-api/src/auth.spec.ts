import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from './api.harness.js';
import { SCOPES } from './auth/scopes.js';

/** Everything that may be asked without a key. */
const PUBLIC = [
  'GET /.well-known/jwks.json',
  'GET /docs-json',
  'GET /healthz',
  'GET /readyz',
  'POST /v1/webhooks/:provider',
];

describe('who may do what', () => {
  let api: TestApi;
  let walked: { readonly name: string; readonly method: string; readonly path: string }[];
  beforeAll(async () => {
    api = await startTestApi();
    walked = api.routes.flatMap(({ method, url }) =>
      [method].flat().map((one) => ({
        name: `${one} ${url}`,
        method: one,
        path: url.replace(':id', '0196f3a0-0000-7000-8000-000000000000').replace(':provider', 'north'),
      })),
    );
  });
  afterAll(() => api.close());
  const guarded = () => walked.filter((route) => !PUBLIC.includes(route.name));

  it('A11 every route there is has been thought of', () => {
    const names = walked.map((route) => route.name);
    expect(names.toSorted()).toEqual(
      [
        ...PUBLIC,
        'DELETE /v1/users/:id',
        'GET /v1/convergence',
        'GET /v1/erasures',
        'GET /v1/findings',
        'GET /v1/findings/:id',
        'POST /v1/findings/:id/adopt',
        'POST /v1/findings/:id/ignore',
        'POST /v1/findings/:id/link',
        'POST /v1/findings/:id/remove',
        'POST /v1/findings/:id/reopen',
        'GET /v1/holds',
        'GET /v1/holds/users',
        'POST /v1/holds/approve',
        'POST /v1/holds/reject',
        'GET /v1/plans/:id',
        'GET /v1/plans/:id/steps',
        'POST /v1/plans/:id/approve',
        'POST /v1/plans/:id/reject',
        'POST /v1/plans/:id/apply',
        'GET /v1/providers',
        'GET /v1/providers/semantics',
        'POST /v1/providers/:provider/resume',
        'GET /v1/reconciliations',
        'GET /v1/reconciliations/:id',
        'POST /v1/reconciliations',
        'POST /v1/reconciliations/:id/cancel',
        'GET /v1/users',
        'GET /v1/users/:id',
        'GET /v1/users/:id/erasure',
        'GET /v1/users/:id/links',
        'GET /v1/users/:id/providers/:provider',
        'GET /v1/users/:id/providers/:provider/audits',
        'GET /v1/users/:id/providers/:provider/stats',
        'GET /v1/users/:id/providers/:provider/transactions',
        'DELETE /v1/users/:id/providers/:provider/passkeys',
        'POST /v1/users/:id/providers/:provider/authenticate',
        'POST /v1/users/:id/providers/:provider/erase-profile',
        'POST /v1/users/:id/providers/:provider/register',
        'POST /v1/users/:id/providers/:provider/waiver',
        'PUT /v1/users/:id/providers/:provider/tags',
        'PATCH /v1/users/:id',
        'POST /v1/users',
        'POST /v1/users/:id/deactivate',
        'POST /v1/users/:id/erasure',
        'POST /v1/users/:id/purge',
        'POST /v1/users/:id/reactivate',
        'POST /v1/users/:id/restore',
        'POST /v1/users/import',
        'PUT /v1/users/:id',
        'DELETE /v1/users/:id/legal-hold',
        'PUT /v1/users/:id/legal-hold',
        'DELETE /v1/users/:id/providers/:provider/assignment',
        'PUT /v1/users/:id/providers/:provider/assignment',
      ].toSorted(),
    );
  });

  it('A11 no route lets anybody in without a valid key', async () => {
    const keys = [
      null,
      'wrong-key-wrong-key-wrong-key',
      await api.addKey(SCOPES, { revokedAt: new Date() }),
      await api.addKey(SCOPES, { expiresAt: new Date(Date.now() - 1_000) }),
    ];
    for (const route of guarded()) {
      for (const key of keys) {
        const { status, body, headers } = await api.ask(route.path, { method: route.method, key });
        expect([route.name, status, body.code]).toEqual([route.name, 401, 'unauthorized']);
        expect(headers.get('www-authenticate')).toContain('Bearer');
      }
    }
  });

  it('A11 every route asks for a scope, and every scope opens exactly its routes', async () => {
    const opened: Record<string, string[]> = {};
    for (const scope of SCOPES) {
      const key = await api.addKey([scope]);
      for (const route of guarded()) {
        const { status } = await api.ask(route.path, { method: route.method, key });
        if (status !== 403) (opened[scope] ??= []).push(route.name);
      }
    }
    expect(opened).toEqual({
      'users:read': expect.arrayContaining([
        'GET /v1/users',
        'GET /v1/users/:id',
        'GET /v1/users/:id/links',
        'GET /v1/users/:id/providers/:provider',
        'GET /v1/users/:id/providers/:provider/stats',
        'GET /v1/users/:id/providers/:provider/audits',
        'GET /v1/users/:id/providers/:provider/transactions',
        'GET /v1/users/:id/erasure',
        'GET /v1/erasures',
        'GET /v1/findings',
      ]),
      'users:write': expect.arrayContaining([
        'POST /v1/users',
        'POST /v1/users/import',
        'POST /v1/findings/:id/adopt',
        'POST /v1/findings/:id/link',
        'POST /v1/users/:id/restore',
        'POST /v1/users/:id/providers/:provider/register',
        'POST /v1/users/:id/providers/:provider/authenticate',
        'PUT /v1/users/:id/providers/:provider/tags',
        'PUT /v1/users/:id/providers/:provider/assignment',
        'DELETE /v1/users/:id/providers/:provider/assignment',
      ]),
      'users:delete': ['DELETE /v1/users/:id', 'DELETE /v1/users/:id/providers/:provider/passkeys'],
      'users:purge': [
        'POST /v1/users/:id/purge',
        'POST /v1/users/:id/providers/:provider/erase-profile',
        'POST /v1/findings/:id/remove',
      ],
      'users:erase': ['POST /v1/users/:id/erasure'],
      'users:waive': ['POST /v1/users/:id/providers/:provider/waiver'],
      'plans:read': ['GET /v1/plans/:id', 'GET /v1/plans/:id/steps'],
      'plans:approve': [
        'POST /v1/plans/:id/approve',
        'POST /v1/plans/:id/reject',
        'POST /v1/plans/:id/apply',
      ],
      'providers:read': [
        'GET /v1/providers',
        'GET /v1/providers/semantics',
        'GET /v1/convergence',
        'GET /v1/holds',
        'GET /v1/holds/users',
        'GET /v1/reconciliations',
        'GET /v1/reconciliations/:id',
      ],
      'holds:approve': ['POST /v1/holds/approve', 'POST /v1/holds/reject'],
      'sync:trigger': expect.arrayContaining([
        'POST /v1/reconciliations',
        'POST /v1/reconciliations/:id/cancel',
        'POST /v1/findings/:id/ignore',
        'POST /v1/findings/:id/reopen',
        'POST /v1/providers/:provider/resume',
      ]),
      'holds:legal': ['PUT /v1/users/:id/legal-hold', 'DELETE /v1/users/:id/legal-hold'],
    });
    // A route without a declaration is refused to everybody, so it would be missing here.
    expect(Object.values(opened).flat().toSorted()).toEqual(
      guarded()
        .map((route) => route.name)
        .toSorted(),
    );
  });

  it('A12 a key with no scope opens nothing, and keys are told by their whole', async () => {
    const [none, whole] = [await api.addKey([]), await api.addKey(SCOPES)];
    expect((await api.ask('/v1/users', { key: none })).status).toBe(403);
    expect((await api.ask('/v1/users', { key: whole })).status).toBe(200);
    for (const near of [whole.slice(0, -1), `${whole}x`, whole.toUpperCase(), ` ${whole}`]) {
      expect((await api.ask('/v1/users', { key: near })).status).toBe(401);
    }
    for (const authorization of [
      whole,
      `Basic ${whole}`,
      `Bearer ${whole} ${whole}`,
      'Bearer',
      `Bearer ${'x'.repeat(9_000)}`,
    ]) {
      expect((await api.ask('/v1/users', { key: null, headers: { authorization } })).status).toBe(401);
    }
  });

  it('A12 a revoked key stops working within five seconds', async () => {
    const key = await api.addKey(SCOPES);
    expect((await api.ask('/v1/users', { key })).status).toBe(200);
    await api.database.sql(`UPDATE api_keys SET revoked_at = now() WHERE name LIKE 'n-%'`);
    const deadline = Date.now() + 6_000;
    let status = 200;
    while (status === 200 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      status = (await api.ask('/v1/users', { key })).status;
    }
    expect(status).toBe(401);
  });

  it('A06 no key is kept, logged or answered', async () => {
    const key = await api.addKey(SCOPES);
    await api.ask('/v1/users', { key });
    const rows = await api.database.sql<{ row: string }>('SELECT api_keys::text AS row FROM api_keys');
    expect(JSON.stringify(rows)).not.toContain(key);
    expect(api.logged.join('')).not.toContain(key);
  });
});
