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

/** An answer below 300, fully read. */
export interface ProviderResponse {
  readonly status: number;
  /** Parsed JSON; `undefined` when the body was empty. */
  readonly json: unknown;
}

/**
 * How a provider's own error answers are told apart. Asked first, for every status of 400 and above; `json` is
 * `undefined` when the answer held none. `null` leaves the answer to the generic classification.
 */
export type ExplainError = (status: number, json: unknown) => ProviderError | null;

/** One provider over HTTP. */
export interface ProviderClient {
  /**
   * Sends one request, once, after `context.admit` let it. Never replays, never follows a redirect.
   * @throws ProviderError for everything but an answer below 300; `unsupported` for whatever is not a GET in a context
   * that only reads, and then nothing was sent
   * @throws CallNotStarted when the context admits it no more; nothing was sent
   */
  request(request: ProviderRequest, context: CallContext): Promise<ProviderResponse>;
  /** Ends its connections, after the calls that are in flight. */
  close(): Promise<void>;
}
