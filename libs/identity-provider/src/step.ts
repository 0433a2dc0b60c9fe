import type { ChangeClass, ObservedState, OwedEffect } from '#domain';
import type { Account, NativeAttributes } from './account.js';

/**
 * What is to be done to one account: plain data, so that it can be stored, compared and shown.
 * `attributes` is always the whole set of managed attributes that the account shall hold after the step;
 * `changed` names the native paths that differ from what it was last known to hold (all of them when that is unknown).
 */
export type ProviderStep =
  | { readonly kind: 'provision'; readonly attributes: NativeAttributes }
  | { readonly kind: 'update'; readonly attributes: NativeAttributes; readonly changed: readonly string[] }
  | { readonly kind: 'suspend'; readonly marker: string | null; readonly attributes: NativeAttributes }
  | { readonly kind: 'reactivate'; readonly attributes: NativeAttributes }
  | { readonly kind: 'softDelete' }
  | { readonly kind: 'restore' }
  | { readonly kind: 'purge' }
  | {
      readonly kind: 'discharge';
      readonly effect: OwedEffect;
      /** For `setTags`: the whole map. Empty otherwise. */
      readonly tags: Readonly<Record<string, string>>;
    };

/** Steps that the core takes without a call. */
export type CoreStep =
  | { readonly kind: 'link'; readonly accountId: string }
  | { readonly kind: 'unlink' }
  | { readonly kind: 'report'; readonly code: 'not_enforceable' };

export type Step = ProviderStep | CoreStep;
export type StepKind = Step['kind'];

/** A step that a budget for mass changes may hold, and the state of the account that it was planned from. */
export interface ChargedStep {
  readonly class: ChangeClass;
  readonly kind: StepKind;
  readonly state: ObservedState;
}

/** What a provider acknowledged. */
export interface Applied {
  /** The account's id, where the answer told it. */
  readonly accountId?: string;
  /**
   * The account as the answer showed it. It may only demote: an echo that differs from what was sent makes the
   * observation stale, one that agrees proves no more than the acknowledgement.
   */
  readonly echo?: Account;
  /** False when the effect is only accepted and must be confirmed by a later read (asynchronous purge). */
  readonly confirmed: boolean;
  /** The HTTP status that acknowledged the step, for receipts. */
  readonly status: number;
}
