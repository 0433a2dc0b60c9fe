import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { CallNotStarted, ProviderError, type CallRequest } from '#identity-provider';
import { contextOf } from './context.js';
import { createProviderClient, type ProviderClientOptions } from './provider-client.js';
import type { ProviderClient, ProviderRequest } from './client.js';

const SECRET = 'sk-very-secret-value';
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function portOf(server: Server | TcpServer): number {
  return (server.address() as AddressInfo).port; // a listening TCP server has an object for its address
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${portOf(server)}`;
}

/** A server that speaks raw bytes: `answer` is called when the head of a request has come. */
async function serveRaw(answer: (socket: Socket, request: number) => void): Promise<string> {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      if (bytes.includes('HTTP/1.1\r\n')) answer(socket, (requests += 1));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${portOf(server)}`;
}

function open(baseUrl: string, options: Partial<ProviderClientOptions> = {}): ProviderClient {
  const client = createProviderClient({
    baseUrl,
    headers: () => ({ authorization: `Bearer ${SECRET}`, 'x-api-key': SECRET }),
    timeoutMs: 2000,
    connections: 4,
    userAgent: 'rollcall-test',
    redactions: [SECRET],
    ...options,
  });
  closers.push(() => client.close());
  return client;
}

const READ: ProviderRequest = { method: 'GET', path: ['users', 'u1'] };
const WRITE: ProviderRequest = { method: 'POST', path: ['users'], body: { name: 'Ada' } };

async function failure(client: ProviderClient, request: ProviderRequest): Promise<ProviderError> {
  try {
    await client.request(request, contextOf());
  } catch (error) {
    if (error instanceof ProviderError) return error;
    throw error;
  }
  throw new Error('the request was expected to fail');
}

function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

describe('a request that was admitted and then had to wait', () => {
  it('Q07: is not sent when its lease no longer covers it at the first byte', async () => {
    let seen = 0;
    const url = await serve((_, response) => {
      seen += 1;
      json(response, 200, {});
    });
    const client = open(url);
    const asked: unknown[] = [];
    const context = {
      ...contextOf(),
      mayStillSend: (call: unknown) => {
        asked.push(call);
        return false;
      },
    };
    await expect(client.request(WRITE, context)).rejects.toMatchObject({
      name: 'CallNotStarted',
      why: 'leaseEnding',
    });
    expect(asked).toEqual([{ mutating: true, timeoutMs: 2000 }]);
    expect(seen).toBe(0);
  });
});

describe('a request of somebody who only looks', () => {
  const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

  it.each(METHODS)(
    '%s: is refused before anything is sent, whatever the adapter calls it',
    async (method) => {
      let seen = 0;
      const url = await serve((_, response) => {
        seen += 1;
        json(response, 200, {});
      });
      const client = open(url);
      const context = contextOf({ readOnly: true });
      for (const mutating of [true, false]) {
        await expect(client.request({ method, path: ['users'], mutating }, context)).rejects.toMatchObject({
          kind: 'unsupported',
          detail: { reason: 'read_only_context' },
        });
      }
      expect(seen).toBe(0);
      expect(await client.request(READ, context)).toMatchObject({ status: 200 });
      expect(seen).toBe(1);
    },
  );
});

