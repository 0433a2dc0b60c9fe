import type { ServerResponse } from 'node:http';
import type { Fault } from './fault.js';
import type { SimulatedAnswer } from './simulated-provider.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';

/** An answer as bytes on the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Record<string, string | number>;
  readonly payload: string;
}

/** Spells a provider's answer, altered by a fault where one took the call. */
export function toWire(answer: SimulatedAnswer | undefined, fault?: Fault): WireAnswer {
  const isReplaced = fault !== undefined && (fault.status !== undefined || fault.body !== undefined);
  const payload = isReplaced ? toPayload(fault.body) : toPayload(answer?.body, answer?.text);
  const headers: Record<string, string | number> = { 'content-length': Buffer.byteLength(payload) };
  if (payload !== '') headers['content-type'] = isText(answer) && !isReplaced ? TEXT : JSON_TYPE;
  return {
    status: fault?.status ?? answer?.status ?? 200,
    headers: { ...headers, ...answer?.headers, ...lowerCased(fault?.headers) },
    payload,
  };
}

/** Writes an answer as a whole. */
export function deliver(response: ServerResponse, { status, headers, payload }: WireAnswer): void {
  response.writeHead(status, headers);
  response.end(payload);
}

/** Writes the head for the whole body, then only its first bytes, then ends the connection. */
export function deliverTruncated(response: ServerResponse, wire: WireAnswer, fault: Fault): void {
  const bytes = Buffer.from(wire.payload).subarray(0, fault.truncate);
  response.writeHead(wire.status, wire.headers);
  response.flushHeaders();
  response.write(bytes, () => {
    cut(response, fault.reset === true);
  });
  // An empty write never calls back on some paths; nothing is to be waited for then.
  if (bytes.length === 0) setImmediate(cut, response, fault.reset === true);
}

/** Ends a connection without an answer: with RST, or with FIN. */
export function cut(response: ServerResponse, withReset: boolean): void {
  if (withReset) response.socket?.resetAndDestroy();
  else response.socket?.destroy();
}

function isText(answer: SimulatedAnswer | undefined): boolean {
  return answer?.body === undefined && answer?.text !== undefined;
}

function toPayload(body: unknown, text = ''): string {
  if (body === undefined) return text;
  return typeof body === 'string' ? body : JSON.stringify(body);
}

function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
