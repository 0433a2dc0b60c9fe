import type { StatusBeforeDeletion } from '#domain';
import { recordAudit } from '../../audit/record-audit.js';
import { markLinks } from '../../mark.js';
import type { Move } from '../change-status.js';
import { setStatus } from '../write-users.js';

/** Which of the people who are missing from a file are deleted next. */
export interface MissingChunk {
  readonly importId: string;
  /** Only users behind this id; `null` from the first on. */
  readonly after: string | null;
  readonly most: number;
  /** They pass every provider's budget. */
  readonly overrides: boolean;
}

const USERS_A_CHUNK = 1_000;
const STATUSES = ['active', 'deactivated'] as const satisfies readonly StatusBeforeDeletion[];

/**
 * Deletes up to a thousand of the users that `missing` selects, who are decided on under the lock of their rows.
 * @param missing FROM and WHERE of who is missing, with the import's id as `$1`
 * @returns their ids, in order; empty when there are no more
 */
export async function deleteSome(
  { sql, roster, actor }: Move,
  { importId, after, most, overrides }: MissingChunk,
  missing: string,
): Promise<readonly string[]> {
  const users = await sql<{ id: string; status: StatusBeforeDeletion }>(
    `SELECT u.id, u.status ${missing} AND ($2::uuid IS NULL OR u.id > $2)
     ORDER BY u.id LIMIT $3 FOR UPDATE OF u`,
    [importId, after, Math.min(most, USERS_A_CHUNK)],
  );
  const ids = users.map(({ id }) => id);
  if (ids.length === 0) return ids;
  for (const status of STATUSES) {
    const leaving = users.filter((user) => user.status === status).map(({ id }) => id);
    await setStatus(sql, leaving, { status: 'deleted', statusBeforeDeletion: status });
  }
  if (overrides) {
    await sql('UPDATE users SET budget_override_revision = status_revision WHERE id = ANY($1::uuid[])', [
      ids,
    ]);
  }
  await markLinks(sql, ids, { lane: 'revocation', dissolvesHold: true });
  const why = { to: 'deleted', importId, reason: 'missing_from_file', ...(overrides ? { overrides } : {}) };
  await recordAudit(
    sql,
    roster.hashKey,
    users.map(({ id, status }) => ({
      actor,
      action: 'user.delete',
      userId: id,
      detail: { from: status, ...why },
    })),
  );
  return ids;
}
