import type { Sql } from '../database.js';
import { isGone } from '../roster/purges.js';
import { hashOfAccount } from './account-hash.js';
import type { Deletion, Proof } from './receipt.js';

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
  deletions: readonly DeletionRow[] | null;
  erased_at: Date | null;
  erased_status: number | null;
  waived_at: Date | null;
  waived_reason: string | null;
}

interface DeletionRow {
  readonly account_id: string | null;
  readonly created_at: string;
  readonly evidence: {
    readonly deletion?: { readonly status: number; readonly at: string };
    readonly absence?: { readonly at: string };
  } | null;
}

/** Every purge that was put on record and not called off, and the erasure of the profile. */
const EVIDENCE = `
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('account_id', i.account_id, 'created_at', i.created_at, 'evidence', i.evidence)
                     ORDER BY i.created_at) AS all
    FROM intents i WHERE i.user_id = l.user_id AND i.provider = l.provider AND i.kind = 'purge'
      AND i.outcome IS DISTINCT FROM 'calledOff') AS i ON true
  LEFT JOIN LATERAL (
    SELECT a.at, (a.detail ->> 'status')::int AS status FROM audit a
    WHERE a.user_id = l.user_id AND a.provider = l.provider AND a.action = 'provider.discharge'
      AND a.detail ->> 'effect' = 'eraseProfile' AND a.detail ->> 'outcome' = 'acknowledged'
    ORDER BY a.id DESC LIMIT 1) AS d ON true`;

/**
 * Finds the ends that are proven, or given up, and have no receipt yet. A proof that was given up counts last, when
 * nothing else is waited for, since it may still come.
 */
export async function findProofs(sql: Sql, hashKey: Buffer, limit: number): Promise<Proof[]> {
  const rows = await sql<ProofRow>(
    `SELECT e.id AS erasure_id, e.user_id, e.requested_at, l.provider, p.kind, ${isGone('l')} AS is_gone, l.settled_at,
       l.observed_state, l.account_id, i.all AS deletions, d.at AS erased_at, d.status AS erased_status, l.waived_at,
       l.waived_reason
     FROM erasures e JOIN links l ON l.user_id = e.user_id JOIN providers p ON p.slug = l.provider ${EVIDENCE}
     WHERE e.completed_at IS NULL
       AND NOT EXISTS (SELECT FROM receipts r WHERE r.erasure_id = e.id AND r.provider = l.provider)
       AND (${isGone('l')} OR l.waived_at IS NOT NULL AND NOT EXISTS (
         SELECT FROM links o WHERE o.user_id = e.user_id AND o.waived_at IS NULL AND NOT ${isGone('o')}))
     ORDER BY e.deadline LIMIT $1`,
    [limit],
  );
  if (rows.length === 0) return [];
  const told = await findRemovals(sql, hashKey, rows);
  return rows.map((row) => toProof(row, told));
}

type Told = (provider: string, accountId: string | null, since: Date) => Deletion['webhook'];

/** What the providers told by themselves of the accounts in these rows. */
async function findRemovals(sql: Sql, hashKey: Buffer, rows: readonly ProofRow[]): Promise<Told> {
  const accounts = rows.flatMap(({ provider, deletions }) =>
    (deletions ?? []).flatMap(({ account_id: id }) =>
      id === null ? [] : [{ provider, hash: hashOfAccount(hashKey, provider, id) }],
    ),
  );
  const events = await sql<{ provider: string; account_hash: Buffer; event_id: string; received_at: Date }>(
    `SELECT w.provider, w.account_hash, w.event_id, w.received_at
     FROM webhook_events w JOIN unnest($1::text[], $2::bytea[]) AS g (provider, hash)
       ON g.provider = w.provider AND g.hash = w.account_hash
     WHERE w.type = 'removed' ORDER BY w.received_at`,
    [accounts.map(({ provider }) => provider), accounts.map(({ hash }) => hash)],
  );
  return (provider, accountId, since) => {
    if (accountId === null) return null;
    const hash = hashOfAccount(hashKey, provider, accountId);
    // One that came before the deletion was on record was about something else.
    const event = events.find(
      (each) => each.provider === provider && each.account_hash.equals(hash) && each.received_at >= since,
    );
    return event === undefined ? null : { eventId: event.event_id, receivedAt: event.received_at };
  };
}

function toProof(row: ProofRow, told: Told): Proof {
  const { erased_at: erasedAt, waived_at: waivedAt } = row;
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
    deletions: (row.deletions ?? []).map((each) => toDeletion(each, row.provider, told)),
    profileErased: erasedAt === null ? null : { status: row.erased_status, at: erasedAt },
    waived: waivedAt === null ? null : { at: waivedAt, reason: row.waived_reason },
  };
}

function toDeletion(
  { account_id: accountId, evidence, ...row }: DeletionRow,
  provider: string,
  told: Told,
): Deletion {
  const intendedAt = new Date(row.created_at);
  return {
    accountId,
    intendedAt,
    status: evidence?.deletion?.status ?? null,
    answeredAt: dateOf(evidence?.deletion?.at),
    absentAt: dateOf(evidence?.absence?.at),
    webhook: told(provider, accountId, intendedAt),
  };
}

function dateOf(at: string | undefined): Date | null {
  return at === undefined ? null : new Date(at);
}
