import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { call, failureOf, TestClock, type Seen } from '../testing/call.js';
import { until } from '../../../../test/support/until.js';
import { vaultDefinition } from '../vault/index.js';
import type { FaultRule } from './fault.js';
import { RunningProvider } from './running-provider.js';

/** Vault stands for all providers here: the frame knows none of them. */
describe('a provider behind its fault script', () => {
  const clock = new TestClock();
  let vault: RunningProvider;
  let headers: Record<string, string>;

  beforeEach(async () => {
    vault = await RunningProvider.start(vaultDefinition, { now: clock.now });
    const { VAULT_API_KEY, VAULT_APP_ID } = vault.environment;
    headers = { authorization: `Bearer ${VAULT_API_KEY}`, 'x-apideck-app-id': VAULT_APP_ID ?? '' };
  });
  afterEach(() => vault.close());

  const ids = (): unknown[] => [...vault.provider.accounts()].map(({ consumer_id: id }) => id);
  const create = (id: string, signal?: AbortSignal): Promise<Seen> =>
    call(`${vault.url}/vault/consumers`, {
      method: 'POST',
      headers,
      body: { consumer_id: id },
      ...(signal ? { signal } : {}),
    });
  const get = (id: string): Promise<Seen> => call(`${vault.url}/vault/consumers/${id}`, { headers });
  const faulty = (...script: FaultRule[]): void => {
    vault.addFaults(script);
  };
  const lastCall = (): unknown => [...vault.log.since(0)].at(-1);

  it('a scripted status is answered once, and the provider never sees that call', async () => {
    faulty({ match: { method: 'POST' }, status: 503 });
    expect((await create('a')).status).toBe(503);
    expect(ids()).toEqual([]);
    expect((await create('a')).status).toBe(200);
    expect(ids()).toEqual(['a']);
  });

  it('H11: a 500 may hide that the write was applied', async () => {
    faulty({ status: 500, applied: true });
    expect(await create('a')).toMatchObject({ status: 500, text: '' });
    expect(ids()).toEqual(['a']);
    expect(lastCall()).toMatchObject({ seq: 1, status: 500, mutated: true, accountId: 'a' });
  });

  it('H01 H25: a script sets headers and sends any body, as JSON or as it stands', async () => {
    faulty(
      { status: 429, headers: { 'Retry-After': '7' }, body: { error: 'slow down' } },
      { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>' },
      { headers: { 'X-Extra': 'yes' } },
    );
    const limited = await create('a');
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    expect(limited.body).toEqual({ error: 'slow down' });
    const page = await create('b');
    expect([page.headers.get('content-type'), page.text]).toEqual(['text/html', '<html>']);
    const untouched = await create('c');
    expect([untouched.headers.get('x-extra'), untouched.at('data', 'consumer_id')]).toEqual(['yes', 'c']);
    expect(ids()).toEqual(['c']);
  });

  it('H18: a connection dropped before applying leaves nothing behind', async () => {
    faulty({ drop: 'before' });
    expect(await failureOf(create('a'))).toBe('UND_ERR_SOCKET');
    expect(ids()).toEqual([]);
    expect(lastCall()).toMatchObject({ status: 0, mutated: false });
  });

  it('H20: a connection dropped after applying leaves the account behind', async () => {
    faulty({ drop: 'after' });
    expect(await failureOf(create('a'))).toBe('UND_ERR_SOCKET');
    expect(ids()).toEqual(['a']);
    expect(lastCall()).toMatchObject({ status: 0, mutated: true, accountId: 'a' });
  });

  it('H18: a connection can be reset instead of closed, before or after applying', async () => {
    faulty({ reset: true }, { reset: true, drop: 'after' });
    expect(await failureOf(create('a'))).toBe('ECONNRESET');
    expect(ids()).toEqual([]);
    expect(await failureOf(create('b'))).toBe('ECONNRESET');
    expect(ids()).toEqual(['b']);
  });

  it.each([0, 10])('H24: a body cut after %d bytes is not a whole answer', async (truncate) => {
    faulty({ truncate });
    const response = await fetch(`${vault.url}/vault/consumers`, { headers });
    expect(response.status).toBe(200);
    expect(await failureOf(response.text())).toBe('UND_ERR_SOCKET');
  });

  it('H38: a trickled body arrives byte by byte and whole in the end', async () => {
    faulty({ status: 200, body: '{"slow":true}', trickleMs: 5 });
    const start = performance.now();
    expect((await get('a')).body).toEqual({ slow: true });
    expect(performance.now() - start).toBeGreaterThan(13 * 4);
  });

  it('H21: a delayed request is applied although its client has long left', async () => {
    faulty({ delayMs: 100 });
    expect(await failureOf(create('a', AbortSignal.timeout(30)))).toBe('23'); // DOMException.TIMEOUT_ERR
    expect(ids()).toEqual([]);
    await until(() => ids().length === 1);
  });

  it('H21: a late answer belongs to a call that was applied at once', async () => {
    faulty({ latencyMs: 100 });
    const answer = create('a');
    await until(() => ids().length === 1);
    const start = performance.now();
    expect((await answer).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(50);
  });

  it('every answer takes the latency that is set', async () => {
    vault.latencyMs = 60;
    const start = performance.now();
    await create('a');
    expect(performance.now() - start).toBeGreaterThanOrEqual(58);
  });

  it.each([
    ['before', []],
    [true, []],
    ['after', ['a']],
  ] as const)('a call that hangs (%s) gets no answer until faults are cleared', async (hang, held) => {
    faulty({ hang });
    const failure = failureOf(create('a'));
    await until(() => vault.log.lastSeq === 1);
    expect(ids()).toEqual(held);
    vault.clearFaults();
    expect(await failure).toBe('UND_ERR_SOCKET');
    expect((await create('b')).status).toBe(200);
  });

  it('closing ends what hangs and what waits', async () => {
    faulty({ hang: true }, { delayMs: 60_000 });
    const failures = [failureOf(create('a')), failureOf(create('b'))];
    // A call that waits is in no log; one whose bytes were not read yet would end with a reset instead.
    await until(() => vault.log.lastSeq === 1 && vault.faults.every(({ hits }) => hits === 1));
    await vault.close();
    expect(await Promise.all(failures)).toEqual(['UND_ERR_SOCKET', 'UND_ERR_SOCKET']);
  });

  it('H40 H41: stale reads show what was there before, and only reads are stale', async () => {
    const metadata = (seen: Seen): unknown => seen.at('data', 'metadata');
    faulty({ match: { method: 'GET' }, times: 'always', staleReadMs: 5_000 });
    await create('a');
    expect((await get('a')).status).toBe(404);
    clock.time += 5_000;
    expect(metadata(await get('a'))).toEqual({});

    await call(`${vault.url}/vault/consumers/a`, {
      method: 'PATCH',
      headers,
      body: { metadata: { email: 'a@x' } },
    });
    expect(metadata(await get('a'))).toEqual({});
    clock.time += 5_000;
    expect(metadata(await get('a'))).toEqual({ email: 'a@x' });

    await call(`${vault.url}/vault/consumers/a`, { method: 'DELETE', headers });
    expect((await get('a')).status).toBe(200);
    expect((await call(`${vault.url}/vault/consumers`, { headers })).at('data')).toHaveLength(1);
    clock.time += 5_000;
    expect((await get('a')).status).toBe(404);
  });

  it('staleRead is short for five seconds', async () => {
    faulty({ times: 2, match: { mutating: false }, staleRead: true });
    await create('a');
    clock.time += 4_999;
    expect((await get('a')).status).toBe(404);
    clock.time += 1;
    expect((await get('a')).status).toBe(200);
  });

  it('a rule takes the calls that it matches, skips and counts; the first one in order wins', async () => {
    faulty(
      { match: { body: '"b"' }, status: 402 },
      { match: { method: 'post', path: '/vault/consumers$' }, skip: 1, times: 2, status: 500 },
      { match: { mutating: true }, times: 'always', status: 503 },
    );
    const statuses: number[] = [];
    for (const id of ['a', 'b', 'c', 'd', 'e']) statuses.push((await create(id)).status);
    expect(statuses).toEqual([503, 402, 500, 500, 503]);
    expect((await get('a')).status).toBe(404);
    expect(vault.faults.map(({ hits }) => hits)).toEqual([1, 2, 2]);
  });

  it('a rule without effect shields calls from the rules behind it', async () => {
    faulty({ match: { path: '/a$' } }, { times: 'always', status: 500 });
    expect([(await get('a')).status, (await get('a')).status]).toEqual([404, 500]);
  });

  it('a malformed rule is refused and nothing of its script is in force', () => {
    expect(() => {
      vault.addFaults([{ status: 500 }, { match: { path: '(' }, status: 500 }]);
    }).toThrow('is not a regular expression');
    expect(vault.faults).toEqual([]);
  });

  it('a reset drops what waits, so that an old call is not applied to the new world', async () => {
    faulty({ delayMs: 50 });
    const failure = failureOf(create('a'));
    await create('b');
    vault.reset();
    expect(await failure).toBe('UND_ERR_SOCKET');
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(ids()).toEqual([]);
    expect(vault.log.lastSeq).toBe(0);
  });

  it('the log tells who changed what, in order', async () => {
    await create('a');
    await get('a');
    await get('nobody');
    expect([...vault.log.since(1)]).toEqual([
      {
        seq: 2,
        time: clock.time,
        method: 'GET',
        path: '/vault/consumers/a',
        status: 200,
        mutated: false,
        accountId: 'a',
      },
      {
        seq: 3,
        time: clock.time,
        method: 'GET',
        path: '/vault/consumers/nobody',
        status: 404,
        mutated: false,
      },
    ]);
    expect(vault.summary().calls).toEqual({ total: 3, writes: 1, mutating: 1 });
  });

  it('an id left empty hits the collection, and a broken escape is refused', async () => {
    expect((await get('')).at('data')).toEqual([]);
    expect((await get('%E0%A4%A')).status).toBe(400);
  });
});
