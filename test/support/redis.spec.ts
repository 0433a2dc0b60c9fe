import { afterEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  describeWithOwnRedis,
  describeWithRedis,
  startRedis,
  testRedisUrl,
  type RunningRedis,
} from './redis.js';

/** Answers at once or fails: no retries that would hide what the server does. */
function clientOf(url: string): Redis {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  client.on('error', () => undefined);
  return client;
}

describeWithRedis('the shared Redis', () => {
  it('keeps what it is given rather than evict it', async () => {
    const client = clientOf(await testRedisUrl());
    try {
      expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    } finally {
      client.disconnect();
    }
  });
});

describeWithOwnRedis('a Redis of one test', () => {
  let redis: RunningRedis | null = null;
  let client: Redis | null = null;

  afterEach(async () => {
    client?.disconnect();
    await redis?.stop();
    redis = null;
  });

  async function start(): Promise<{ redis: RunningRedis; client: Redis }> {
    redis = await startRedis();
    client = clientOf(redis.url);
    await client.connect();
    return { redis, client };
  }

  it('comes back empty on the same port after it was killed', async () => {
    const { redis, client } = await start();
    await client.set('key', 'value');
    await redis.kill();
    await expect(client.get('key')).rejects.toThrow();
    await redis.start();
    await client.connect();
    expect(await client.get('key')).toBeNull();
  });

  it('answers nothing while it is paused, and everything after', async () => {
    const { redis, client } = await start();
    redis.pause();
    let answer: string | null = null;
    const pending = client.set('key', 'value').then((said) => {
      answer = said;
    });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(answer).toBeNull();
    redis.resume();
    await pending;
    expect(answer).toBe('OK');
  });

  it('can be stopped while it is paused, and nothing listens there any more', async () => {
    const { redis, client } = await start();
    redis.pause();
    await redis.stop();
    client.disconnect();
    await expect(clientOf(redis.url).connect()).rejects.toThrow();
  });
});
