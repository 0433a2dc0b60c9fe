import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PROVIDER_NAMES, startSimulators, type Simulators } from './index.js';
import { call, failureOf, type Seen } from './testing/call.js';
import { until } from '../../../test/support/until.js';

const ANN = { firstName: 'Ann', lastName: 'Lee', email: 'ann.lee@example.com' };

describe('the simulators and their control API', () => {
  let simulators: Simulators;

  beforeAll(async () => {
    simulators = await startSimulators();
  });
  afterEach(() => {
    simulators.reset();
  });
  afterAll(() => simulators.close());

  const read = (path: string): Promise<Seen> => call(`${simulators.controlUrl}${path}`);
  const post = (path: string, body?: unknown): Promise<Seen> =>
    call(`${simulators.controlUrl}${path}`, { method: 'POST', body });
  const create = (consumer_id: string): Promise<Seen> =>
    call(`${simulators.urls.vault}/vault/consumers`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${simulators.environment['VAULT_API_KEY'] ?? ''}`,
        'x-apideck-app-id': simulators.environment['VAULT_APP_ID'] ?? '',
      },
      body: { consumer_id },
    });

  it('all four listen, each on a port of its own, with the settings of a client', async () => {
    expect(Object.keys(simulators.urls)).toEqual([...PROVIDER_NAMES]);
    expect(new Set(Object.values(simulators.urls).map((url) => new URL(url).port)).size).toBe(4);
    expect(Object.keys(simulators.environment).sort()).toEqual([
      'PASSAGE_API_KEY',
      'PASSAGE_APP_ID',
      'PASSAGE_BASE_URL',
      'SENDAUTH_BASE_URL',
      'SENDAUTH_PASSWORD',
      'SENDAUTH_USERNAME',
      'SUNSHINE_APP_ID',
      'SUNSHINE_BASE_URL',
      'SUNSHINE_KEY_ID',
      'SUNSHINE_KEY_SECRET',
      'VAULT_API_KEY',
      'VAULT_APP_ID',
      'VAULT_BASE_URL',
    ]);
    for (const name of PROVIDER_NAMES)
      expect((await call(simulators.urls[name])).status).toBeGreaterThanOrEqual(400);
  });

  it('shows accounts, calls and a summary', async () => {
    await create('a');
    await create('');
    expect((await read('/providers/vault/accounts')).body).toMatchObject([
      { consumer_id: 'a', state: 'live' },
    ]);
    expect((await read('/providers/vault/calls?since=0')).body).toMatchObject([
      { seq: 1, method: 'POST', path: '/vault/consumers', status: 200, mutated: true, accountId: 'a' },
      { seq: 2, method: 'POST', path: '/vault/consumers', status: 400, mutated: false },
    ]);
    expect((await read('/providers/vault/calls?since=1')).body).toHaveLength(1);
    expect((await read('/providers/vault/summary')).body).toEqual({
      provider: 'vault',
      accounts: 1,
      states: { live: 1 },
      calls: { total: 2, writes: 2, mutating: 1 },
      lastSeq: 2,
      duplicates: { consumer_id: 0 },
    });
    expect((await read('/providers')).body).toMatchObject(
      PROVIDER_NAMES.map((name) => ({ name, url: simulators.urls[name] })),
    );
  });

  it('shows more accounts than one piece of an answer holds', async () => {
    const accounts = Array.from({ length: 2_345 }, (_, n) => ({
      op: 'put',
      account: { consumer_id: `u${n}` },
    }));
    expect((await post('/providers/vault/accounts', accounts)).body).toEqual({ planted: 2_345 });
    const shown = (await read('/providers/vault/accounts')).body as { consumer_id: string }[];
    expect(shown.map(({ consumer_id }) => consumer_id)).toEqual(
      accounts.map(({ account }) => account.consumer_id),
    );
    expect((await read('/providers/vault/calls')).body).toEqual([]);
  });

  it('plants one change or a list, and refuses what makes no sense', async () => {
    expect((await post('/providers/sendauth/accounts', { op: 'put', account: ANN })).status).toBe(200);
    expect([...simulators.providers.sendauth.accounts()]).toMatchObject([{ ...ANN, state: 'live' }]);
    const refused = await post('/providers/sendauth/accounts', { op: 'remove', id: 'nobody' });
    expect([refused.status, refused.at('error')]).toEqual([422, 'sendauth holds no user with this id']);
    const malformed = await post('/providers/sendauth/accounts', { op: 'explode', id: 'x' });
    expect(malformed.status).toBe(400);
    expect(JSON.stringify(malformed.at('allowed'))).toContain('softDelete');
  });

  it('breaks a provider by script, and mends it', async () => {
    const rule = { match: { method: 'POST' }, times: 'always', hang: 'after' };
    expect((await post('/providers/vault/faults', rule)).body).toMatchObject([{ ...rule, hits: 0 }]);
    const failure = failureOf(create('a'));
    await until(async () => (await read('/providers/vault/faults')).at(0, 'hits') === 1);
    expect(
      (await call(`${simulators.controlUrl}/providers/vault/faults`, { method: 'DELETE' })).body,
    ).toEqual([]);
    expect(await failure).toBe('UND_ERR_SOCKET');
    expect([...simulators.providers.vault.accounts()]).toHaveLength(1);

    simulators.faults('vault', { status: 503 });
    expect((await create('b')).status).toBe(503);
    const malformed = await post('/providers/vault/faults', { tmes: 2 });
    expect([malformed.status, JSON.stringify(malformed.at('allowed')).includes('staleReadMs')]).toEqual([
      400,
      true,
    ]);
  });

  it('shows and merges behaviour', async () => {
    const before = await read('/providers/sendauth/behaviour');
    expect(before.body).toMatchObject({
      getSoftDeleted: 404,
      softDeletedBlocksEmail: true,
      putOmitted: 'reset',
      allowed: { getSoftDeleted: [404, 200], putOmitted: ['reset', 'keep'] },
    });
    const merged = await post('/providers/sendauth/behaviour', {
      getSoftDeleted: 200,
      deleteThenGetLiveMs: 50,
    });
    expect(merged.body).toMatchObject({ getSoftDeleted: 200, deleteThenGetLiveMs: 50, putOmitted: 'reset' });
    expect(simulators.providers.sendauth.behaviour.current['getSoftDeleted']).toBe(200);
  });

  it.each([
    [{ getSoftDeleted: '200' }, [404, 200]],
    [{ deleteThenGetLiveMs: -1 }, 'a whole number of milliseconds, 0 or more'],
  ])('refuses the behaviour %j, saying what is allowed', async (settings, allowed) => {
    const seen = await post('/providers/sendauth/behaviour', { putOmitted: 'keep', ...settings });
    expect([seen.status, seen.at('allowed')]).toEqual([400, allowed]);
    expect(simulators.providers.sendauth.behaviour.current['putOmitted']).toBe('reset');
  });

  it('slows a provider down', async () => {
    expect((await post('/providers/vault/latency', { ms: 60 })).body).toEqual({ ms: 60 });
    const start = performance.now();
    await create('a');
    expect(performance.now() - start).toBeGreaterThanOrEqual(58);
    expect((await post('/providers/vault/latency', { ms: -1 })).status).toBe(400);
  });

  it('resets one provider, or all', async () => {
    const fill = async (): Promise<void> => {
      await create('a');
      await post('/providers/sendauth/accounts', { op: 'put', account: ANN });
      await post('/providers/vault/behaviour', { patchMetadata: 'replace' });
    };
    const counts = (): number[] =>
      PROVIDER_NAMES.map(
        (name) => simulators.running[name].summary().accounts + simulators.running[name].log.lastSeq,
      );
    await fill();
    await post('/providers/vault/reset');
    expect(counts()).toEqual([0, 0, 0, 1]);
    await fill();
    await post('/providers/vault/faults', { status: 500 });
    await post('/providers/vault/latency', { ms: 5_000 });
    expect((await post('/reset')).body).toEqual({ reset: [...PROVIDER_NAMES] });
    expect(counts()).toEqual([0, 0, 0, 0]);
    expect((await create('a')).status).toBe(200);
    expect(simulators.providers.vault.behaviour.current['patchMetadata']).toBe('merge');
  });

  it.each([
    ['GET', '/providers/okta/summary', 404, [...PROVIDER_NAMES]],
    [
      'GET',
      '/providers/vault/users',
      404,
      ['accounts', 'calls', 'summary', 'faults', 'behaviour', 'latency', 'reset'],
    ],
    ['DELETE', '/providers/vault/accounts', 405, ['GET', 'POST']],
    ['GET', '/reset', 405, ['POST']],
    ['GET', '/elsewhere', 404, ['/reset', '/providers', '/providers/{p}/{resource}']],
  ])('%s %s is %d and says what is allowed', async (method, path, status, allowed) => {
    const seen = await call(`${simulators.controlUrl}${path}`, { method });
    expect([seen.status, seen.at('allowed')]).toEqual([status, allowed]);
  });

  it('refuses a body that is not JSON and a seq that is no number', async () => {
    expect((await post('/providers/vault/faults', '{')).body).toEqual({ error: 'the body is not JSON' });
    expect((await post('/providers/vault/behaviour')).status).toBe(400);
    expect((await read('/providers/vault/calls?since=x')).status).toBe(400);
  });

  it('listens on given ports, and leaves nothing behind when one is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    // A server that listens on a port has an address with that port.
    const { port } = taken.address() as { port: number };
    await expect(startSimulators({ ports: { passage: port } })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(startSimulators({ controlPort: port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await new Promise((resolve) => taken.close(resolve));

    const pinned = await startSimulators({ ports: { vault: port } });
    expect(pinned.urls.vault).toBe(`http://127.0.0.1:${port}`);
    await pinned.close();
    expect(await failureOf(call(pinned.urls.vault))).toBe('ECONNREFUSED');
  });
});
