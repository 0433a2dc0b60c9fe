import { createHmac, timingSafeEqual } from 'node:crypto';

/** What an approval or a rejection is bound to. */
export interface HoldBinding {
  readonly provider: string;
  readonly class: string;
  /** The set is what was held until then; what came later is not part of it. */
  readonly asOf: Date;
  readonly expiresAt: Date;
  /** Of the users, their status revisions, the steps and the states that the steps start from. */
  readonly digest: string;
}

const SHAPE = /^([0-9a-z]{1,11})\.([0-9a-z]{1,11})\.([\w-]{43})$/;

/** What a hash says of itself: which set it is of, and until when it is good. */
export interface HoldStamp {
  readonly asOf: Date;
  readonly expiresAt: Date;
}

/** The hash of a held set: made here only, good for this very set, and until a time. */
export function hashOfHold(hashKey: Buffer, binding: HoldBinding): string {
  const [asOf, expires] = [binding.asOf, binding.expiresAt].map((time) => time.getTime().toString(36));
  // A key of its own: what is signed here must not pass for anything else that the deployment's key signs.
  const key = createHmac('sha256', hashKey).update('rollcall holds').digest();
  const { provider, class: name, digest } = binding;
  const mac = createHmac('sha256', key).update([provider, name, asOf, expires, digest].join('\n'));
  return `${asOf}.${expires}.${mac.digest('base64url')}`;
}

/** `null` when it is no hash of a held set. */
export function stampOf(hash: string): HoldStamp | null {
  const [, asOf, expires] = SHAPE.exec(hash) ?? [];
  if (asOf === undefined || expires === undefined) return null;
  return { asOf: new Date(Number.parseInt(asOf, 36)), expiresAt: new Date(Number.parseInt(expires, 36)) };
}

/** Compares in constant time. */
export function isSameHash(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/**
 * When a hash that is made now expires: after at least half of `lifeMs`, and at the same time for everybody who asks
 * within the other half, so that an unchanged set keeps its hash while it is looked at.
 */
export function expiryAt(now: Date, asOf: Date, lifeMs: number): Date {
  const half = Math.max(1, Math.ceil(lifeMs / 2));
  const halves = Math.max(0, Math.floor((now.getTime() - asOf.getTime()) / half));
  return new Date(asOf.getTime() + (halves + 2) * half);
}
