import { randomBytes } from 'node:crypto';
import { Queue, createPostgresBackend, type PostgresConnectionOptions } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { forgetKeys } from '../../../scripts/services/forget-keys.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import {
  describeWithOwnRedis,
  describeWithRedis,
  startRedis,
  testRedisUrl,
} from '../../../test/support/redis.js';
import { until } from '../../../test/support/until.js';
import { DoorbellQueue } from './doorbell-queue.js';
import type { DoorbellJob } from './doorbell.js';

const USER = '01a1fbe3-a847-75a5-9db9-b37b20510ae0';

/** Puts a job into a queue behind our back. */
type Slip = (queue: string, data: unknown) => Promise<void>;
/** How many jobs a queue keeps of those that ended. */
type CountEnded = (queue: string) => Promise<number>;

interface Ground {
  readonly redisUrl: string | null;
  readonly prefix: string;
  readonly slip: Slip;
  readonly countEnded: CountEnded;
  close(): Promise<void>;
}

async function redisGround(): Promise<Ground> {
  const redisUrl = await testRedisUrl();
  const prefix = `test-${randomBytes(4).toString('hex')}`;
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null, protocol: 2 });
  const queues: Queue[] = [];
  const open = (name: string): Queue => {
    const queue = new Queue(name, { connection, prefix });
    queues.push(queue);
    return queue;
  };
  return {
    redisUrl,
    prefix,
    slip: async (name, data) => {
      await open(name).add('doorbell', data);
    },
    countEnded: async (name) => await open(name).getJobCountByTypes('completed', 'failed'),
    async close() {
      for (const queue of queues) await queue.close();
      connection.disconnect();
      await forgetKeys(redisUrl, prefix);
    },
  };
}

function postgresGround(databaseUrl: string): Promise<Ground> {
  const pool = new pg.Pool({ connectionString: databaseUrl, options: '-c search_path=bullmq' });
  pool.on('error', () => undefined);
  // BullMQ describes a pool by hand; any pg.Pool is what it means.
  const connection = pool as unknown as PostgresConnectionOptions;
  const withQueue = async <Result>(
    name: string,
    use: (queue: Pick<Queue, 'add' | 'getJobCountByTypes'>) => Promise<Result>,
  ): Promise<Result> => {
    const queue = new Queue(name, { connection }, createPostgresBackend);
    queue.on('error', () => undefined);
    try {
      return await use(queue);
    } finally {
      await queue.close();
    }
  };
  return Promise.resolve({
    redisUrl: null,
    prefix: 'unused',
    slip: (name, data) =>
      withQueue(name, async (queue) => {
        await queue.add('doorbell', data);
      }),
    countEnded: (name) => withQueue(name, (queue) => queue.getJobCountByTypes('completed', 'failed')),
    close: () => pool.end(),
  });
}

