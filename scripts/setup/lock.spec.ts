import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const LOCK = resolve(import.meta.dirname, 'lock.js');

describe('the set-up lock of a checkout', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rollcall-lock-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  /** A process that holds the lock for a moment and writes down when it entered and left. */
  async function holder(heldMs: number): Promise<number | null> {
    const script = `
      import { appendFile } from 'node:fs/promises';
      import { setTimeout as delay } from 'node:timers/promises';
      const { underLock } = await import(${JSON.stringify(LOCK)});
      const folder = ${JSON.stringify(folder)};
      await underLock({ folder, name: 'setup', onWait: () => undefined }, async () => {
        await appendFile(folder + '/diary', 'in ');
        await delay(${heldMs});
        await appendFile(folder + '/diary', 'out ');
      });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    await once(child, 'exit');
    return child.exitCode;
  }

  it('lets several processes in one after the other, and leaves nothing behind', async () => {
    const exitCodes = await Promise.all([holder(60), holder(60), holder(60), holder(60)]);
    expect(exitCodes).toEqual([0, 0, 0, 0]);
    expect(await readFile(join(folder, 'diary'), 'utf8')).toBe('in out in out in out in out ');
    expect(await readdir(folder)).toEqual(['diary']);
  });

  it('is taken over from a holder that was killed', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    await writeFile(join(folder, 'setup.lock'), `${hostname()} ${child.pid ?? ''}`);
    await Promise.all([holder(30), holder(30)]);
    expect(await readFile(join(folder, 'diary'), 'utf8')).toBe('in out in out ');
    expect(await readdir(folder)).toEqual(['diary']);
  });
});
