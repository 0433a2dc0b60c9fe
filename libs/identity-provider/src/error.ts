import type { LookupKeyKind } from './account.js';

/**
 * Everything that can go wrong with a provider, as a closed set.
 * - `unreachable`: not sent, or a read that failed; nothing happened there
 * - `rateLimited`: told to wait; `retryAfterMs` is a floor for every worker
 * - `outcomeUnknown`: a write was sent and its answer is lost; it may have happened, or still happen
 * - `conflict`: the provider says something is in the way, without saying what
 * - `notFound`: the account is not there (and the provider itself is)
 * - `invalid`: the provider refuses the content
 * - `identifierTaken`: another account holds this unique key
 * - `unsupported`: the provider has no such operation
 * - `protocol`: an answer that is not what the provider describes (HTML, a wrong shape, a redirect)
 * - `unauthorized`, `paymentRequired`, `gone`: the whole provider refuses us
 */
export const PROVIDER_ERROR_KINDS = [
  'unreachable',
  'rateLimited',
  'outcomeUnknown',
  'conflict',
  'notFound',
  'invalid',
  'identifierTaken',
  'unsupported',
  'protocol',
  'unauthorized',
  'paymentRequired',
  'gone',
] as const;
export type ProviderErrorKind = (typeof PROVIDER_ERROR_KINDS)[number];

/**
 * Reason of a `protocol` error: the path that names one account answered with another one, as it may where accounts can
 * be merged. Nothing was written to either.
 */
export const ANSWERED_ANOTHER_USER = 'answered_another_user';

export interface ProviderErrorDetail {
  /** Stable word for logs and metrics: `ECONNREFUSED`, `headers_timeout`, `user_not_found`. Never free text from a provider. */
  readonly reason: string;
  /** HTTP status, where an answer came. */
  readonly status?: number;
  /** For `rateLimited` and 503: how long to leave the provider alone. */
  readonly retryAfterMs?: number;
  /** For `invalid`: the canonical attribute, where the provider names one. */
  readonly attribute?: string;
  /** For `identifierTaken`: the key that is taken, where the provider names it. */
  readonly taken?: LookupKeyKind;
}

/** The one error that adapters and the HTTP client throw. Its message holds no personal value and no secret. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';

  constructor(
    readonly kind: ProviderErrorKind,
    readonly detail: ProviderErrorDetail,
    options?: ErrorOptions,
  ) {
    super(
      `${kind}: ${detail.reason}${detail.status === undefined ? '' : ` (HTTP ${detail.status})`}`,
      options,
    );
  }
}

/** Thrown by `CallContext.admit`: this call must not start any more. Nothing was sent by it. */
export class CallNotStarted extends Error {
  override readonly name = 'CallNotStarted';

  constructor(readonly why: 'leaseEnding' | 'preempted' | 'paused' | 'stopping') {
    super(`call not started: ${why}`);
  }
}

/** What becomes of a link, or of its provider, after an error. */
export type Disposition =
  'retry' | 'pauseProvider' | 'reobserve' | 'park' | 'resolveTaken' | 'haltAll' | 'haltCreates';

/** The one table from kind to disposition. */
export const DISPOSITIONS: Readonly<Record<ProviderErrorKind, Disposition>> = {
  unreachable: 'retry',
  rateLimited: 'pauseProvider',
  outcomeUnknown: 'reobserve',
  conflict: 'reobserve',
  notFound: 'reobserve',
  invalid: 'park',
  unsupported: 'park',
  protocol: 'park',
  identifierTaken: 'resolveTaken',
  unauthorized: 'haltAll',
  gone: 'haltAll',
  paymentRequired: 'haltCreates',
};
