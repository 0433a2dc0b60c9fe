import { createLocalJWKSet, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose';
import { RECEIPT_ISSUER, RECEIPT_TYPE } from '#store';
import type { LifecycleStage } from './lifecycle-stage.js';

/** One line of an erasure, as the admin API answers it. */
export interface AnsweredLine {
  readonly provider: string;
  readonly state: string;
  readonly because: string | null;
  readonly receipt: { readonly method: string; readonly jws: string } | null;
}

/** An erasure as the admin API answers it. */
export interface AnsweredErasure {
  readonly state: string;
  readonly providers: readonly AnsweredLine[];
}

/** Reads the erasure of a user over REST. */
export async function erasureOf(stage: LifecycleStage, userId: string): Promise<AnsweredErasure> {
  const { body } = await stage.ask('GET', `/users/${userId}/erasure`);
  // What a test makes of it fails by itself where it is another shape.
  return body as unknown as AnsweredErasure;
}

/** What became of it at each provider, by slug: the state, and the method of the receipt where there is one. */
export function endsOf({ providers }: AnsweredErasure): Record<string, string> {
  return Object.fromEntries(
    providers.map(({ provider, state, receipt }) => [provider, receipt === null ? state : receipt.method]),
  );
}

/** The receipts by provider, each verified with the published key and nothing else. */
export async function verifiedReceipts(
  stage: LifecycleStage,
  { providers }: AnsweredErasure,
): Promise<Record<string, JWTPayload & Record<string, unknown>>> {
  const keys = createLocalJWKSet((await stage.keys()) as JSONWebKeySet);
  const verified: Record<string, JWTPayload & Record<string, unknown>> = {};
  for (const { provider, receipt } of providers) {
    if (receipt === null) continue;
    const { payload } = await jwtVerify(receipt.jws, keys, {
      algorithms: ['EdDSA'],
      issuer: RECEIPT_ISSUER,
      typ: RECEIPT_TYPE,
    });
    verified[provider] = payload;
  }
  return verified;
}
