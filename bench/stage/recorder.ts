import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Pool, type Dispatcher } from 'undici';

/** A request as it went over the wire, to be sent again. */
export interface RecordedRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Stands in front of a provider, passes everything on, and remembers what was asked. */
export interface Recorder {
  /** To be configured instead of the provider's. */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

/** Set anew by whoever sends the request. */
const OF_THE_CONNECTION = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
]);

/** @param target the base URL of the provider */
export async function startRecorder(target: string): Promise<Recorder> {
  const { origin, pathname } = new URL(target);
  const pool = new Pool(origin, { connections: 64 });
  const requests: RecordedRequest[] = [];
  const server = createServer((incoming, answer) => {
    void pass(incoming, answer, pool).then((request) => requests.push(request));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has an address of this shape.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${pathname}`,
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await pool.close();
    },
  };
}

async function pass(incoming: IncomingMessage, answer: ServerResponse, pool: Pool): Promise<RecordedRequest> {
  const body = await text(incoming);
  const request: RecordedRequest = {
    // node:http gives every request of a server a method and a url.
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: headersOf(incoming),
    body: body === '' ? null : body,
  };
  const response = await pool.request(request);
  const json = await response.body.text();
  answer.writeHead(response.statusCode, { 'content-type': String(response.headers['content-type'] ?? '') });
  answer.end(json);
  return request;
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || OF_THE_CONNECTION.has(name) ? [] : [[name, String(value)]],
    ),
  );
}
