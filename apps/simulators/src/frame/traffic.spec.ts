import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { call } from '../testing/call.js';
import { vaultDefinition } from '../vault/index.js';
import { RunningProvider } from './running-provider.js';
import { CUT_OFF, withoutSecrets, writeTraffic, type Exchange } from './traffic.js';

let folder: string;
let vault: RunningProvider;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-traffic-'));
  vault = await RunningProvider.start(vaultDefinition, { witness: writeTraffic(folder) });
});
afterEach(async () => {
  await vault.close();
  await rm(folder, { recursive: true });
});

async function recorded(): Promise<Exchange[]> {
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
  );
  const lines = texts.join('').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line) as Exchange); // written by the witness
}

function headers(): Record<string, string> {
  const { VAULT_API_KEY, VAULT_APP_ID } = vault.environment;
  return { authorization: `Bearer ${VAULT_API_KEY}`, 'x-apideck-app-id': VAULT_APP_ID ?? '' };
}

describe('the traffic of a simulator', () => {
  it('is written down as it was on the wire, before the caller has its answer', async () => {
    const body = { consumer_id: 'a b', metadata: { user_name: 'line\nbreak' } };
    await call(`${vault.url}/vault/consumers`, { method: 'POST', headers: headers(), body });
    const seen = await call(`${vault.url}/vault/consumers/a%20b?x=1`, { headers: headers() });
    const [create, get] = await recorded();
    expect(create).toMatchObject({
      provider: 'vault',
      method: 'POST',
      target: '/vault/consumers',
      status: 200,
    });
    expect(JSON.parse(create?.requestBody ?? '')).toEqual(body);
    expect(get).toMatchObject({ target: '/vault/consumers/a%20b?x=1', requestBody: '', status: 200 });
    expect(get?.responseBody).toBe(seen.text);
    expect(get?.responseHeaders['content-type']).toMatch(/^application\/json/);
  });

  it('holds no secret: credentials are reduced to their scheme, and other headers to having been there', async () => {
    await call(`${vault.url}/vault/consumers`, { headers: headers() });
    const [list] = await recorded();
    expect(list?.requestHeaders).toMatchObject({ authorization: 'Bearer', 'x-apideck-app-id': '*' });
    const line = JSON.stringify(list);
    for (const secret of Object.values(headers())) expect(line).not.toContain(secret.replace('Bearer ', ''));
    expect(withoutSecrets({ authorization: 'abc', 'x-app': '', 'content-type': 'a/b' })).toEqual({
      authorization: '*',
      'x-app': '',
      'content-type': 'a/b',
    });
  });

  it('leaves out what a fault touched, and keeps a path that cannot be read', async () => {
    vault.addFaults({ match: { method: 'GET' }, status: 503 });
    await call(`${vault.url}/vault/consumers`, { headers: headers() });
    await call(`${vault.url}/vault/consumers/%E0%A4%A`, { headers: headers() });
    expect((await recorded()).map(({ target, status }) => [target, status])).toEqual([
      ['/vault/consumers/%E0%A4%A', 400],
    ]);
  });

  it('ends with a line that says so when it grows past its bound', async () => {
    await vault.close();
    vault = await RunningProvider.start(vaultDefinition, { witness: writeTraffic(folder, 2_000) });
    for (let calls = 0; calls < 20; calls += 1) {
      await call(`${vault.url}/vault/consumers`, { headers: headers() });
    }
    const lines: unknown[] = await recorded();
    expect(lines.length).toBeLessThan(10);
    expect(lines.filter((line) => !Object.hasOwn(line as object, 'provider'))).toEqual([CUT_OFF]);
    expect(lines.at(-1)).toEqual(CUT_OFF);
  });
});
