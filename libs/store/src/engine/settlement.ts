import type { Certainty, ObservedState, OwedEffect, ParkReason, UserStatus } from '#domain';
import type { ChargedStep, StepKind } from '#identity-provider';
import type { Grant } from './intend.js';
import type { Asserted, ClaimedLink } from './work.js';

/** A step that was acknowledged, or whose outcome is unknown, for the audit. */
export interface TakenStep {
  readonly kind: StepKind;
  readonly outcome: 'acknowledged' | 'unknown' | 'refused';
  /** Which debt it paid, where it paid one. */
  readonly effect?: OwedEffect;
  /** Native paths that were written. */
  readonly attributes: readonly string[];
  readonly status: number | null;
}

/** What is now known of the account. All of it is written: the lease makes us the only writer. */
export interface LinkKnowledge {
  readonly accountId: string | null;
  readonly certainty: Certainty;
  readonly observedState: ObservedState | null;
  readonly observedMarker: string | null;
  readonly asserted: Asserted | null;
  readonly owed: readonly OwedEffect[];
  readonly notEnforceable: boolean;
  readonly deferred: boolean;
}

/** The end of one pass over one link. */
export interface Settlement {
  readonly link: Pick<
    ClaimedLink,
    'userId' | 'provider' | 'leaseToken' | 'wanted' | 'accountId' | 'mergedInto' | 'approvedPlan'
  >;
  /**
   * `handled`: everything asked for by the claim's time is there. `again`: not yet, after `delayMs`.
   * `parked`: handled by waiting until the cause changes. `released`: nothing was tried.
   */
  readonly outcome: 'handled' | 'again' | 'parked' | 'released';
  readonly delayMs: number;
  readonly attempts: number;
  readonly knowledge: LinkKnowledge;
  /**
   * The debts that this pass knew of: those of its claim and those that it took on. One that stands in the row beside
   * them was added meanwhile, and is kept.
   */
  readonly seenOwed: readonly OwedEffect[];
  /** `set`: a write was sent now and its answer is lost. `clear`: a read after the waiting time settled the doubt. */
  readonly doubt: 'set' | 'keep' | 'clear';
  readonly applied: {
    readonly status: UserStatus;
    readonly statusRevision: number;
    readonly attributeRevision: number;
    readonly assignmentRevision: number;
  } | null;
  /** Whether the rule has the user in scope, as this pass read them; `null` when it did not ask. */
  readonly assignedByRule: boolean | null;
  readonly park: ParkReason | null;
  /** The link of ours that stands in the way, and how far it had come when it was seen. */
  readonly waitsFor: { readonly userId: string; readonly handled: string } | null;
  /** Stable word of what went wrong last; `null` when nothing did. */
  readonly lastError: string | null;
  /** What became of the intent of this pass, or of one found unsettled. */
  readonly intent:
    | { readonly kind: 'provision'; readonly outcome: 'known' }
    | {
        readonly kind: 'purge';
        /** `calledOff`: the account is not to be destroyed after all, and nothing says that it was. */
        readonly outcome: 'accepted' | 'applied' | 'calledOff';
        readonly evidence: PurgeEvidence;
      }
    | null;
  /** What the claim was told of a merge is found out; what was told since then is not. */
  readonly mergeIsOver: boolean;
  /** What became of the approved step; `null` while it may still be taken, or when none was. */
  readonly approval: 'applied' | 'stale' | null;
  /** The account was put right in this pass although nobody edited its user. */
  readonly isRepair: boolean;
  readonly steps: readonly TakenStep[];
  /** The step that was not taken because it waits for approval, or was rejected; `null` when none was. */
  readonly held: HeldStep | null;
  readonly room: RoomEnd;
  /** A mutating call was started in this pass; if the lease is lost, the link must be read again. */
  readonly mutated: boolean;
}

/** A held step and the status that it was planned for. */
export interface HeldStep extends ChargedStep {
  readonly statusRevision: number;
}

/**
 * What becomes of the room that was reserved for a link. `kept`: the step's outcome is not known, and room may still
 * come back. `used`: it is spent, or there was none. Given back: the step was not taken after all.
 */
export type RoomEnd = 'kept' | 'used' | { readonly unused: Grant };

/** What a receipt can point to. Each part is written when it comes to be known, and stays beside those before it. */
export interface PurgeEvidence {
  /** The provider's answer to the request to delete, as its HTTP status; 404 when there was nothing to delete any more. */
  readonly deletion?: EvidenceMoment & { readonly status: number };
  /** A later read that no longer found the account. */
  readonly absence?: EvidenceMoment;
}

interface EvidenceMoment {
  /** By the worker's clock, as ISO 8601 in UTC. */
  readonly at: string;
}
