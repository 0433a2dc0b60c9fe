import { createHmac } from 'node:crypto';

/**
 * An account by which it can be told again and that tells it to nobody: whoever knows the account and the deployment's
 * key comes to the same hash.
 */
export function hashOfAccount(hashKey: Buffer, provider: string, accountId: string): Buffer {
  return createHmac('sha256', hashKey).update(`account ${provider} ${accountId}`).digest();
}
