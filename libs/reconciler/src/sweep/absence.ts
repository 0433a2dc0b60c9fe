/** Why a run that saw everything is not believed about who is missing. */
export type Suspicion = 'listing_empty' | 'everybody_missing' | 'too_many_missing';

const MISSING_AT_LEAST = 25;
const MISSING_PERCENT = 5;

/** How many of so many links may be missing before a listing is not believed any more. */
export function missingAtMost(compared: number): number {
  return Math.max(MISSING_AT_LEAST, Math.floor((compared * MISSING_PERCENT) / 100));
}

/** Whether an account that was last seen in this state is one that a provider should show. */
export function isThere(state: string | null): boolean {
  return state !== 'absent' && state !== 'notLive';
}

/** How many accounts of ours a provider should show, of those that are known, by the state in which each was last seen. */
export function howManyThere(accounts: Readonly<Record<string, number>>): number {
  return Object.entries(accounts).reduce((sum, [state, n]) => (isThere(state) ? sum + n : sum), 0);
}

/**
 * Whether it is to be believed that so many are missing. A wrong app, a retired service and a broken filter look like
 * everybody, or a great many, having gone at once; people leave one by one. An empty list is suspicious also when nobody
 * could be compared: whoever is due is not missing from it, and not in it either. `null` when it is to be believed.
 */
export function suspicionOf(looked: {
  /** Accounts that were shown, of whomever. */
  readonly seen: number;
  /** Accounts of ours that should have been shown, whatever is under way for them. */
  readonly known: number;
  /** Links of ours whose account should have been there, and could be told to be missing. */
  readonly compared: number;
  readonly missing: number;
}): Suspicion | null {
  const { seen, known, compared, missing } = looked;
  if (seen === 0 && known > 0) return 'listing_empty';
  if (missing === 0) return null;
  if (missing === compared) return 'everybody_missing';
  return missing > missingAtMost(compared) ? 'too_many_missing' : null;
}

/**
 * Whether a list shows our accounts, so that a halt over an earlier one is over: all but as many as may be missing, due
 * or not. One of which nobody could be compared raises no suspicion, and is no proof of health either.
 */
export function isHealthy({ known, shown }: { readonly known: number; readonly shown: number }): boolean {
  return suspicionOf({ seen: shown, known, compared: known, missing: Math.max(0, known - shown) }) === null;
}
