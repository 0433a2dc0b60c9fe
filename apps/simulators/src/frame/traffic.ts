import { appendFileSync, mkdirSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import type { WireAnswer } from './delivery.js';
import type { ProviderName } from './simulated-provider.js';

/** One call as it stood on the wire, to be held against the provider's official description. */
export interface Exchange {
  readonly provider: ProviderName;
  readonly method: string;
  /** Path and query exactly as sent. */
  readonly target: string;
  /** Reduced by `withoutSecrets`. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: string;
  readonly status: number;
  readonly responseHeaders: Readonly<Record<string, string | number>>;
  readonly responseBody: string;
}

/** Is told of every call that no fault rule touched. */
export type Witness = (exchange: Exchange) => void;

/** The one line that says that a recording is not whole. */
export const CUT_OFF = { cutOff: true } as const;

/** Longest recording of one witness, in bytes. Far more than any test makes; an endless loop must not fill the disk. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Headers whose values say how a message is written, and nothing about who sends it. */
const PLAIN_HEADERS: ReadonlySet<string> = new Set(['accept', 'content-length', 'content-type']);

/** Puts a call together as a witness sees it. */
export function exchangeOf(
  provider: ProviderName,
  sent: { method: string; target: string; headers: IncomingHttpHeaders; bodyText: string },
  answered: WireAnswer,
): Exchange {
  return {
    provider,
    method: sent.method,
    target: sent.target,
    requestHeaders: withoutSecrets(sent.headers),
    requestBody: sent.bodyText,
    status: answered.status,
    responseHeaders: answered.headers,
    responseBody: answered.payload,
  };
}

/**
 * What may be kept of a request's headers: credentials reduced to their scheme (`Bearer`), every other header that is
 * not about the message's form reduced to `*`, so that it can still be seen that it was there and not empty.
 */
export function withoutSecrets(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, reduced(name, String(value ?? ''))]),
  );
}

function reduced(name: string, value: string): string {
  if (PLAIN_HEADERS.has(name)) return value;
  // A credential without a scheme before it would be the first word.
  if (name === 'authorization') return /^(\w+) +\S/.exec(value)?.[1] ?? (value === '' ? '' : '*');
  return value === '' ? '' : '*';
}

/**
 * A witness that writes one line of JSON for each call to a file of this process in `folder`. Each line is written
 * before the call is answered, so that a killed process loses its last line at most.
 * @throws Error when the folder cannot be made or written to
 */
export function writeTraffic(folder: string, maxBytes = MAX_BYTES): Witness {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${process.pid}.ndjson`);
  let writtenBytes = 0;
  return (exchange) => {
    if (writtenBytes > maxBytes) return;
    const line = `${JSON.stringify(exchange)}\n`;
    writtenBytes += Buffer.byteLength(line);
    // Opened and closed for each line: servers come and go by the hundred in a process of tests, and none tells us.
    appendFileSync(path, writtenBytes > maxBytes ? `${JSON.stringify(CUT_OFF)}\n` : line);
  };
}
