import type { ReceiptMethod } from '#domain';
import type { Database, Sql } from '../database.js';
import { isGone } from '../roster/purges.js';
import { STANDING_SQL, type LinkStanding } from '../roster/link-view.js';
import { ErasureNotFound } from './errors.js';

/** Erasures a page at most. */
export const MAX_ERASURES_A_PAGE = 200;

/** How far an erasure has come at one provider. */
export interface ErasureLine {
  readonly provider: string;
  /** `confirmed`: the account is gone. `waived`: nobody waits for the proof. Else where the link stands. */
  readonly state: 'confirmed' | 'waived' | Exclude<LinkStanding, 'inSync' | 'notEnforceable'>;
  /** Why it does not get on, where something is known to be in the way. */
  readonly because: string | null;
  /** `null` until there is one. */
  readonly receipt: {
    readonly method: ReceiptMethod;
    readonly issuedAt: Date;
    /** Compact JWS, to be verified with the published key. */
    readonly jws: string;
  } | null;
}

/** One request to erase a person. */
export interface Erasure {
  readonly id: string;
  readonly userId: string;
  /** It is complete when every provider has confirmed, or was waived, and the roster is scrubbed. */
  readonly state: 'open' | 'complete';
  readonly requestedAt: Date;
  readonly requestedBy: string;
  readonly deadline: Date;
  readonly completedAt: Date | null;
  /** Half of the time is over, and it is still open. */
  readonly isAgeing: boolean;
  readonly isOverdue: boolean;
}

export interface ErasureWithLines extends Erasure {
  readonly providers: readonly ErasureLine[];
}

const COLUMNS = `e.id, e.user_id AS "userId", CASE WHEN e.completed_at IS NULL THEN 'open' ELSE 'complete' END AS state,
  e.requested_at AS "requestedAt", e.requested_by AS "requestedBy", e.deadline, e.completed_at AS "completedAt",
  e.completed_at IS NULL AND now() > e.requested_at + (e.deadline - e.requested_at) / 2 AS "isAgeing",
  e.completed_at IS NULL AND now() > e.deadline AS "isOverdue"`;

/**
 * Reads the erasure of a user with what became of it at each provider.
 * @throws ErasureNotFound
 */
export async function readErasure(database: Database, userId: string): Promise<ErasureWithLines> {
  const [erasure] = await database.sql<{ [Key in keyof Erasure]: Erasure[Key] }>(
    `SELECT ${COLUMNS} FROM erasures e WHERE e.user_id = $1`,
    [userId],
  );
  if (erasure === undefined) throw new ErasureNotFound();
  return { ...erasure, providers: await linesOf(database.sql, erasure) };
}

interface LineRow {
  provider: string;
  is_gone: boolean;
  is_waived: boolean;
  standing: LinkStanding;
  because: string | null;
  method: ReceiptMethod | null;
  issued_at: Date | null;
  jws: string | null;
}

async function linesOf(sql: Sql, { id, userId }: Erasure): Promise<ErasureLine[]> {
  const rows = await sql<LineRow>(
    `SELECT l.provider, ${isGone('l')} AS is_gone, l.waived_at IS NOT NULL AS is_waived, ${STANDING_SQL} AS standing,
       COALESCE(l.park_code, p.halt_reason, l.last_error) AS because, r.method, r.issued_at, r.jws
     FROM links l JOIN providers p ON p.slug = l.provider
     LEFT JOIN receipts r ON r.erasure_id = $1 AND r.provider = l.provider
     WHERE l.user_id = $2 ORDER BY l.provider`,
    [id, userId],
  );
  return rows.map(toLine);
}

function toLine({ provider, method, issued_at: issuedAt, jws, ...row }: LineRow): ErasureLine {
  const receipt = method === null || issuedAt === null || jws === null ? null : { method, issuedAt, jws };
  const state = stateOf(row, receipt);
  const isOver = state === 'confirmed' || state === 'waived';
  return { provider, state, because: isOver ? null : row.because, receipt };
}

function stateOf(
  { is_gone: isGone, is_waived: isWaived, standing }: Pick<LineRow, 'is_gone' | 'is_waived' | 'standing'>,
  receipt: ErasureLine['receipt'],
): ErasureLine['state'] {
  if (receipt !== null) return receipt.method === 'unverifiable' ? 'waived' : 'confirmed';
  if (isGone) return 'confirmed';
  if (isWaived) return 'waived';
  return standing === 'inSync' || standing === 'notEnforceable' ? 'due' : standing;
}

/** Which erasures are asked for. */
export interface ErasureQuery {
  readonly state?: 'open' | 'complete' | undefined;
  /** Reads on behind this erasure. */
  readonly after?: string | undefined;
  /** At most `MAX_ERASURES_A_PAGE`. */
  readonly limit: number;
}

/** Lists erasures in the order in which they were asked for, which is that of their ids. */
export async function listErasures(
  database: Database,
  { state, after, limit }: ErasureQuery,
): Promise<{ readonly erasures: readonly Erasure[]; readonly next: string | null }> {
  const rows = await database.sql<{ [Key in keyof Erasure]: Erasure[Key] }>(
    `SELECT ${COLUMNS} FROM erasures e
     WHERE ($1::uuid IS NULL OR e.id > $1)
       AND ($2::text IS NULL OR (e.completed_at IS NULL) = ($2 = 'open'))
     ORDER BY e.id LIMIT $3`,
    [after ?? null, state ?? null, limit + 1],
  );
  const erasures = rows.slice(0, limit);
  return { erasures, next: rows.length > limit ? (erasures.at(-1)?.id ?? null) : null };
}

/** How many erasures are late, or on the way to be. By index: what is open, by its deadline. */
export async function countAgeing(sql: Sql): Promise<{ readonly ageing: number; readonly overdue: number }> {
  const [counts] = await sql<{ ageing: number; overdue: number }>(
    `SELECT count(*) FILTER (WHERE now() > requested_at + (deadline - requested_at) / 2)::int AS ageing,
            count(*) FILTER (WHERE now() > deadline)::int AS overdue
     FROM erasures WHERE completed_at IS NULL`,
  );
  return counts ?? { ageing: 0, overdue: 0 };
}
