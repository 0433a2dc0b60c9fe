import type { ObservedState, OwedEffect, ParkReason } from '#domain';
import type {
  Capabilities,
  DesiredAccount,
  LoweredStatus,
  LoweringCell,
  NativeAttributes,
  ProviderStep,
} from '../src/index.js';

/** What the core decides from. */
export interface Planning {
  readonly status: LoweredStatus;
  /** What the status means at an instance that chooses nothing. */
  readonly target: LoweringCell;
  readonly desired: DesiredAccount;
  readonly observed: {
    readonly state: ObservedState;
    readonly marker: string | null;
    readonly attributes: NativeAttributes | null;
    readonly tags: Readonly<Record<string, string>> | null;
  };
  readonly owed: readonly OwedEffect[];
  readonly hadAccount: boolean;
  readonly mayRecreate: boolean;
  readonly isErasure: boolean;
  readonly purgeAccepted: boolean;
  readonly capabilities: Capabilities;
}

/** What the core decides, as far as the suite looks at it. */
export interface Planned {
  readonly steps: readonly ProviderStep[];
  readonly park: ParkReason | null;
  readonly owes: readonly OwedEffect[];
  readonly waives: readonly OwedEffect[];
}

/** The core's one decision. The port knows no core, so whoever calls the suite hands in the reconciler's `plan`. */
export type Decide = (input: Planning) => Planned;
