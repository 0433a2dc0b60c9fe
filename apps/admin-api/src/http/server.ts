import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { HttpException } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type {
  ConnectionError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RawRequestDefaultExpression,
} from 'fastify';
import { Problem } from './problem.js';
import { sendProblem } from './problem.filter.js';
import { toProblem } from './to-problem.js';

const BODY_LIMIT_BYTES = 64 * 1024;
/** A provider may put many events into one post. */
const WEBHOOK_LIMIT_BYTES = 1024 * 1024;
const WEBHOOKS = '/v1/webhooks/';
const HEADERS_TIMEOUT_MS = 15_000;
/** An import is one request: this is the longest that one may take to arrive. */
const REQUEST_TIMEOUT_MS = 600_000;
const SLOW_REQUESTS_CHECK_MS = 5_000;
const MAX_PATH_PART = 256;
/** What is said of a connection by Node's own codes; everything else is malformed. */
const CONNECTION_FAULTS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** One route of the server, as it is registered. */
export interface Route {
  readonly method: string | string[];
  readonly url: string;
}

/** Bodies of these types are handed on as streams. */
export const IMPORT_TYPES = { 'application/x-ndjson': 'ndjson', 'text/csv': 'csv' } as const;

/** The HTTP server: bounded in every direction, and strict about what a body is. */
export function createServer(newId: () => string, onRoute: (route: Route) => void): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: SLOW_REQUESTS_CHECK_MS },
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: MAX_PATH_PART },
    requestIdHeader: false,
    genReqId: (request: RawRequestDefaultExpression) => requestIdOf(request.headers['x-request-id'], newId),
    clientErrorHandler: (error, socket) => {
      refuseConnection(error, socket, newId());
    },
    // Malformed URLs are answered before any hook or filter.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      sendProblem(reply, toProblem(error), request.id);
    },
  });
  const server: FastifyInstance = adapter.getInstance();
  server.addHook('onRoute', (route) => {
    if (route.url.startsWith(WEBHOOKS)) route.bodyLimit = WEBHOOK_LIMIT_BYTES;
    onRoute(route);
  });
  server.addHook('onRequest', async (request, reply) => {
    void reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    requirePlainUtf8(request);
    // Clients that always name a type send one with nothing, too; without a body there is nothing to be of a type.
    if (request.headers['content-length'] === '0') delete request.headers['content-type'];
    return Promise.resolve();
  });
  server.removeContentTypeParser('text/plain');
  server.addContentTypeParser(Object.keys(IMPORT_TYPES), (_request, payload, done) => {
    done(null, payload);
  });
  return adapter;
}

/** What cannot be read as HTTP never becomes a request: it is answered on the bare connection, as a problem all the same. */
function refuseConnection(error: ConnectionError, socket: Socket, requestId: string): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const status = CONNECTION_FAULTS[error.code] ?? 400;
  const body = JSON.stringify(toProblem(new HttpException(error.code, status)).toBody(requestId));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}

/** Echoed only when it can do no harm in a log or a header. */
function requestIdOf(given: string | string[] | undefined, newId: () => string): string {
  return typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : newId();
}

function requirePlainUtf8({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'];
  const charset = /;\s*charset="?([^";]*)/i
    .exec(headers['content-type'] ?? '')?.[1]
    ?.trim()
    .toLowerCase();
  const isPlain = encoding === undefined || encoding === 'identity';
  if (isPlain && (charset === undefined || charset === 'utf-8' || charset === 'utf8')) return;
  throw new Problem(415, 'unsupported_media_type', { detail: 'send bodies in UTF-8 and not compressed' });
}
