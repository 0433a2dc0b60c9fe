import { recordAudit } from '../audit/record-audit.js';
import type { Roster } from '../roster/roster.js';
import { transact } from '../roster/transact.js';
import type { Finding } from './list-findings.js';
import { type Decision, findFinding, lockFinding } from './lock-finding.js';

/**
 * Ignores an open finding: the same thing is not brought up again until it is opened by hand. What our own links tell,
 * and drift, is something new once it was over, or has grown.
 * @throws FindingNotFound, FindingStateRefused
 */
export async function ignoreFinding(
  roster: Roster,
  { findingId, actor, reason }: Decision & { readonly reason: string },
): Promise<Finding> {
  return transact(roster.database, async (sql) => {
    const { provider, kind } = await lockFinding(sql, findingId, 'open');
    await sql(
      `UPDATE findings SET state = 'ignored', closed_at = now(), closed_by = $2, reason = $3 WHERE id = $1`,
      [findingId, actor, reason],
    );
    const detail = { findingId, kind, reason };
    await recordAudit(sql, roster.hashKey, [{ actor, action: 'finding.ignore', provider, detail }]);
    return findFinding({ sql }, findingId);
  });
}

/**
 * Opens a finding that was ignored. The next complete sweep resolves it when it is no longer so.
 * @throws FindingNotFound, FindingStateRefused
 */
export async function reopenFinding(roster: Roster, { findingId, actor }: Decision): Promise<Finding> {
  return transact(roster.database, async (sql) => {
    const { provider, kind } = await lockFinding(sql, findingId, 'ignored');
    await sql(
      `UPDATE findings SET state = 'open', closed_at = NULL, closed_by = NULL, reason = NULL WHERE id = $1`,
      [findingId],
    );
    const detail = { findingId, kind };
    await recordAudit(sql, roster.hashKey, [{ actor, action: 'finding.reopen', provider, detail }]);
    return findFinding({ sql }, findingId);
  });
}
