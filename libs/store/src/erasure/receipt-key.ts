import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { Sql } from '../database.js';

/** @see https://www.rfc-editor.org/rfc/rfc8037 */
const ALGORITHM = 'EdDSA';
const CURVE = 'Ed25519';
/** Tells a receipt from every other token. */
export const RECEIPT_TYPE = 'rollcall-receipt+jwt';
export const RECEIPT_ISSUER = 'rollcall';

/** The members of a public key as they are published. */
export type PublishedKey = Readonly<Record<'kty' | 'crv' | 'x' | 'kid' | 'alg' | 'use', string>>;

/** Signs receipts with this deployment's Ed25519 key. */
export interface ReceiptSigner {
  /** @returns a compact JWS whose payload holds the claims, who issued it, and when */
  sign(claims: Readonly<Record<string, unknown>>, issuedAt: Date): Promise<string>;
}

/** Opens the signer of this deployment; makes the key when no process has made it yet. */
export async function openReceiptSigner(sql: Sql): Promise<ReceiptSigner> {
  const jwk = await readOrMakeKey(sql);
  const key = await importJWK(jwk, ALGORITHM);
  const { kid } = await publish(jwk);
  return {
    sign: (claims, issuedAt) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: RECEIPT_TYPE })
        .setIssuer(RECEIPT_ISSUER)
        .setIssuedAt(issuedAt)
        .sign(key),
  };
}

/** The public half, by which anybody can tell that a receipt is ours. */
export async function readPublishedKey(sql: Sql): Promise<PublishedKey> {
  return publish(await readOrMakeKey(sql));
}

async function publish({ kty = '', crv = '', x = '' }: JWK): Promise<PublishedKey> {
  const kid = await calculateJwkThumbprint({ kty, crv, x });
  return { kty, crv, x, kid, alg: ALGORITHM, use: 'sig' };
}

/** Two processes may make one at once; the one that is written first holds for both. */
async function readOrMakeKey(sql: Sql): Promise<JWK> {
  const held = await readKey(sql);
  if (held !== null) return held;
  const { privateKey } = await generateKeyPair(ALGORITHM, { crv: CURVE, extractable: true });
  await sql('UPDATE deployment SET receipt_key = $1 WHERE receipt_key IS NULL', [
    JSON.stringify(await exportJWK(privateKey)),
  ]);
  const made = await readKey(sql);
  if (made === null) throw new Error('the database has no deployment row; run the migrations');
  return made;
}

async function readKey(sql: Sql): Promise<JWK | null> {
  const [row] = await sql<{ receipt_key: JWK | null }>('SELECT receipt_key FROM deployment');
  return row?.receipt_key ?? null;
}
