import type { OwedEffect } from '#domain';

/** An account as the provider itself keeps it, whatever its API would say of it. */
export interface HeldAccount {
  readonly accountId: string;
  readonly state: string;
  /** The provider's own shape. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** What goes wrong with the next write: its answer or the write itself is lost, or the answer is cut. */
export type BrokenWrite = 'answerLost' | 'neverArrived' | 'answerCut';

/** The accounts that a list of the provider shows. */
export type ListName = 'live' | 'softDeleted';

/**
 * What is wrong with every listing from now on.
 * - `samePage`: every call is answered with the first page, and that more follow
 * - `roundabout`: the second page leads back to the first
 * - `endless`: the same page again and again, each with a new promise of more
 * - `emptyForEver`: nothing behind the first page, and always a promise of more
 * - `hole`: the second page has shrunk to nothing
 * - `emptied`: nothing at all, though what is counted is counted
 * - `vanished`: nothing at all, and nothing counted
 * - `overstated`, `understated`: another total than there are accounts, where one is told
 * - `shortPages`: half as many accounts a page as were asked for
 * - `doubledRows`: one account twice on a page, another on two pages
 * - `refusedOnce`, `refused`: what leads to the second page is not taken any more, once or always (HTTP 400)
 */
export type ListingDisturbance =
  | 'samePage'
  | 'roundabout'
  | 'endless'
  | 'emptyForEver'
  | 'hole'
  | 'emptied'
  | 'vanished'
  | 'overstated'
  | 'understated'
  | 'shortPages'
  | 'doubledRows'
  | 'refusedOnce'
  | 'refused';

/** The other side of a provider: state is judged here and never by asking the adapter. */
export interface BackDoor {
  /** As new, with this run's behaviour: no accounts, no faults. */
  reset(): void;
  /** Every account, soft-deleted ones too, and those whose deletion is not over. */
  held(): readonly HeldAccount[];
  /** Calls so far that ask for a change, whatever became of them. */
  writes(): number;
  /** Changes one account behind our back: the named members, merged into what it holds. */
  alter(accountId: string, members: Readonly<Record<string, unknown>>): void;
  remove(accountId: string): void;
  /** Adds so many accounts of strangers. */
  crowd(count: number, list?: ListName): void;
  /** Moves an account to the one or the other end of its list. */
  reorder(accountId: string, to: 'first' | 'last'): void;
  /** Whether a list tells how many accounts there are. */
  counts(list: ListName): boolean;
  /** Puts something wrong into every listing of the accounts that there are. */
  disturbListing(how: ListingDisturbance, of: { readonly list: ListName; readonly pageSize: number }): void;
  breakNextWrite(how: BrokenWrite): void;
  /** Every call from the `skip`th on is answered so, as by a server that knows nothing of the API. */
  breakAll(fault: { readonly status: number; readonly skip?: number }): void;
  heal(): void;
  /** Members that the adapter does not manage, to be set on an account and expected to stay. */
  readonly unmanaged: Readonly<Record<string, unknown>>;
  /** Where our marker is kept, where the provider is suspended by one. */
  readonly markerPath: string | null;
  /** For each effect that a suspension or a tag map owes: what makes it due in an account, and whether it is paid. */
  readonly owed: Partial<Readonly<Record<OwedEffect, OwedProof>>>;
}

/** How an owed effect, which no call of the provider shows, is seen from behind. */
export interface OwedProof {
  readonly due: Readonly<Record<string, unknown>>;
  isPaid(account: HeldAccount): boolean;
}

/** Reads a dotted path in the provider's own shape. Missing, `undefined`, `null` and `''` are all "no value". */
export function valueAt(raw: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = raw;
  for (const name of path.split('.')) {
    value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : null;
  }
  return value === '' || value === undefined ? null : value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
