import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startPostgres, type RunningPostgres } from './postgres.js';

const BUILT = resolve(import.meta.dirname, '../../dist/scripts/services/postgres.js');

describe('an embedded Postgres', () => {
  const running: RunningPostgres[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });

  async function start(options: Parameters<typeof startPostgres>[0]): Promise<RunningPostgres> {
    const server = await startPostgres(options);
    running.push(server);
    return server;
  }

  async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async function dataFolder(url: string): Promise<string> {
    const [row] = await ask(url, 'SHOW data_directory');
    return String(row?.['data_directory']);
  }

  it.each([
    { durable: true, fsync: 'on' },
    { durable: false, fsync: 'off' },
  ])('syncs its writes: $fsync, when durable is $durable', async ({ durable, fsync }) => {
    const { url } = await start({ durable });
    expect(
      await ask(
        url,
        `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`,
      ),
    ).toEqual([{ fsync, commit: 'on' }]);
  });

  it('lets nobody in without the password', async () => {
    const { url } = await start({ durable: false });
    await expect(ask(url.replace(/:[^:@]+@/, ':guess@'), 'SELECT 1')).rejects.toThrow(
      /password authentication failed/,
    );
  });

  it('keeps what was committed over a crash, on the same port', async () => {
    const server = await start({ durable: false });
    await ask(server.url, 'CREATE TABLE kept AS SELECT 1 AS id');
    await server.kill();
    await expect(ask(server.url, 'SELECT 1')).rejects.toThrow();
    await server.start();
    expect(await ask(server.url, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
  });

  it('is gone after stop, with its folder', async () => {
    const server = await startPostgres({ durable: false });
    const folder = await dataFolder(server.url);
    await server.stop();
    expect(existsSync(folder)).toBe(false);
    await expect(ask(server.url, 'SELECT 1')).rejects.toThrow();
  });

  it('ends with the process that started it, even when that one is killed', async () => {
    const script = `const { startPostgres } = await import(${JSON.stringify(BUILT)});
      console.log((await startPostgres({ durable: false })).url); setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer]; // a pipe without an encoding gives buffers
    const url = line.toString().trim();
    const folder = await dataFolder(url);
    owner.kill('SIGKILL');
    for (let tries = 0; tries < 100 && existsSync(folder); tries += 1) await delay(50);
    expect(existsSync(folder)).toBe(false);
    await expect(ask(url, 'SELECT 1')).rejects.toThrow();
  });
});