describe('a request that is answered', () => {
  it('carries the credential, the body as JSON, and reads the answer', async () => {
    const seen: { request: IncomingMessage; body: string }[] = [];
    const url = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push({ request, body });
        json(response, 201, { id: 'u1' });
      });
    });
    const answer = await open(`${url}/api/v1/`).request(
      { ...WRITE, query: { q: 'a+b &c', page: 2 } },
      contextOf(),
    );
    expect(answer).toEqual({ status: 201, json: { id: 'u1' } });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.request.url).toBe('/api/v1/users?q=a%2Bb%20%26c&page=2');
    expect(seen[0]?.request.headers.authorization).toBe(`Bearer ${SECRET}`);
    expect(seen[0]?.request.headers['user-agent']).toBe('rollcall-test');
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ name: 'Ada' });
  });

  it('H26: an empty answer reads as undefined, with 200 and with 204', async () => {
    const url = await serve((request, response) => {
      response.writeHead(request.method === 'GET' ? 200 : 204).end();
    });
    const client = open(url);
    expect(await client.request(READ, contextOf())).toEqual({ status: 200, json: undefined });
    expect(await client.request(WRITE, contextOf())).toEqual({ status: 204, json: undefined });
  });

  it('H27: a number beyond what a double holds is not mistaken for text', async () => {
    const url = await serve((_request, response) => {
      json(response, 200, { id: 1 });
    });
    const { json: body } = await open(url).request(READ, contextOf());
    expect(body).toEqual({ id: 1 });
  });

  it('H44: cookies, early hints and trailers are borne', async () => {
    const url = await serve((_request, response) => {
      response.writeEarlyHints({ link: '</x>; rel=preload' });
      response.writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        'set-cookie': ['a=1', 'b=2'],
        trailer: 'x-checksum',
        'transfer-encoding': 'chunked',
      });
      response.write('{"ok"');
      response.addTrailers({ 'x-checksum': 'abc' });
      response.end(':true}');
    });
    expect((await open(url).request(READ, contextOf())).json).toEqual({ ok: true });
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['GZIP', gzipSync],
  ] as const)('H44: a body declared as %s is decompressed', async (coding, compress) => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': coding });
      response.end(compress(Buffer.from('{"ok":true}')));
    });
    expect((await open(url).request(READ, contextOf())).json).toEqual({ ok: true });
  });

  it('H44: an unknown coding, or one that lies, is a protocol error', async () => {
    const url = await serve((request, response) => {
      const coding = request.url === '/users/u1' ? 'zstd' : 'gzip';
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': coding });
      response.end('{"ok":true}');
    });
    const client = open(url);
    expect(await failure(client, READ)).toMatchObject({
      kind: 'protocol',
      detail: { reason: 'content_encoding' },
    });
    expect(await failure(client, { method: 'GET', path: ['other'] })).toMatchObject({ kind: 'protocol' });
  });

  it('H47: __proto__ and constructor stay own keys and change no prototype', async () => {
    const text = '{"__proto__":{"admin":true},"constructor":{"a":1},"name":"line\\nbreak"}';
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    });
    const { json: body } = await open(url).request(READ, contextOf());
    expect(Object.keys(body as object)).toEqual(['__proto__', 'constructor', 'name']); // an object was sent
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
    expect((body as { admin?: boolean }).admin).toBeUndefined(); // as above
  });

  it('text that a database refuses is replaced, deep in the tree and in keys, and nothing else', async () => {
    const text =
      '{"rows":[{"name":"a\\u0000b","half":"\\ud800x","k\\u0000":"tab\\there","ok":"Ada 😀\\n\\u0001\\ufffe\\ud83d\\ude00"}]}';
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    });
    const { json: body } = await open(url).request(READ, contextOf());
    expect(body).toEqual({
      rows: [{ name: 'a\uFFFDb', half: '\uFFFDx', 'k\uFFFD': 'tab\there', ok: 'Ada 😀\n\u0001\ufffe😀' }],
    });
  });
});

describe('admission', () => {
  it('asks before each request, tells what it is, and gives back exactly once, also after a failure', async () => {
    const url = await serve((_request, response) => {
      json(response, 500, {});
    });
    const asked: CallRequest[] = [];
    let released = 0;
    const context = {
      ...contextOf(),
      admit: (call: CallRequest) => {
        asked.push(call);
        return Promise.resolve(() => {
          released += 1;
        });
      },
    };
    const client = open(url);
    await expect(client.request(READ, context)).rejects.toBeInstanceOf(ProviderError);
    await expect(client.request(WRITE, context)).rejects.toBeInstanceOf(ProviderError);
    expect(asked).toEqual([
      { mutating: false, timeoutMs: 2000 },
      { mutating: true, timeoutMs: 2000 },
    ]);
    expect(released).toBe(2);
  });

  it('gives back before an answer is read, and after a refusal is', async () => {
    const url = await serve(({ method }, response) => {
      json(response, method === 'GET' ? 200 : 429, { answer: method });
    });
    const order: string[] = [];
    const admit = (): Promise<() => void> => Promise.resolve(() => order.push('given back'));
    const parse = JSON.parse.bind(JSON);
    const watched = jest.spyOn(JSON, 'parse').mockImplementation((text: string): unknown => {
      if (text.startsWith('{"answer"')) order.push('read');
      return parse(text);
    });
    closers.push(() => {
      watched.mockRestore();
      return Promise.resolve();
    });
    const client = open(url);
    await client.request(READ, { ...contextOf(), admit });
    const explain = (): null => null;
    await expect(client.request({ ...WRITE, explain }, { ...contextOf(), admit })).rejects.toMatchObject({
      kind: 'rateLimited',
    });
    expect(order).toEqual(['given back', 'read', 'read', 'given back']);
  });

  it('sends nothing when it is refused, or when the process stops meanwhile', async () => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      json(response, 200, {});
    });
    const client = open(url);
    const refused = { ...contextOf(), admit: () => Promise.reject(new CallNotStarted('leaseEnding')) };
    await expect(client.request(WRITE, refused)).rejects.toMatchObject({ why: 'leaseEnding' });
    const stopping = contextOf({ signal: AbortSignal.abort() });
    await expect(client.request(WRITE, stopping)).rejects.toMatchObject({ why: 'stopping' });
    expect(requests).toBe(0);
  });

  it('an abort in flight leaves a write in doubt and a read not', async () => {
    const url = await serve(() => undefined);
    for (const [request, kind] of [
      [WRITE, 'outcomeUnknown'],
      [READ, 'unreachable'],
    ] as const) {
      const stop = new AbortController();
      setTimeout(() => {
        stop.abort();
      }, 50);
      await expect(open(url).request(request, contextOf({ signal: stop.signal }))).rejects.toMatchObject({
        kind,
        detail: { reason: 'aborted' },
      });
    }
  });
});

