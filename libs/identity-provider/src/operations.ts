import type { AccountTarget } from './account.js';
import type { CallContext } from './identity-provider.js';

/** A stretch of time; `start` is before `end`. */
export interface Period {
  readonly start: Date;
  readonly end: Date;
}

/** Requests that were made on behalf of an account in a period. */
export interface UsageStats {
  readonly start: Date;
  readonly end: Date;
  readonly aggregatedRequestCount: number;
  /** By API of the provider. */
  readonly requestCounts: Readonly<Record<string, number>>;
}

/** Which page of what happened to an account, searched for what. */
export interface ActivityQuery {
  /** From 1. */
  readonly page: number;
  readonly perPage: number;
  /** A search of the provider's own scope and exactness. (Default: everything) */
  readonly q?: string;
}

/** One page of what happened to an account. */
export interface ActivityPage<Entry> {
  readonly entries: readonly Entry[];
  /** On all pages; `null` where the provider does not say. */
  readonly total: number | null;
}

/** Something that was done to an account, as the provider recorded it. */
export interface AccountAudit {
  /** Whom it was done to, as the provider refers to it. */
  readonly subject: string | null;
  readonly name: string | null;
  readonly type: string | null;
  /** Who did it, as the provider refers to it. */
  readonly actor: string | null;
  readonly action: string | null;
  readonly extras: Readonly<Record<string, unknown>>;
  readonly createdAt: Date | null;
}

/** Where a transaction stands. `unknown`: not told, or in a word that the description does not list. */
export type TransactionState = 'pending' | 'verified' | 'denied' | 'cancelled' | 'expired' | 'unknown';

/** One registration or authentication that a person was asked for. */
export interface AccountTransaction {
  readonly id: string | null;
  readonly state: TransactionState;
  readonly subject: string | null;
  readonly subjectName: string | null;
  /** Who asked for it. */
  readonly requestor: string | null;
  readonly context: string | null;
  readonly message: string | null;
  /** What the person said to it. */
  readonly userMessage: string | null;
  readonly createdAt: Date | null;
  readonly completedAt: Date | null;
  readonly expiresAt: Date | null;
}

/** What a person who is asked to authenticate is told. */
export interface AuthenticationRequest {
  readonly message?: string;
  /** Reference of a ConnectWise ticket. */
  readonly connectwise?: string;
}

/** A transaction that has begun; its state is found among the account's transactions. */
export interface StartedTransaction {
  readonly id: string;
}

/**
 * What a provider offers for one account beside mirroring it. A member is there exactly when the provider has the
 * operation; none of them is ever called by the reconciler. Targets have an `accountId` wherever the provider assigns it.
 *
 * Every member throws `ProviderError` and nothing else (besides `CallNotStarted`): `invalid` before anything is sent when
 * the input breaks a limit of the provider's description, `conflict` when the account's state is in the way (the reason
 * says which), `notFound` when the account is not there.
 */
export interface AccountOperations {
  /** Counts what was requested on the account's behalf. */
  readonly readStats?: (target: AccountTarget, period: Period, context: CallContext) => Promise<UsageStats>;
  /** What was done to the account, in the provider's order. */
  readonly readAudits?: (
    target: AccountTarget,
    query: ActivityQuery,
    context: CallContext,
  ) => Promise<ActivityPage<AccountAudit>>;
  /** What the person was asked for, in the provider's order. */
  readonly readTransactions?: (
    target: AccountTarget,
    query: ActivityQuery,
    context: CallContext,
  ) => Promise<ActivityPage<AccountTransaction>>;
  /** Invites the person to register passkeys. @throws ProviderError `conflict`, `already_has_passkeys` */
  readonly startRegistration?: (target: AccountTarget, context: CallContext) => Promise<StartedTransaction>;
  /** Asks the person to authenticate. @throws ProviderError `conflict`, `no_passkeys` */
  readonly startAuthentication?: (
    target: AccountTarget,
    request: AuthenticationRequest,
    context: CallContext,
  ) => Promise<StartedTransaction>;
  /** Destroys the person's passkeys: only the person can register new ones. */
  readonly removePasskeys?: (target: AccountTarget, context: CallContext) => Promise<void>;
}
