import { z } from 'zod';
import type { ProviderClient } from './client.js';
import { createProviderClient } from './provider-client.js';

/** The settings that every provider over HTTP has, whatever its credentials are. */
export const connectionSettings = {
  /** Everything is addressed below it. */
  BASE_URL: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }),
  /** Calls in flight at most, those of revocations among them. (Default: 32) */
  CONCURRENCY: z.coerce.number().int().positive().default(32),
  /** From admission to the last byte of an answer. (Default: 10000) */
  CALL_TIMEOUT_MS: z.coerce.number().int().positive().default(10_000),
};

type Headers = Readonly<Record<string, string>>;

/** How a provider is told who calls, and what no error may show because of it. */
export interface Credentials {
  /** A function is asked before each request, for credentials that are renewed while we run. */
  readonly headers: Headers | (() => Headers | Promise<Headers>);
  /** What stays secret for good; what `headers` give is kept out of errors without being named here. */
  readonly secrets: readonly string[];
}

/** A key that is sent as it is. @see RFC 6750 */
export function bearer(key: string): Credentials {
  return { headers: { authorization: `Bearer ${key}` }, secrets: [key] };
}

/** A name and a password. @see RFC 7617 */
export function basic(name: string, password: string): Credentials {
  const encoded = Buffer.from(`${name}:${password}`).toString('base64');
  return { headers: { authorization: `Basic ${encoded}` }, secrets: [password, encoded] };
}

const USER_AGENT = 'rollcall';

/** Opens a client that sends these credentials, and any further headers, with every request. */
export function openConnection(
  settings: { readonly BASE_URL: string; readonly CONCURRENCY: number; readonly CALL_TIMEOUT_MS: number },
  credentials: Credentials,
  further: Headers = {},
): ProviderClient {
  return createProviderClient({
    baseUrl: settings.BASE_URL,
    headers: headersOf(credentials, further),
    timeoutMs: settings.CALL_TIMEOUT_MS,
    connections: settings.CONCURRENCY,
    userAgent: USER_AGENT,
    redactions: credentials.secrets,
  });
}

function headersOf({ headers }: Credentials, further: Headers): () => Headers | Promise<Headers> {
  if (typeof headers === 'function') return async () => ({ ...(await headers()), ...further });
  const all = { ...headers, ...further };
  return () => all;
}
