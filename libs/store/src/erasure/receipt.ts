import { createHmac } from 'node:crypto';
import type { ReceiptMethod } from '#domain';

/** What is known of the end of one account, and from where. */
export interface Proof {
  readonly erasureId: string;
  readonly userId: string;
  readonly provider: string;
  readonly kind: string;
  readonly requestedAt: Date;
  /** Settled as gone; otherwise the proof was given up. */
  readonly isGone: boolean;
  /** When that was settled. */
  readonly settledAt: Date | null;
  readonly observedState: string | null;
  /** The account that was deleted, or was to be. */
  readonly accountId: string | null;
  /** What the deletion was answered, and when it was put on record. `null` when none was sent. */
  readonly deletion: {
    readonly status: number | null;
    readonly intendedAt: Date;
    readonly answeredAt: Date | null;
  } | null;
  /** The provider told us of the deletion by itself. */
  readonly webhook: { readonly eventId: string; readonly receivedAt: Date } | null;
  /** What is personal was removed before the account was. */
  readonly profileErased: { readonly status: number | null; readonly at: Date } | null;
  readonly waived: { readonly at: Date; readonly reason: string | null } | null;
}

/** What a receipt says. Holds no personal value: the account stands as a keyed hash. */
export interface ReceiptClaims {
  readonly jti: string;
  readonly sub: string;
  readonly provider: string;
  readonly kind: string;
  readonly method: ReceiptMethod;
  readonly account: string | null;
  readonly requestedAt: string;
  readonly confirmedAt: string | null;
  readonly evidence: Readonly<Record<string, Readonly<Record<string, string | number | null>>>>;
}

/** Which end the proof tells of. Pure. */
export function methodOf({ isGone, deletion, observedState }: Proof): ReceiptMethod {
  if (!isGone) return 'unverifiable';
  if (deletion !== null) return deletion.status === 404 ? 'absent' : 'deleted';
  return observedState === 'absent' ? 'absent' : 'never_mirrored';
}

/** Spells a proof as what is signed. Pure. */
export function claimsOf(proof: Proof, hashKey: Buffer): ReceiptClaims {
  const method = methodOf(proof);
  return {
    jti: `${proof.erasureId}/${proof.provider}`,
    sub: proof.userId,
    provider: proof.provider,
    kind: proof.kind,
    method,
    account: proof.accountId === null ? null : hashOfAccount(hashKey, proof.provider, proof.accountId),
    requestedAt: proof.requestedAt.toISOString(),
    confirmedAt: proof.isGone ? (proof.settledAt?.toISOString() ?? null) : null,
    evidence: evidenceOf(proof, method),
  };
}

function evidenceOf(proof: Proof, method: ReceiptMethod): ReceiptClaims['evidence'] {
  const { profileErased, deletion, webhook, waived, settledAt } = proof;
  const wasRead = method === 'deleted' || method === 'absent';
  return {
    ...(profileErased === null
      ? {}
      : { profileErasure: { status: profileErased.status, at: profileErased.at.toISOString() } }),
    ...(deletion === null
      ? {}
      : {
          deletion: {
            status: deletion.status,
            intendedAt: deletion.intendedAt.toISOString(),
            answeredAt: deletion.answeredAt?.toISOString() ?? null,
          },
        }),
    ...(webhook === null
      ? {}
      : { webhook: { id: webhook.eventId, receivedAt: webhook.receivedAt.toISOString() } }),
    ...(wasRead ? { verifyingRead: { found: 'nothing', at: settledAt?.toISOString() ?? null } } : {}),
    ...(method !== 'unverifiable' || waived === null
      ? {}
      : { waiver: { at: waived.at.toISOString(), reason: waived.reason } }),
  };
}

/** Whoever knows the account and the deployment's key can tell that the receipt is about it; nobody else learns it. */
export function hashOfAccount(hashKey: Buffer, provider: string, accountId: string): string {
  return createHmac('sha256', hashKey).update(`account ${provider} ${accountId}`).digest('hex');
}
