import type { Certainty, MirroredUser, ObservedState, OwedEffect } from '#domain';
import type { LookupKey, NativeAttributes } from '#identity-provider';

/** What an account was last told to hold, and acknowledged. */
export interface Asserted {
  readonly attributes: NativeAttributes;
  /** Values of ours that drift was let stand over, by path. They are not written until the user is given another. */
  readonly tolerated?: NativeAttributes;
  readonly tags: Readonly<Record<string, string>> | null;
}

/** A create that was about to be sent and whose outcome is not known. */
export interface UnsettledCreate {
  readonly lookupKeys: readonly LookupKey[];
  readonly createdAt: Date;
  /** By the database's clock. */
  readonly ageMs: number;
}

/** A link as claimed: ours until the lease ends. */
export interface ClaimedLink {
  readonly userId: string;
  readonly provider: string;
  readonly leaseToken: string;
  /** The newest reason at the time of the claim; settled as `handled`. A bigint as text. */
  readonly wanted: string;
  readonly lane: number;
  readonly remoteKey: string;
  readonly accountId: string | null;
  readonly attempts: number;
  /** Stable word of what went wrong last; `null` when nothing did. */
  readonly lastError: string | null;
  readonly certainty: Certainty;
  readonly observedState: ObservedState | null;
  readonly observedMarker: string | null;
  readonly asserted: Asserted | null;
  readonly owed: readonly OwedEffect[];
  /**
   * How long ago, by the database's clock, a write was sent whose outcome was lost; until it is `lateArrivalMs` no read is
   * final. `null` when there is none.
   */
  readonly doubtAgeMs: number | null;
  /** Which status and attributes the account was last known to show; `null` before it showed any. */
  readonly appliedStatusRevision: number | null;
  readonly appliedAttributeRevision: number | null;
  readonly appliedAssignmentRevision: number;
  /** The account that the provider says ours was merged into: a hint, to be read before anything else. `null` without one. */
  readonly mergedInto: string | null;
  /** The plan of which a step was approved for this link; `null` when none was. */
  readonly approvedPlan: string | null;
  /** How often within the last days the account was put right although nobody edited its user. */
  readonly repairs: number;
  /** The claim before this one never settled: whatever it sent is unknown. */
  readonly lastClaimLost: boolean;
  /** How often in a row a claim of this link alone was lost. */
  readonly soloCrashes: number;
}

/** An approved step: a permission for exactly this, while the user stands where it was planned. */
export interface Approval {
  readonly planId: string;
  /** Keyed hash of the steps with everything in them. */
  readonly hash: Buffer;
  readonly statusRevision: number;
  readonly attributeRevision: number;
}

/** A claimed link with its user as read AFTER the claim, never with it. */
export interface Work extends ClaimedLink {
  readonly user: MirroredUser;
  /** Whether the user is in the provider's scope: by an override where there is one, else by the rule. */
  readonly assigned: boolean;
  /** The same by the rule alone. */
  readonly assignedByRule: boolean;
  /** Grows with every override of this user. */
  readonly assignmentRevision: number;
  /** The purge of this user is part of an erasure: it ends with receipts, and leaves nothing to the next holder of the key. */
  readonly isErasure: boolean;
  /** The user stands for an account of nobody that a person decided to destroy. */
  readonly isStandIn: boolean;
  /** Whose second account a stand-in stands for; `null` where it was to be nobody's. */
  readonly standsBeside: string | null;
  /** What may be done for this reason, and nothing else; `null` when nothing was approved. */
  readonly approval: Approval | null;
  readonly unsettledCreates: readonly UnsettledCreate[];
  /** A new account may be made in place of one that is gone: asked for, and not used yet. */
  readonly mayRecreate: boolean;
  /** The provider accepted a purge of this account: it is never sent again, only confirmed. */
  readonly purgeAccepted: boolean;
}
