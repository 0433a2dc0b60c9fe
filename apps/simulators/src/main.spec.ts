import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call } from './testing/call.js';

describe('the simulators as a process', () => {
  let built: string;

  beforeAll(async () => {
    built = await mkdtemp(join(tmpdir(), 'rollcall-simulators-'));
    await writeFile(join(built, 'package.json'), '{"type":"module"}');
    await symlink(resolve('node_modules'), join(built, 'node_modules'));
    await promisify(execFile)(process.execPath, [
      resolve('node_modules/@swc/cli/bin/swc.js'),
      'apps/simulators',
      '--config-file',
      '.swcrc',
      '-d',
      built,
    ]);
  });
  afterAll(() => rm(built, { recursive: true, force: true }));

  async function start(
    environment: Record<string, string> = {},
  ): Promise<{ child: ChildProcess; line: string }> {
    const entry = join(built, 'apps/simulators/src/main.js');
    const child = spawn(process.execPath, [entry], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return { child, line };
  }

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'prints one line when ready and ends at once on %s',
    async (signal) => {
      const { child, line } = await start();
      const { controlUrl, urls, environment } = JSON.parse(line) as {
        controlUrl: string;
        urls: Record<string, string>;
        environment: Record<string, string>;
      };
      expect((await call(`${controlUrl}/providers/vault/summary`)).status).toBe(200);
      expect(environment['VAULT_BASE_URL']).toBe(urls['vault']);

      await call(`${controlUrl}/providers/vault/faults`, { method: 'POST', body: { hang: true } });
      const hanging = call(`${String(urls['vault'])}/vault/consumers`).catch(() => 'ended');
      await new Promise((done) => setTimeout(done, 50));
      const asked = performance.now();
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([0, null]);
      expect(performance.now() - asked).toBeLessThan(2_000);
      expect(await hanging).toBe('ended');
    },
  );

  it('the control API listens where the environment says', async () => {
    const first = await start();
    const { controlUrl } = JSON.parse(first.line) as { controlUrl: string };
    first.child.kill();
    await once(first.child, 'exit');

    const second = await start({ ROLLCALL_SIMULATORS_PORT: new URL(controlUrl).port });
    expect(JSON.parse(second.line)).toMatchObject({ controlUrl });
    second.child.kill();
    await once(second.child, 'exit');
  });
});
