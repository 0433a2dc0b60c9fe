/** Why a run that saw everything is not believed about who is missing. */
export type Suspicion = 'listing_empty' | 'everybody_missing' | 'too_many_missing';

const MISSING_AT_LEAST = 25;
const MISSING_PERCENT = 5;

/** How many of so many links may be missing before a listing is not believed any more. */
export function missingAtMost(compared: number): number {
  return Math.max(MISSING_AT_LEAST, Math.floor((compared * MISSING_PERCENT) / 100));
}

/**
 * Whether it is to be believed that so many are missing. A wrong app, a retired service and a broken filter look like
 * everybody, or a great many, having gone at once; people leave one by one. `null` when it is.
 */
export function suspicionOf(looked: {
  /** Accounts that were shown, of whomever. */
  readonly seen: number;
  /** Links of ours whose account should have been there. */
  readonly compared: number;
  readonly missing: number;
}): Suspicion | null {
  const { seen, compared, missing } = looked;
  if (missing === 0) return null;
  if (missing === compared) return seen === 0 ? 'listing_empty' : 'everybody_missing';
  return missing > missingAtMost(compared) ? 'too_many_missing' : null;
}
