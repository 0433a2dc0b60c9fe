import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '#observability';
import { type ApiKey, findApiKey, type Roster } from '#store';
import { CLOCK, ROSTER } from '../tokens.js';

/** Who calls, by the key they hold. */
export interface Caller {
  /** As the audit names it: `key:<name>`. */
  readonly actor: string;
  readonly scopes: readonly string[];
}

/** A revoked key stops working everywhere within this time. */
const CACHE_MS = 5_000;
const MAX_CACHED = 1_000;

/** The SHA-256 of a secret, which is all that is kept of it: keys are long and random, so nothing slower is needed. */
export function secretHashOf(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}

/** Tells callers by their keys. Knows no key itself; a key that is right is remembered for five seconds. */
@Injectable()
export class Authenticator {
  private readonly cache = new Map<string, { readonly key: ApiKey; readonly untilMs: number }>();

  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The caller who holds this secret; `null` when nobody does, or the key is revoked or expired. */
  async authenticate(secret: string): Promise<Caller | null> {
    const hash = secretHashOf(secret);
    const key = this.cached(hash) ?? (await this.look(hash));
    if (key === null || !timingSafeEqual(key.secretHash, hash) || !this.isInForce(key)) return null;
    return { actor: `key:${key.name}`, scopes: key.scopes };
  }

  private cached(hash: Buffer): ApiKey | null {
    const entry = this.cache.get(hash.toString('hex'));
    return entry !== undefined && entry.untilMs > this.clock.monotonicMs() ? entry.key : null;
  }

  private async look(hash: Buffer): Promise<ApiKey | null> {
    const key = await findApiKey(this.roster.database, hash);
    if (key === null) return null;
    if (this.cache.size >= MAX_CACHED) this.cache.clear();
    this.cache.set(hash.toString('hex'), { key, untilMs: this.clock.monotonicMs() + CACHE_MS });
    return key;
  }

  private isInForce(key: ApiKey): boolean {
    return key.revokedAt === null && (key.expiresAt === null || key.expiresAt > this.clock.now());
  }
}
