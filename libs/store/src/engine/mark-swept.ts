import type { Lane } from '#domain';
import type { Sql } from '../database.js';
import { markClause } from '../mark.js';
import { settledBefore } from './settled.js';

/** Links that a sweep saw to differ. */
export interface SweptMark {
  readonly provider: string;
  /** What is to be put right waits for everything else; an account that is open to somebody who left does not. */
  readonly lane: Extract<Lane, 'revocation' | 'backfill'>;
  readonly userIds: readonly string[];
  /** When they were asked for, by the database's clock. */
  readonly moment: string;
}

/**
 * Makes links due and doubtful. Those of which something is under way by now are passed
 * over: what was seen is not what they will hold. So are parked ones without an account, which nothing would come of.
 * @returns how many were marked
 */
export async function markSwept(sql: Sql, { provider, lane, userIds, moment }: SweptMark): Promise<number> {
  if (userIds.length === 0) return 0;
  const rows = await sql(
    `UPDATE links l SET ${markClause({ lane, doubt: true })}
     FROM users u
     WHERE l.provider = $1 AND l.user_id = ANY($2::uuid[]) AND u.id = l.user_id AND u.status <> 'purged'
       AND ${settledBefore('$3')} AND (l.park_code IS NULL OR l.account_id IS NOT NULL)
     RETURNING l.user_id`,
    [provider, userIds, moment],
  );
  return rows.length;
}
