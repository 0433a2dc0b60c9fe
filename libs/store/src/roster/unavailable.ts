import { sqlStateOf } from '../errors.js';

// 08 connection lost, 53 out of disk, memory or connections, 57 shut down or statement cancelled, 25006 read-only.
const STATES = /^(?:08|53|57|25006|55P03)/;
const CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
  'P1001',
  'P1002',
  'P1008',
  'P1011',
  'P1017',
  'P2024',
  'P2037',
]);
// pg gives these no code.
const MESSAGES =
  /^(?:timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Cannot use a pool after)/;
const KINDS = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
  'TlsConnectionError',
]);
const DEEPEST_CAUSE = 5;

/** Whether an error says that the database cannot be used now, rather than that it refuses what it was asked. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const state = sqlStateOf(error);
  if (state !== null && STATES.test(state)) return true;
  for (let at = error, depth = 0; at instanceof Object && depth < DEEPEST_CAUSE; depth += 1) {
    if ('code' in at && typeof at.code === 'string' && CODES.has(at.code)) return true;
    if ('kind' in at && typeof at.kind === 'string' && KINDS.has(at.kind)) return true;
    if ('message' in at && typeof at.message === 'string' && MESSAGES.test(at.message)) return true;
    at = 'cause' in at ? at.cause : null;
  }
  return false;
}
