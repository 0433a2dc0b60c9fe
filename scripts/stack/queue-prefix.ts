import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Teardown } from './teardown.js';

const GIVE_UP_MS = 5_000;
const KEYS_A_SCAN = 500;

/**
 * A queue of this run's own in a Redis that others may use too; it goes when the stack does. What a killed run leaves
 * behind is never read again.
 */
export async function ownQueuePrefix(redisUrl: string, teardown: Teardown): Promise<string> {
  const prefix = `rollcall-${randomBytes(6).toString('hex')}`;
  await teardown.add(() => forget(redisUrl, prefix));
  return prefix;
}

async function forget(redisUrl: string, prefix: string): Promise<void> {
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    connectTimeout: GIVE_UP_MS,
    commandTimeout: GIVE_UP_MS,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined); // a Redis that is gone has forgotten already
  try {
    await redis.connect();
    let cursor = '0';
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}:*`, 'COUNT', KEYS_A_SCAN);
      if (keys.length > 0) await redis.unlink(...keys);
      cursor = next;
    } while (cursor !== '0');
  } catch {
    // What is left is never read again; a Redis that does not answer must not keep the stack from ending.
  } finally {
    redis.disconnect();
  }
}
