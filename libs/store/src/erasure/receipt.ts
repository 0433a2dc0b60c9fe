import type { ReceiptMethod } from '#domain';
import { hashOfAccount } from './account-hash.js';

/** One deletion that was put on record, and what came of it. There may be several: an account can be merged or come late. */
export interface Deletion {
  readonly accountId: string | null;
  readonly intendedAt: Date;
  /** HTTP status of the answer; `null` when none came, or the deletion was refused. */
  readonly status: number | null;
  readonly answeredAt: Date | null;
  /** When a read no longer found the account. */
  readonly absentAt: Date | null;
  /** What the provider told of it by itself, behind the record. */
  readonly webhook: { readonly eventId: string; readonly receivedAt: Date } | null;
}

/** What is known of the end of one person's account, and from where. */
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
  /** The account that the link knew last. */
  readonly accountId: string | null;
  /** In the order in which they were put on record. */
  readonly deletions: readonly Deletion[];
  /** What is personal was removed before the account was. */
  readonly profileErased: { readonly status: number | null; readonly at: Date } | null;
  readonly waived: { readonly at: Date; readonly reason: string | null } | null;
}

type Evidence = Readonly<Record<string, string | number | null>>;

/** What a receipt says. Holds no personal value: accounts stand as keyed hashes. */
export interface ReceiptClaims {
  readonly jti: string;
  readonly sub: string;
  readonly provider: string;
  readonly kind: string;
  readonly method: ReceiptMethod;
  readonly account: string | null;
  readonly requestedAt: string;
  readonly confirmedAt: string | null;
  readonly evidence: {
    readonly profileErasure?: Evidence;
    readonly deletions?: readonly Evidence[];
    readonly verifyingRead?: Evidence;
    readonly waiver?: Evidence;
  };
}

/** Which end the proof tells of: no more than is known. Pure. */
export function methodOf({ isGone, deletions, observedState }: Proof): ReceiptMethod {
  if (!isGone) return 'unverifiable';
  if (deletions.some(({ status }) => status !== null && status >= 200 && status < 300)) return 'deleted';
  return deletions.length > 0 || observedState === 'absent' ? 'absent' : 'never_mirrored';
}

/** Spells a proof as what is signed. Pure. */
export function claimsOf(proof: Proof, hashKey: Buffer): ReceiptClaims {
  const method = methodOf(proof);
  const hash = (accountId: string | null): string | null =>
    accountId === null ? null : hashOfAccount(hashKey, proof.provider, accountId).toString('hex');
  return {
    jti: `${proof.erasureId}/${proof.provider}`,
    sub: proof.userId,
    provider: proof.provider,
    kind: proof.kind,
    method,
    account: hash(proof.accountId ?? proof.deletions.at(-1)?.accountId ?? null),
    requestedAt: proof.requestedAt.toISOString(),
    confirmedAt: proof.isGone ? spell(confirmedAt(proof)) : null,
    evidence: evidenceOf(proof, method, hash),
  };
}

/** The last read that found nothing; where nothing can be read, the end of the time in which something could have come. */
function confirmedAt({ deletions, settledAt }: Proof): Date | null {
  return deletions.at(-1)?.absentAt ?? settledAt;
}

function evidenceOf(
  proof: Proof,
  method: ReceiptMethod,
  hash: (accountId: string | null) => string | null,
): ReceiptClaims['evidence'] {
  const { profileErased, deletions, waived } = proof;
  const wasRead = method === 'deleted' || method === 'absent';
  const isGivenUp = method === 'unverifiable' && waived !== null;
  return {
    ...(profileErased === null
      ? {}
      : { profileErasure: { status: profileErased.status, recordedAt: spell(profileErased.at) } }),
    ...(deletions.length === 0 ? {} : { deletions: deletions.map((each) => deletionEvidence(each, hash)) }),
    ...(wasRead ? { verifyingRead: { found: 'nothing', at: spell(confirmedAt(proof)) } } : {}),
    ...(isGivenUp ? { waiver: { at: spell(waived.at), reason: waived.reason } } : {}),
  };
}

function deletionEvidence(deletion: Deletion, hash: (accountId: string | null) => string | null): Evidence {
  const { accountId, intendedAt, status, answeredAt, webhook } = deletion;
  return {
    account: hash(accountId),
    intendedAt: spell(intendedAt),
    status,
    answeredAt: spell(answeredAt),
    ...(webhook === null ? {} : { webhookId: webhook.eventId, webhookAt: spell(webhook.receivedAt) }),
  };
}

function spell(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
