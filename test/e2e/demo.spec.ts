import { describe, expect, it } from '@jest/globals';
import { startCommand } from '../support/command.js';
import { describeWithRedis, testRedisUrl } from '../support/redis.js';

const PROVIDERS = ['vault', 'sunshine', 'passage', 'sendauth'];

interface DemoResult {
  readonly ok: boolean;
  readonly users: number;
  readonly providers: Readonly<Record<string, { inSync: number; parked: number; calls: number }>>;
  readonly lifecycle: { readonly verified: boolean };
  readonly elapsedMs: number;
}

async function runDemo(settings: Readonly<Record<string, string>>): Promise<void> {
  const demo = startCommand('scripts/demo.js', ['--once', '--json'], settings);
  const code = await demo.ended();
  // The demo's own description of its last line.
  const result = JSON.parse(demo.lines.at(-1) ?? '{}') as DemoResult;

  expect(result).toMatchObject({ ok: true, lifecycle: { verified: true } });
  expect(result.users).toBeGreaterThanOrEqual(1000);
  expect(Object.keys(result.providers).sort()).toEqual([...PROVIDERS].sort());
  for (const { inSync, parked, calls } of Object.values(result.providers)) {
    expect(inSync + parked).toBe(result.users);
    expect(calls).toBeGreaterThan(0);
  }
  expect(code).toBe(0);
}

describe('the demo', () => {
  it('mirrors the example roster and walks people through their lifecycle, with the queue in Postgres', async () => {
    await runDemo({});
  }, 120_000);
});

describeWithRedis('the demo on Redis', () => {
  it('does the same', async () => {
    await runDemo({ REDIS_URL: await testRedisUrl() });
  }, 120_000);
});