describe('many calls at once', () => {
  it('may share one signal, which ends them all and holds none of those before', async () => {
    let answering = true;
    const url = await serve((_request, response) => {
      if (answering) json(response, 200, {});
    });
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const stop = new AbortController();
    const context = contextOf({ signal: stop.signal });
    const client = open(url, { connections: 40 });
    await Promise.all(Array.from({ length: 40 }, () => client.request(READ, context)));
    answering = false;
    const pending = Array.from({ length: 40 }, () => client.request(WRITE, context));
    setTimeout(() => {
      stop.abort();
    }, 100);
    const ended = await Promise.allSettled(pending);
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off('warning', note);
    const reasons = ended.map((end) =>
      end.status === 'rejected' ? (end.reason as ProviderError).kind : 'answered',
    ); // only these are thrown
    expect(new Set(reasons)).toEqual(new Set(['outcomeUnknown']));
    expect(warnings).toEqual([]);
  });
});

describe('paths', () => {
  it('refuses segments that would address something else, before anything is sent', async () => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      json(response, 200, {});
    });
    const client = open(`${url}/v2/apps/APP`);
    for (const segment of ['', '.', '..', '\ud800']) {
      const error = await failure(client, { method: 'DELETE', path: ['users', segment] });
      expect(error.kind).toBe('invalid');
    }
    expect(await failure(client, { method: 'GET', path: ['users'], query: { q: '\udfff' } })).toMatchObject({
      kind: 'invalid',
    });
    expect(requests).toBe(0);
  });

  it('encodes what is only unusual', async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.url);
      json(response, 200, {});
    });
    const client = open(`${url}/sc`);
    for (const segment of ['plain_1-a', 'account:1/2', '%2e%2e', 'ü?#\\', '...', '..%2f']) {
      await client.request({ method: 'GET', path: ['users', segment] }, contextOf());
    }
    expect(seen).toEqual([
      '/sc/users/plain_1-a',
      '/sc/users/account%3A1%2F2',
      '/sc/users/%252e%252e',
      '/sc/users/%C3%BC%3F%23%5C',
      '/sc/users/...',
      '/sc/users/..%252f',
    ]);
  });
});

describe('a provider that asks to wait', () => {
  const NOW = Date.parse('2026-11-21T12:00:00Z');
  const DATE = 'Sat, 21 Nov 2026 13:00:00 GMT'; // their clock runs an hour ahead of ours

  it.each([
    ['H01', 429, '7', 7000],
    ['H02', 429, 'Sat, 21 Nov 2026 13:00:09 GMT', 9000],
    ['H03', 429, undefined, undefined],
    ['H04', 429, '-5', undefined],
    ['H04', 429, 'abc', undefined],
    ['H04', 429, '1.5', undefined],
    ['H04', 429, '', undefined],
    ['H04', 429, '99999999999', undefined],
    ['H04', 429, '9999999', 3_600_000],
    ['H04', 429, '0', 1000],
    ['H05', 429, 'Sat, 21 Nov 2026 12:00:00 GMT', 1000],
    ['H07', 503, '30', 30_000],
    ['H07', 503, undefined, undefined],
  ])('%s: %i with Retry-After %j waits %s ms', async (_id, status, retryAfter, waitMs) => {
    const url = await serve((_request, response) => {
      response.sendDate = false;
      json(
        response,
        status,
        {},
        { date: DATE, ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }) },
      );
    });
    const error = await failure(open(url, { nowMs: () => NOW }), WRITE);
    expect(error.kind).toBe('rateLimited');
    expect(error.detail.retryAfterMs).toBe(waitMs);
  });

  it('H02: without a date of theirs, ours counts', async () => {
    const url = await serve((_request, response) => {
      response.sendDate = false;
      json(response, 429, {}, { 'retry-after': 'Sat, 21 Nov 2026 12:00:20 GMT' });
    });
    expect((await failure(open(url, { nowMs: () => NOW }), READ)).detail.retryAfterMs).toBe(20_000);
  });
});

