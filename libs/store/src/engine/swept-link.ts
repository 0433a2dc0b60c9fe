import type { ObservedState, UserStatus } from '#domain';
import type { Asserted } from './work.js';

/** A settled link as a sweep compares it. */
export interface SweptLink {
  readonly userId: string;
  readonly accountId: string | null;
  readonly remoteKey: string;
  readonly assigned: boolean;
  readonly observedState: ObservedState | null;
  readonly observedMarker: string | null;
  readonly asserted: Asserted | null;
  readonly userStatus: UserStatus;
}
