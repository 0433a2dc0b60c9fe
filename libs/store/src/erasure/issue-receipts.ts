import type { Sql } from '../database.js';
import { isGone } from '../roster/purges.js';
import type { Roster } from '../roster/roster.js';
import { findProofs } from './find-proofs.js';
import { claimsOf } from './receipt.js';

const RECEIPTS_A_CALL = 200;

/**
 * Issues the receipts that are due: of each account of an open erasure whose end is settled, or whose proof was given
 * up. One whose link has become due again since is withdrawn, and issued anew when that is settled. Safe to call from
 * every worker at once; at most 200 a call.
 * @returns how many were issued
 */
export async function issueReceipts(roster: Roster, now: Date): Promise<number> {
  const { sql } = roster.database;
  await withdrawOutdated(sql);
  let issued = 0;
  for (const proof of await findProofs(sql, roster.hashKey, RECEIPTS_A_CALL)) {
    const claims = claimsOf(proof, roster.hashKey);
    const jws = await roster.signer.sign({ ...claims }, now);
    const rows = await sql(
      `INSERT INTO receipts (erasure_id, provider, method, jws) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING provider`,
      [proof.erasureId, proof.provider, claims.method, jws],
    );
    issued += rows.length;
  }
  return issued;
}

async function withdrawOutdated(sql: Sql): Promise<void> {
  await sql(
    `DELETE FROM receipts r USING erasures e, links l
     WHERE e.completed_at IS NULL AND r.erasure_id = e.id AND l.user_id = e.user_id AND l.provider = r.provider
       AND NOT ${isGone('l')} AND l.waived_at IS NULL`,
  );
}