describe('error answers', () => {
  it.each([
    [400, 'invalid', 'invalid'],
    [401, 'unauthorized', 'unauthorized'],
    [402, 'paymentRequired', 'paymentRequired'],
    [403, 'unauthorized', 'unauthorized'],
    [404, 'notFound', 'notFound'],
    [406, 'invalid', 'invalid'],
    [408, 'unreachable', 'outcomeUnknown'],
    [409, 'conflict', 'conflict'],
    [410, 'gone', 'gone'],
    [422, 'invalid', 'invalid'],
    [425, 'unreachable', 'outcomeUnknown'],
    [500, 'unreachable', 'outcomeUnknown'],
    [502, 'unreachable', 'outcomeUnknown'],
    [504, 'unreachable', 'outcomeUnknown'],
    [599, 'unreachable', 'outcomeUnknown'],
  ])('H11: %i reads as %s for a read and %s for a write', async (status, ofRead, ofWrite) => {
    const url = await serve((_request, response) => {
      response.writeHead(status, { 'content-type': 'text/plain' }).end('no');
    });
    const client = open(url);
    expect(await failure(client, READ)).toMatchObject({ kind: ofRead, detail: { status } });
    expect(await failure(client, WRITE)).toMatchObject({ kind: ofWrite, detail: { status } });
  });

  it('the provider explains its own errors first, with their body, and may leave them to the rule', async () => {
    const url = await serve((request, response) => {
      json(response, request.url === '/users' ? 400 : 500, { code: 'duplicate' });
    });
    const explain = (status: number, body: unknown): ProviderError | null =>
      status === 400 && (body as { code?: string } | undefined)?.code === 'duplicate' // what this server sends
        ? new ProviderError('identifierTaken', { reason: 'duplicate', status, taken: 'email' })
        : null;
    const client = open(url);
    expect(await failure(client, { ...WRITE, explain })).toMatchObject({
      kind: 'identifierTaken',
      detail: { taken: 'email' },
    });
    expect(await failure(client, { ...WRITE, path: ['x'], explain })).toMatchObject({
      kind: 'outcomeUnknown',
    });
  });

  it.each([301, 302, 303, 307, 308, 304])(
    'H39: %i is an error, and the place it points to is never asked',
    async (status) => {
      let strangers = 0;
      const stranger = await serve((_request, response) => {
        strangers += 1;
        json(response, 200, {});
      });
      let asked = 0;
      const url = await serve((_request, response) => {
        asked += 1;
        const location = asked % 2 === 0 ? `${stranger}/users` : '/elsewhere';
        response.writeHead(status, { location }).end();
      });
      const client = open(url);
      for (const request of [READ, WRITE, { method: 'DELETE', path: ['users', 'u1'] } as const, WRITE]) {
        expect(await failure(client, request)).toMatchObject({
          kind: 'protocol',
          detail: { reason: 'redirect' },
        });
      }
      expect({ strangers, asked }).toEqual({ strangers: 0, asked: 4 });
    },
  );

  it('H25: a page for people is never read as an account', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>{"id":"u1"} please log in</html>');
    });
    const error = await failure(open(url), WRITE);
    expect(error).toMatchObject({ kind: 'protocol', detail: { reason: 'content_type' } });
    expect(String(error.stack)).not.toContain('log in');
  });

  it('H26: a body that is not JSON in spite of its name is a protocol error, and is not quoted', async () => {
    const url = await serve((_request, response) => {
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': '12' })
        .end('oops ada@x.y');
    });
    const error = await failure(open(url), READ);
    expect(error).toMatchObject({ kind: 'protocol', detail: { reason: 'not_json' } });
    expect(`${String(error.stack)} ${String(error.cause)}`).not.toContain('ada@');
  });

  it('H29: an answer without end is cut at the cap', async () => {
    let written = 0;
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = Buffer.alloc(64_000, 32);
      const pump = (): void => {
        while (!response.destroyed && written < 100_000_000) {
          written += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', pump);
            return;
          }
        }
      };
      pump();
    });
    const error = await failure(open(url, { timeoutMs: 10_000 }), READ);
    expect(error).toMatchObject({ kind: 'protocol', detail: { reason: 'body_too_large' } });
    expect(written).toBeLessThan(20_000_000);
  });

  it('H29: a gzip bomb is stopped while it unfolds', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, 32));
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb);
    });
    const client = open(url, { timeoutMs: 10_000 });
    await client.request({ method: 'GET', path: ['x'] }, contextOf()).catch(() => undefined); // warm up
    const before = process.memoryUsage().rss;
    const error = await failure(client, READ);
    expect(error).toMatchObject({ kind: 'protocol', detail: { reason: 'body_too_large' } });
    expect(process.memoryUsage().rss - before).toBeLessThan(20_000_000);
  });

  it('H45: headers of 64 KB break the protocol, two content lengths lose the answer', async () => {
    const large = await serveRaw((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nx-large: ${'a'.repeat(70_000)}\r\ncontent-length: 2\r\n\r\n{}`);
    });
    expect(await failure(open(large), READ)).toMatchObject({ kind: 'protocol' });
    const doubled = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{} ');
    });
    // Which length is true cannot be known, so neither can where the answer ends: it counts as cut short.
    expect(await failure(open(doubled), READ)).toMatchObject({ kind: 'unreachable' });
    expect(await failure(open(doubled), WRITE)).toMatchObject({ kind: 'outcomeUnknown' });
  });
});

describe('answers that never come', () => {
  it('H17: a refused connection and an unknown host mean that nothing was sent', async () => {
    const url = await serve(() => undefined);
    const client = open(url);
    await closers.splice(0, 1)[0]?.();
    expect(await failure(client, WRITE)).toMatchObject({
      kind: 'unreachable',
      detail: { reason: 'ECONNREFUSED' },
    });
    const nowhere = open('http://nowhere.invalid');
    expect((await failure(nowhere, WRITE)).kind).toBe('unreachable');
  });

  it('H17: a connection that is not taken in time means that nothing was sent', async () => {
    const full = await serveDeaf();
    const client = open(full, { connectTimeoutMs: 300, timeoutMs: 5000 });
    expect(await failure(client, WRITE)).toMatchObject({
      kind: 'unreachable',
      detail: { reason: 'connect_timeout' },
    });
    const hasty = open(full, { connectTimeoutMs: 900, timeoutMs: 300 });
    expect(await failure(hasty, WRITE)).toMatchObject({
      kind: 'unreachable',
      detail: { reason: 'not_sent_in_time' },
    });
  });

  it('H18: a reset before the first byte of an answer leaves a write in doubt, and nothing is sent again', async () => {
    let requests = 0;
    const url = await serveRaw((socket, number) => {
      requests = number;
      socket.resetAndDestroy();
    });
    const client = open(url);
    expect((await failure(client, WRITE)).kind).toBe('outcomeUnknown');
    expect((await failure(client, { method: 'DELETE', path: ['users', 'u1'] })).kind).toBe('outcomeUnknown');
    expect((await failure(client, READ)).kind).toBe('unreachable');
    expect(requests).toBe(3);
  });

  it('H19: a kept connection that is closed as we write leaves the write in doubt, and it is not replayed', async () => {
    const requests: number[] = [];
    const url = await serveRaw((socket, number) => {
      requests.push(number);
      if (number === 1) {
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');
      } else socket.destroy();
    });
    const client = open(url, { connections: 1 });
    await client.request(READ, contextOf());
    expect((await failure(client, WRITE)).kind).toBe('outcomeUnknown');
    expect(requests).toEqual([1, 2]);
  });

  it('H23: an upload, headers and a body that hang have three names', async () => {
    const deaf = await serveRaw((socket) => socket.pause());
    const large = { ...WRITE, body: { filler: 'x'.repeat(30_000_000) } };
    const reasons = [await failure(open(deaf, { timeoutMs: 1000 }), large)];
    const mute = await serve(() => undefined);
    reasons.push(await failure(open(mute, { timeoutMs: 200 }), WRITE));
    const halting = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"id":');
    });
    reasons.push(await failure(open(halting, { timeoutMs: 200 }), WRITE));
    expect(reasons.map((error) => error.detail.reason)).toEqual([
      'upload_timeout',
      'headers_timeout',
      'body_timeout',
    ]);
    expect(reasons.map((error) => error.kind)).toEqual([
      'outcomeUnknown',
      'outcomeUnknown',
      'outcomeUnknown',
    ]);
  });

  it.each([
    ['content-length: 100', '{"id":"u1"}'],
    ['transfer-encoding: chunked', 'b\r\n{"id":"u1"}\r\n'],
    ['connection: close', '{"id":"u'],
    ['connection: close\r\ntransfer-encoding: chunked', 'b\r\n{"id":"u1"}\r\n'],
  ])('H24: a body cut short (%s) is a lost answer and no success', async (header, body) => {
    const url = await serveRaw((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${header}\r\n\r\n${body}`);
    });
    const client = open(url);
    expect((await failure(client, WRITE)).kind).toBe('outcomeUnknown');
    expect((await failure(client, READ)).kind).toBe('unreachable');
  });

  it('H38: a body that drips is cut at the deadline, and its connection is free again', async () => {
    let slow = true;
    const url = await serve((_request, response) => {
      if (!slow) {
        json(response, 200, { ok: true });
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 50);
      response.on('close', () => {
        clearInterval(drip);
      });
    });
    const client = open(url, { connections: 1, timeoutMs: 400 });
    const started = performance.now();
    expect(await failure(client, READ)).toMatchObject({
      kind: 'unreachable',
      detail: { reason: 'body_timeout' },
    });
    expect(performance.now() - started).toBeLessThan(900);
    slow = false;
    expect((await client.request(READ, contextOf())).json).toEqual({ ok: true });
  });
});

