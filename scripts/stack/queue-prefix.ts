import { randomBytes } from 'node:crypto';
import { forgetKeys } from '../services/forget-keys.js';
import type { Teardown } from './teardown.js';

/**
 * A queue of this run's own in a Redis that others may use too; it goes when the stack does. What a killed run leaves
 * behind is never read again.
 */
export async function ownQueuePrefix(redisUrl: string, teardown: Teardown): Promise<string> {
  const prefix = `rollcall-${randomBytes(6).toString('hex')}`;
  await teardown.add(() => forgetKeys(redisUrl, prefix));
  return prefix;
}
