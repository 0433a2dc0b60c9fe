import { describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { signedWith, TOKEN_LIFETIME_MS, TOKEN_RENEWED_BEFORE_MS } from './token.js';

const KEY = { id: 'app_5963ceb97cde542d000dbdb1', secret: 'not-a-real-secret' };
const START_MS = Date.parse('2026-03-01T12:00:00.700Z');

/** Tokens by a clock of one's own. */
function tokensOf(key = KEY) {
  const clock = { nowMs: START_MS };
  const { headers, secrets } = signedWith(key, () => clock.nowMs);
  if (typeof headers !== 'function') throw new Error('tokens have to be renewed, and these are fixed');
  return { clock, secrets, headers, token: async () => bearerOf(await headers()) };
}

function bearerOf(headers: Readonly<Record<string, string>>): string {
  expect(Object.keys(headers)).toEqual(['authorization']);
  const [scheme, token = ''] = (headers['authorization'] ?? '').split(' ');
  expect(scheme).toBe('Bearer');
  return token;
}

describe('a token', () => {
  it('is signed by HS256 with the secret, names the key, and is good for five minutes', async () => {
    const token = await tokensOf().token();
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'HS256', typ: 'JWT', kid: KEY.id });
    const iat = Math.floor(START_MS / 1000);
    expect(decodeJwt(token)).toEqual({ scope: 'app', iat, exp: iat + 300 });
    const currentDate = new Date(START_MS);
    await jwtVerify(token, new TextEncoder().encode(KEY.secret), { currentDate });
    const another = new TextEncoder().encode('another-secret');
    await expect(jwtVerify(token, another, { currentDate })).rejects.toThrow('signature');
  });

  it.each([
    ['app_5963ceb97cde542d000dbdb1', 'app'],
    ['5963ceb97cde542d000dbdb1', 'app'],
    ['act_5963ceb97cde542d000dbdb1', 'account'],
    ['svc_5963ceb97cde542d000dbdb1', 'account'],
  ])('of the key %s has the scope that such a key can have: %s', async (id, scope) => {
    expect(decodeJwt(await tokensOf({ ...KEY, id }).token())).toMatchObject({ scope });
  });

  it('names the secret among what no error may show, and does not hold it', async () => {
    const tokens = tokensOf();
    expect(tokens.secrets).toEqual([KEY.secret]);
    const token = await tokens.token();
    const parts = token.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    expect([token, ...parts].join()).not.toContain(KEY.secret);
  });
});

describe('renewing tokens', () => {
  it('signs one for 20,000 calls, those that wait for the first one included', async () => {
    const { headers } = tokensOf();
    const first = Array.from({ length: 100 }, async () => headers());
    const answers = new Set(await Promise.all(first));
    for (let call = 0; call < 19_900; call += 1) {
      const held = headers();
      expect(held).not.toBeInstanceOf(Promise); // no call waits for what is there
      answers.add(await held);
    }
    expect(answers.size).toBe(1);
  });

  it('happens before the end, once', async () => {
    const { clock, token } = tokensOf();
    const first = await token();
    clock.nowMs = START_MS + TOKEN_LIFETIME_MS - TOKEN_RENEWED_BEFORE_MS - 1;
    expect(await token()).toBe(first);
    clock.nowMs += 1;
    const second = await token();
    expect(second).not.toBe(first);
    expect(await token()).toBe(second);
    expect(decodeJwt(second).exp).toBe(Math.floor(clock.nowMs / 1000) + TOKEN_LIFETIME_MS / 1000);
  });

  it('happens when the clock was set back', async () => {
    const { clock, token } = tokensOf();
    await token();
    clock.nowMs -= 3_600_000;
    expect(decodeJwt(await token()).iat).toBe(Math.floor(clock.nowMs / 1000));
  });
});