describe('a credential that takes a moment to make', () => {
  it('is made after admission, and may be another for each request', async () => {
    const events: string[] = [];
    const url = await serve((request, response) => {
      events.push(String(request.headers.authorization));
      json(response, 200, {});
    });
    let made = 0;
    const headers = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { authorization: `Bearer ${(made += 1)}` };
    };
    const client = open(url, { headers });
    const context = {
      ...contextOf(),
      admit: () => {
        events.push(`admitted, with ${made} made`);
        return Promise.resolve(() => undefined);
      },
    };
    await client.request(READ, context);
    await client.request(READ, context);
    expect(events).toEqual(['admitted, with 0 made', 'Bearer 1', 'admitted, with 1 made', 'Bearer 2']);
  });

  it('is not sent when the call was given up meanwhile', async () => {
    let seen = 0;
    const url = await serve((_, response) => {
      seen += 1;
      json(response, 200, {});
    });
    const stop = new AbortController();
    const headers = () => {
      stop.abort();
      return Promise.resolve({ authorization: `Bearer ${SECRET}` });
    };
    const call = open(url, { headers }).request(WRITE, contextOf({ signal: stop.signal }));
    await expect(call).rejects.toMatchObject({ name: 'CallNotStarted', why: 'stopping' });
    expect(seen).toBe(0);
  });
});

