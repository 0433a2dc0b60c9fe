import type { Credentials } from '#http';
import { SignJWT } from 'jose';

/** An API key of Sunshine Conversations. */
export interface ApiKey {
  readonly id: string;
  readonly secret: string;
}

/** How long a token is good for. The description sets no bound; short, so that one that leaks is soon worth nothing. */
export const TOKEN_LIFETIME_MS = 300_000;
/** A token is renewed this long before its end: what was sent with it has to arrive in time, by their clock. */
export const TOKEN_RENEWED_BEFORE_MS = 60_000;

/**
 * Signs with the key's secret instead of sending it: tokens (HS256) that are used until they near their end.
 * @param nowMs reads the wall clock, which has to agree with the provider's to a few minutes
 * @see sunshine.openapi.yaml, JWTs; PROVIDERS.md 2.1
 */
export function signedWith(key: ApiKey, nowMs: () => number): Credentials {
  const tokens = new TokenSource(key, nowMs);
  return { headers: () => tokens.headers(), secrets: [key.secret] };
}

type Headers = Readonly<Record<string, string>>;

interface HeldToken {
  readonly headers: Headers;
  readonly signedAtMs: number;
}

class TokenSource {
  private held: HeldToken | null = null;
  /** One signing serves all calls that wait for it. */
  private signing: Promise<Headers> | null = null;
  private readonly secret: Uint8Array;
  private readonly scope: 'app' | 'account';

  constructor(
    private readonly key: ApiKey,
    private readonly nowMs: () => number,
  ) {
    this.secret = new TextEncoder().encode(key.secret);
    this.scope = scopeOf(key);
  }

  headers(): Headers | Promise<Headers> {
    const nowMs = this.nowMs();
    if (this.held !== null && isFresh(this.held, nowMs)) return this.held.headers;
    this.signing ??= this.sign(nowMs).finally(() => {
      this.signing = null;
    });
    return this.signing;
  }

  private async sign(nowMs: number): Promise<Headers> {
    const issuedAt = Math.floor(nowMs / 1000);
    const token = await new SignJWT({ scope: this.scope })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: this.key.id })
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + TOKEN_LIFETIME_MS / 1000)
      .sign(this.secret);
    const headers = { authorization: `Bearer ${token}` };
    this.held = { headers, signedAtMs: nowMs };
    return headers;
  }
}

/** A clock that was set back makes a token one of the future, whose age tells nothing. */
function isFresh({ signedAtMs }: HeldToken, nowMs: number): boolean {
  return nowMs >= signedAtMs && nowMs < signedAtMs + TOKEN_LIFETIME_MS - TOKEN_RENEWED_BEFORE_MS;
}

/**
 * The scope that a key can have follows from whom it belongs to, which its id tells: keys of an account or of a service
 * account have `account`, and all others that of their app, which is enough for every operation on users.
 * @see sunshine.openapi.yaml, JWTs, Payload
 */
function scopeOf({ id }: ApiKey): 'app' | 'account' {
  return /^(?:act|svc)/.test(id) ? 'account' : 'app';
}
