import type { UserStatus } from '#domain';
import type { Capabilities, LoweredStatus, LoweringCell } from '#identity-provider';

/** The canonical status as a provider shall show it. Someone out of scope is shown as deactivated, never as removed. */
export function lowerStatus(status: UserStatus, assigned: boolean): LoweredStatus {
  if (status === 'purging') return 'purged';
  return status === 'active' && !assigned ? 'deactivated' : status;
}

/** The cell of the semantics matrix that a status falls into at a provider. */
export function targetOf(status: LoweredStatus, capabilities: Capabilities): LoweringCell {
  return capabilities.lowering[status];
}