describe('secrets', () => {
  it('stand in no error, whatever goes wrong', async () => {
    const url = await serve((_request, response) => {
      json(response, 401, { error: `key ${SECRET} is wrong` });
    });
    const dead = open(`http://${SECRET}.invalid`);
    const broken = open(url, { headers: () => ({ authorization: `Bearer ${SECRET}\r\n` }) });
    const unavailable = open(url, { headers: () => Promise.reject(new Error(`no ${SECRET}`)) });
    const renewed = { headers: () => Promise.resolve({ authorization: `Bearer ${SECRET}` }), redactions: [] };
    const unannounced = open(`http://${SECRET}.invalid`, renewed);
    for (const client of [open(url), dead, broken, unavailable, unannounced]) {
      const error = await failure(client, WRITE);
      expect(`${String(error.stack)} ${String(error.cause)} ${JSON.stringify(error)}`).not.toContain(SECRET);
    }
  });
});

/** A port whose queue of connections is full, in a process that takes none. */
async function serveDeaf(): Promise<string> {
  const child = spawn(process.execPath, [
    '-e',
    `const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       require('fs').writeSync(1, String(s.address().port));
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60000);
     });`,
  ]);
  closers.push(() => end(child));
  const [bytes] = (await once(child.stdout, 'data')) as [Buffer]; // a pipe gives buffers
  const port = Number(bytes.toString());
  for (let filler = 0; filler < 4; filler += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    closers.push(() => {
      socket.destroy();
      return Promise.resolve();
    });
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  return `http://127.0.0.1:${port}`;
}

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
