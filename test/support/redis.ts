import { afterAll, describe } from '@jest/globals';
import { findRedisServer, startRedis, type RunningRedis } from '../../scripts/services/redis.js';

export { startRedis, type RunningRedis } from '../../scripts/services/redis.js';

const given = process.env['ROLLCALL_TEST_REDIS_URL'] ?? process.env['REDIS_URL'] ?? '';
const canStart = (await findRedisServer()) !== null;

let own: Promise<RunningRedis> | null = null;

// A spec run by hand has no server from the test runner. It starts one when it first needs it, for that file.
afterAll(async () => {
  await (await own)?.stop();
  own = null;
});

/**
 * The Redis that tests share: the one of the runner or of REDIS_URL, else this file's own. Its content is everybody's:
 * use names of your own, and never flush it.
 */
export async function testRedisUrl(): Promise<string> {
  if (given !== '') return given;
  own ??= startRedis();
  return (await own).url;
}

/** A group of tests that use the shared Redis; skipped, by name, where there is none. */
export const describeWithRedis: typeof describe | typeof describe.skip =
  given !== '' || canStart ? describe : describe.skip;

/** A group of tests that start a Redis of their own, to kill, flush or freeze it; skipped where that cannot be. */
export const describeWithOwnRedis: typeof describe | typeof describe.skip = canStart
  ? describe
  : describe.skip;
