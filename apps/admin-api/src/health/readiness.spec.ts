import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEmptyDatabase, createTestDatabase } from '../../../../test/support/database.js';
import { openDatabase } from '#store';
import { ReadinessProbe } from './readiness.js';

const up = { isReachable: () => Promise.resolve(true) };

describe('readiness', () => {
  let nowMs = 0;
  const clock = { now: () => new Date(nowMs), monotonicMs: () => nowMs };
  const closers: (() => Promise<void>)[] = [];
  let current: ReturnType<typeof openDatabase>;
  const open = (url: string) => {
    const database = openDatabase({
      url,
      poolSize: 2,
      applicationName: 'ready-test',
      onPoolError: () => undefined,
    });
    closers.push(() => database.close().catch(() => undefined)); // a test may have ended it already
    return database;
  };
  beforeAll(async () => {
    const whole = await createTestDatabase();
    current = open(whole.url);
    closers.push(() => whole.drop());
  });
  afterAll(async () => {
    for (const close of closers) await close();
  });

  it('P26 a database with this schema is ready, with the queue or without', async () => {
    const ready = { postgres: 'up', schema: 'current' };
    expect(await new ReadinessProbe({ database: current, queue: up, clock }).ask()).toEqual({
      ...ready,
      queue: 'up',
    });
    for (const isReachable of [() => Promise.resolve(false), () => Promise.reject(new Error('no'))]) {
      const probe = new ReadinessProbe({ database: current, queue: { isReachable }, clock });
      expect(await probe.ask()).toEqual({ ...ready, queue: 'down' });
    }
  });

  it('P26 a database with another schema is not', async () => {
    const empty = await createEmptyDatabase();
    const probe = new ReadinessProbe({ database: open(empty.url), queue: up, clock });
    closers.push(() => empty.drop());
    expect(await probe.ask()).toEqual({ postgres: 'up', schema: 'other', queue: 'up' });
  });

  it('Q06 a queue that never answers holds nobody up', async () => {
    const silent = { isReachable: () => new Promise<boolean>(() => undefined) };
    const startedAt = performance.now();
    const answer = await new ReadinessProbe({ database: current, queue: silent, clock }).ask();
    expect(answer).toEqual({ postgres: 'up', schema: 'current', queue: 'down' });
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });

  it('F04 a database that goes away is noticed by a probe that trusted its schema', async () => {
    const whole = await createTestDatabase();
    const database = open(whole.url);
    const probe = new ReadinessProbe({ database, queue: up, clock });
    expect((await probe.ask()).schema).toBe('current');
    await whole.drop();
    nowMs += 1_000;
    expect(await probe.ask()).toEqual({ postgres: 'down', schema: 'unknown', queue: 'up' });
  });
});
