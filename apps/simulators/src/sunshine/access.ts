import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isJsonObject, parseJson } from '../frame/index.js';
import { appNotFound, forbidden, unauthorized } from './refusal.js';

/** An API key, and the app that it is for. */
export interface ApiKey {
  readonly appId: string;
  readonly keyId: string;
  readonly secret: string;
}

/** What a caller may reach: one app, or every app of the account. */
type Scope = 'app' | 'account' | 'integration';

/** The kind of key that a scope asks for, by the start of the key's id. @see sunshine.openapi.yaml, JWTs, Payload */
const KEYS_OF_SCOPE: Readonly<Record<Scope, RegExp>> = {
  app: /^app_/,
  account: /^(act|svc)/,
  integration: /^int_/,
};

/**
 * Lets a caller through or throws: 401 without a valid key or token, 403 for a scope that the key cannot have or an
 * app that it is not for, 404 for an app that does not exist.
 * @see PROVIDERS.md 2.1
 */
export function checkAccess(
  key: ApiKey,
  headers: IncomingHttpHeaders,
  call: { appId: string; nowMs: number },
): void {
  const scope = readScope(key, headers.authorization ?? '', call.nowMs);
  if (call.appId === key.appId) return;
  throw scope === 'account' ? appNotFound() : forbidden();
}

function readScope(key: ApiKey, authorization: string, nowMs: number): Scope {
  if (authorization.startsWith('Basic ')) {
    const expected = Buffer.from(`${key.keyId}:${key.secret}`).toString('base64');
    if (authorization.slice('Basic '.length) !== expected) throw unauthorized();
    return KEYS_OF_SCOPE.account.test(key.keyId) ? 'account' : 'app';
  }
  if (!authorization.startsWith('Bearer ')) throw unauthorized();
  return readToken(key, authorization.slice('Bearer '.length), nowMs);
}

/** HS256 only, by hand: a request is answered in the tick it came in, and `jose` verifies asynchronously. */
function readToken(key: ApiKey, token: string, nowMs: number): Scope {
  const [head = '', payload = '', signature = '', ...rest] = token.split('.');
  const header = decode(head);
  const claims = decode(payload);
  if (rest.length > 0 || header?.alg !== 'HS256' || header.kid !== key.keyId || !claims) throw unauthorized();
  const expected = createHmac('sha256', key.secret).update(`${head}.${payload}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw unauthorized();
  if (isOutsideItsTime(claims, nowMs)) throw unauthorized();
  return checkScope(key, claims.scope);
}

function isOutsideItsTime({ exp, nbf }: Record<string, unknown>, nowMs: number): boolean {
  const isExpired = exp !== undefined && !(typeof exp === 'number' && exp * 1000 > nowMs);
  const isEarly = nbf !== undefined && !(typeof nbf === 'number' && nbf * 1000 <= nowMs);
  return isExpired || isEarly;
}

function checkScope(key: ApiKey, claimed: unknown): Scope {
  for (const scope of ['app', 'account', 'integration'] as const) {
    if (claimed === scope && KEYS_OF_SCOPE[scope].test(key.keyId)) return scope;
  }
  throw forbidden();
}

function decode(part: string): Record<string, unknown> | undefined {
  const json = parseJson(Buffer.from(part, 'base64url').toString('utf8'));
  return isJsonObject(json) ? json : undefined;
}
