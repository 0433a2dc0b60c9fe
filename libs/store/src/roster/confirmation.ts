import type { User } from '#domain';
import { ConfirmationRefused } from './errors.js';

/** @throws ConfirmationRefused when the caller did not repeat the key of the user who is meant */
export function requireConfirmation(user: Pick<User, 'externalKey'>, confirm: string | undefined): void {
  if (confirm !== user.externalKey) throw new ConfirmationRefused(confirm !== undefined);
}
