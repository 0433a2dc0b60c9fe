import { Redis } from 'ioredis';

const GIVE_UP_MS = 5_000;
const KEYS_A_SCAN = 500;

/** Removes every key below a prefix from a Redis that others may use too. Never throws: what is left is never read again. */
export async function forgetKeys(redisUrl: string, prefix: string): Promise<void> {
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
    // A Redis that does not answer must keep nobody from ending.
  } finally {
    redis.disconnect();
  }
}
