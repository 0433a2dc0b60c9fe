import type { ObservedState, UserAttributes, UserStatus } from '#domain';

/** A value as a provider spells it. `null`: the provider holds no value. */
export type NativeValue = string | number | boolean | null;

/**
 * Managed attributes of an account by native path (`metadata.email`, `profile.givenName`), in the provider's own
 * spelling. Every managed path is present; a path that we do not manage never is.
 */
export type NativeAttributes = Readonly<Record<string, NativeValue>>;

/** Attributes that can tell accounts apart at a provider. */
export type LookupKeyKind = 'remoteKey' | 'email' | 'phone';

/** One key to look an account up by, in the provider's spelling. */
export interface LookupKey {
  readonly kind: LookupKeyKind;
  readonly value: string;
}

/** Why a provider cannot hold a user as it is. Names the canonical attribute and the rule, never the value. */
export interface Violation {
  readonly attribute: string;
  readonly rule: string;
}

/** What the core wants mirrored for one user; the input of `normalize`. */
export interface Desired {
  readonly status: UserStatus;
  readonly attributes: UserAttributes;
  readonly remoteKey: string;
}

/** The account as this provider would spell it, so that equal means equal. */
export interface DesiredAccount {
  readonly attributes: NativeAttributes;
  /** The unique keys that the account will have there: sent with a create, and searched when its outcome is unknown. */
  readonly lookupKeys: readonly LookupKey[];
  /** Whole tag map to be set as an owed effect, where the provider has write-only tags. `null` elsewhere. */
  readonly tags: Readonly<Record<string, string>> | null;
  /** Empty when the provider can hold the user. */
  readonly violations: readonly Violation[];
}

/** An account as read from a provider. */
export interface Account {
  readonly accountId: string;
  /** What stands in the provider's key field; `null` where it has none. */
  readonly remoteKey: string | null;
  readonly state: Extract<ObservedState, 'live' | 'suspended' | 'softDeleted'>;
  /** The status that our marker spells, at providers that are suspended by a marker. */
  readonly marker: string | null;
  readonly attributes: NativeAttributes;
  /** The unique keys that the account holds, spelt as `normalize` would spell them. */
  readonly lookupKeys: readonly LookupKey[];
  /** When the provider says that it was created, where it says so. Only ever used to refuse an adoption. */
  readonly createdAt?: Date;
  /** It is the account whose credentials we call with: it stands in the way of its keys, and is never taken over. */
  readonly isOurLogin?: true;
}

/** An account's creation time as a provider spelled it; nothing when it cannot be read, since it may only ever refuse. */
export function createdAtOf(value: unknown): Pick<Account, 'createdAt'> {
  const createdAt = new Date(typeof value === 'string' ? value : '');
  return Number.isNaN(createdAt.getTime()) ? {} : { createdAt };
}

/** Which account a call is about. `accountId` is `null` until the provider assigned one. */
export interface AccountTarget {
  readonly accountId: string | null;
  readonly remoteKey: string;
}

/** What a read found. `account` is there when the state is live, suspended or softDeleted. */
export type Observation =
  | { readonly state: 'live' | 'suspended' | 'softDeleted'; readonly account: Account }
  | { readonly state: 'absent' | 'notLive' };

/** One page of a listing. `complete` is true on the last page only. */
export interface AccountPage {
  readonly accounts: readonly Account[];
  readonly complete: boolean;
  /** How many accounts the provider says there are, where it says so. */
  readonly total?: number;
}
