import type { CallContext, ProviderError } from '#identity-provider';

/** One request to a provider. */
export interface ProviderRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path segments below the base URL, not yet encoded. Refused when empty, `.`, `..`, or not encodable. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string | number>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Whether the call may change something there. (Default: everything but GET) */
  readonly mutating?: boolean;
  /** Tells this provider's own errors apart. (Default: the generic classification by status) */
  readonly explain?: ExplainError;
}

/** An answer below 400, fully read. */
export interface ProviderResponse {
  readonly status: number;
  /** Parsed JSON; `undefined` when the body was empty. */
  readonly json: unknown;
}

/** How a provider's own error answers are told apart. Called for statuses of 400 and above that are not generic. */
export type ExplainError = (
  status: number,
  json: unknown,
) => import('#identity-provider').ProviderError | null;

export interface ProviderClient {
  request(request: ProviderRequest, context: CallContext): Promise<ProviderResponse>;
  close(): Promise<void>;
}
