import type { Sql } from '../database.js';
import { isGone } from '../roster/purges.js';
import type { Roster } from '../roster/roster.js';
import { claimsOf, methodOf, type Proof } from './receipt.js';

const RECEIPTS_A_CALL = 200;

/**
 * Issues the receipts that are due: of each account of an open erasure whose end is settled. A proof that was given up
 * is receipted last, when nothing else is waited for, since it may still come. Safe to call from every worker at once;
 * at most 200 a call.
 * @returns how many were issued
 */
export async function issueReceipts(roster: Roster, now: Date): Promise<number> {
  const proofs = await findProofs(roster.database.sql);
  let issued = 0;
  for (const proof of proofs) {
    const jws = await roster.signer.sign({ ...claimsOf(proof, roster.hashKey) }, now);
    const rows = await roster.database.sql(
      `INSERT INTO receipts (erasure_id, provider, method, jws) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING provider`,
      [proof.erasureId, proof.provider, methodOf(proof), jws],
    );
    issued += rows.length;
  }
  return issued;
}

interface ProofRow {
  erasure_id: string;
  user_id: string;
  provider: string;
  kind: string;
  requested_at: Date;
  is_gone: boolean;
  settled_at: Date | null;
  observed_state: string | null;
  account_id: string | null;
  intended_at: Date | null;
  deletion_status: number | null;
  answered_at: Date | null;
  event_id: string | null;
  received_at: Date | null;
  erased_at: Date | null;
  erased_status: number | null;
  waived_at: Date | null;
  waived_reason: string | null;
}

/** The last purge of the account, what its provider told of it, and the erasure of its profile. */
const EVIDENCE = `
  LEFT JOIN LATERAL (
    SELECT i.account_id, i.created_at, (i.evidence -> 'deletion' ->> 'status')::int AS status,
      (i.evidence -> 'deletion' ->> 'at')::timestamptz AS answered_at
    FROM intents i WHERE i.user_id = l.user_id AND i.provider = l.provider AND i.kind = 'purge'
    ORDER BY i.created_at DESC LIMIT 1) AS i ON true
  LEFT JOIN LATERAL (
    SELECT w.event_id, w.received_at FROM webhook_events w
    WHERE w.provider = l.provider AND w.account_id = i.account_id AND w.type = 'removed'
    ORDER BY w.received_at LIMIT 1) AS w ON true
  LEFT JOIN LATERAL (
    SELECT a.at, (a.detail ->> 'status')::int AS status FROM audit a
    WHERE a.user_id = l.user_id AND a.provider = l.provider AND a.action = 'provider.discharge'
      AND a.detail ->> 'effect' = 'eraseProfile' AND a.detail ->> 'outcome' = 'acknowledged'
    ORDER BY a.id DESC LIMIT 1) AS d ON true`;

async function findProofs(sql: Sql): Promise<Proof[]> {
  const rows = await sql<ProofRow>(
    `SELECT e.id AS erasure_id, e.user_id, e.requested_at, l.provider, p.kind, ${isGone('l')} AS is_gone, l.settled_at,
       l.observed_state, i.account_id, i.created_at AS intended_at, i.status AS deletion_status,
       i.answered_at, w.event_id,
       w.received_at, d.at AS erased_at, d.status AS erased_status, l.waived_at, l.waived_reason
     FROM erasures e JOIN links l ON l.user_id = e.user_id JOIN providers p ON p.slug = l.provider ${EVIDENCE}
     WHERE e.completed_at IS NULL
       AND NOT EXISTS (SELECT FROM receipts r WHERE r.erasure_id = e.id AND r.provider = l.provider)
       AND (${isGone('l')} OR l.waived_at IS NOT NULL AND NOT EXISTS (
         SELECT FROM links o WHERE o.user_id = e.user_id AND o.waived_at IS NULL AND NOT ${isGone('o')}))
     ORDER BY e.deadline LIMIT ${RECEIPTS_A_CALL}`,
  );
  return rows.map(toProof);
}

function toProof(row: ProofRow): Proof {
  const { intended_at: intendedAt, event_id: eventId, received_at: receivedAt } = row;
  return {
    erasureId: row.erasure_id,
    userId: row.user_id,
    provider: row.provider,
    kind: row.kind,
    requestedAt: row.requested_at,
    isGone: row.is_gone,
    settledAt: row.settled_at,
    observedState: row.observed_state,
    accountId: row.account_id,
    deletion:
      intendedAt === null ? null : { status: row.deletion_status, intendedAt, answeredAt: row.answered_at },
    webhook: eventId === null || receivedAt === null ? null : { eventId, receivedAt },
    profileErased: row.erased_at === null ? null : { status: row.erased_status, at: row.erased_at },
    waived: row.waived_at === null ? null : { at: row.waived_at, reason: row.waived_reason },
  };
}