function suite(makeGround: (databaseUrl: string) => Promise<Ground>): void {
  let database: TestDatabase;
  let ground: Ground;
  let queue: DoorbellQueue;
  let errors: Error[];

  beforeEach(async () => {
    database = await createTestDatabase();
    ground = await makeGround(database.url);
    errors = [];
    queue = await DoorbellQueue.open(
      {
        redisUrl: ground.redisUrl,
        databaseUrl: database.url,
        prefix: ground.prefix,
        onError: (error) => errors.push(error),
      },
      ['vault', 'passage'],
    );
    await until(() => queue.isReachable());
  });
  afterEach(async () => {
    await queue.close(2_000);
    await ground.close();
    await database.drop();
  });

  it('a bell is answered at the provider it was rung for, with its lane and hints and nothing else', async () => {
    const heard: DoorbellJob[] = [];
    queue.answer('vault', 1, (job) => Promise.resolve(void heard.push(job)));
    queue.answer('passage', 1, (job) => Promise.resolve(void heard.push(job)));
    queue.ring(['vault'], 'live', [USER]);
    await until(() => heard.length === 1);
    expect(heard).toEqual([{ v: 1, provider: 'vault', lane: 'live', hint: [USER] }]);

    queue.ring('all', 'revocation');
    await until(() => heard.length === 3);
    expect(
      heard
        .slice(1)
        .map((job) => job.provider)
        .sort(),
    ).toEqual(['passage', 'vault']);
  });

  it('a revocation is answered before whatever was rung earlier', async () => {
    for (const lane of ['backfill', 'live', 'restore'] as const) queue.ring(['vault'], lane);
    await new Promise((resolve) => setTimeout(resolve, 150));
    queue.ring(['vault'], 'revocation');
    await new Promise((resolve) => setTimeout(resolve, 150));
    const lanes: string[] = [];
    queue.answer('vault', 1, (job) => Promise.resolve(void lanes.push(job.lane)));
    await until(() => lanes.length === 4);
    expect(lanes[0]).toBe('revocation');
  });

  it('tops up to two bells a lane, however often it is asked', async () => {
    for (let n = 0; n < 6; n += 1) expect(await queue.topUp('vault', 'backfill')).toBe(true);
    for (let n = 0; n < 6; n += 1) expect(await queue.topUp('vault', 'revocation')).toBe(true);
    const lanes: string[] = [];
    queue.answer('vault', 1, (job) => Promise.resolve(void lanes.push(job.lane)));
    await until(() => lanes.length >= 4);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(lanes).toEqual(['revocation', 'revocation', 'backfill', 'backfill']);
  });

  it('Q17: a job that nobody understands fails, and the worker lives', async () => {
    const heard: DoorbellJob[] = [];
    queue.answer('vault', 1, (job) => Promise.resolve(void heard.push(job)));
    await ground.slip('doorbell-vault', { v: 99, email: 'ada@example.com' });
    await ground.slip('doorbell-vault', 'garbage');
    queue.ring(['vault'], 'live');
    await until(() => heard.length === 1);
    expect(heard).toEqual([{ v: 1, provider: 'vault', lane: 'live' }]);
  });

  it('an answer that throws is not repeated, and later bells are answered', async () => {
    let answers = 0;
    queue.answer('vault', 1, () => {
      answers += 1;
      return answers === 1 ? Promise.reject(new Error('boom')) : Promise.resolve();
    });
    queue.ring(['vault'], 'live');
    await until(() => answers === 1);
    queue.ring(['vault'], 'live');
    await until(() => answers === 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(answers).toBe(2);
  });

  it('Q20: answered bells leave nothing behind', async () => {
    let answers = 0;
    queue.answer('vault', 4, () => Promise.resolve(void (answers += 1)));
    for (let n = 0; n < 200; n += 1) queue.ring(['vault'], 'revocation');
    await until(() => answers === 200);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await ground.countEnded('doorbell-vault')).toBe(0);
  });

  it('Q19: providers of any allowed slug have queues', async () => {
    const other = await DoorbellQueue.open(
      {
        redisUrl: ground.redisUrl,
        databaseUrl: database.url,
        prefix: ground.prefix,
        onError: () => undefined,
      },
      ['vault-eu-2'],
    );
    await until(() => other.isReachable());
    const heard: string[] = [];
    other.answer('vault-eu-2', 1, (job) => Promise.resolve(void heard.push(job.provider)));
    other.ring('all', 'live');
    await until(() => heard.length === 1);
    expect(heard).toEqual(['vault-eu-2']);
    await other.close(2_000);
  });
}

describe('doorbells on Postgres', () => {
  suite(postgresGround);
});

describeWithRedis('doorbells on Redis', () => {
  suite(redisGround);
});

describeWithOwnRedis('a Redis that is away', () => {
  it('is nobody to wait for: rings return, a top-up says no, and the end comes in time', async () => {
    const redis = await startRedis();
    const database = await createTestDatabase();
    const errors: Error[] = [];
    const queue = await DoorbellQueue.open(
      {
        redisUrl: redis.url,
        databaseUrl: database.url,
        prefix: 'test',
        onError: (error) => errors.push(error),
      },
      ['vault'],
    );
    await until(() => queue.isReachable());
    queue.answer('vault', 1, () => Promise.resolve());
    await redis.kill();
    const startedMs = performance.now();
    queue.ring('all', 'live');
    const rungMs = performance.now() - startedMs;

    expect(await queue.topUp('vault', 'live')).toBe(false);
    await queue.close(1_000);
    const tookMs = performance.now() - startedMs;
    await redis.stop();
    await database.drop();

    expect(rungMs).toBeLessThan(50);
    expect(tookMs).toBeLessThan(6_000);
    expect(errors.length).toBeGreaterThan(0);
  });
});
