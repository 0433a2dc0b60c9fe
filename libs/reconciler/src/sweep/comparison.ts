import type { ObservedState } from '#domain';
import type { Account, LookupKeyKind } from '#identity-provider';
import type { SweptLink } from '#store';

/** What differs between a link and its account. */
export interface Drift {
  /** Native paths whose value is not the one that was asserted. */
  readonly attributes: readonly string[];
  /** The state that was known, and the one that is shown; `null` when they are the same. */
  readonly state: { readonly known: ObservedState; readonly shown: ObservedState } | null;
  /** The marker is not the one that was written. */
  readonly marker: boolean;
}

/**
 * What one account, or one link of ours, comes to.
 * - `inStep`: the account of a link, as it was left
 * - `drifted`: the account of a link, and something differs
 * - `mismatched`: the account of a link, and it carries somebody else's key; `null` when the provider answers with another
 * - `absent`: a link whose account a complete listing does not show, or a read does not find
 * - `unlinked`: nobody's account that carries our key, or a unique key of exactly one user who has no account there
 * - `disputed`: an account that several users, or a user who has another account there, could claim
 * - `duplicate`: another account that holds a key which a linked account holds too
 * - `orphan`: an account of nobody in the roster
 * - `underWay`: an account of which nothing can be said yet, since something is under way for it here
 */
export type Comparison =
  | { readonly situation: 'inStep'; readonly link: SweptLink }
  | {
      readonly situation: 'drifted';
      readonly link: SweptLink;
      readonly account: Account;
      readonly drift: Drift;
    }
  | { readonly situation: 'mismatched'; readonly link: SweptLink; readonly account: Account | null }
  | { readonly situation: 'absent'; readonly link: SweptLink }
  | {
      readonly situation: 'unlinked' | 'disputed' | 'duplicate';
      readonly account: Account;
      /** Who could claim it. */
      readonly userIds: readonly string[];
      readonly by: LookupKeyKind;
    }
  | { readonly situation: 'orphan' | 'underWay'; readonly account: Account };

/** What a link of ours comes to. */
export type LinkComparison = Extract<Comparison, { readonly link: SweptLink }>;

/** Whether anything may come of it. Of an account that is in step, drift that was let stand may be reported. */
export function tellsSomething({ situation, link }: LinkComparison): boolean {
  return situation !== 'inStep' || link.asserted?.tolerated !== undefined;
}

/** Where what a sweep finds goes. Called page by page, one call at a time. */
export interface SweepSink {
  /**
   * @param moment when what is compared was asked for, by the database's clock; whatever settled since is not to be touched
   * @throws whatever its store throws; the run is then taken over when its lease has run out
   */
  take(page: readonly Comparison[], moment: string): Promise<void>;
  /** Called once, with whether everything was seen. What was not shown is only known to be gone when it was. */
  end(isComplete: boolean): Promise<void>;
}
