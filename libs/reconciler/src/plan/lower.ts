import type { UserStatus } from '#domain';
import type { LoweredStatus } from '#identity-provider';

/** The canonical status as a provider shall show it. Someone out of scope is shown as deactivated, never as removed. */
export function lowerStatus(status: UserStatus, assigned: boolean): LoweredStatus {
  if (status === 'purging') return 'purged';
  return status === 'active' && !assigned ? 'deactivated' : status;
}
