import { recordAudit } from '../audit/record-audit.js';
import { endWideningHalt } from '../engine/provider-state.js';
import type { Roster } from '../roster/roster.js';
import { transact } from '../roster/transact.js';

/**
 * Ends the halt over a suspicious listing because somebody looked and says so. The next listing is judged anew.
 * @returns whether there was one
 */
export async function liftWideningHalt(
  { database, hashKey }: Pick<Roster, 'database' | 'hashKey'>,
  actor: string,
  { provider, reason }: { readonly provider: string; readonly reason: string },
): Promise<boolean> {
  return transact(database, async (sql) => {
    if (!(await endWideningHalt(sql, provider))) return false;
    await recordAudit(sql, hashKey, [{ actor, action: 'provider.resume', provider, detail: { reason } }]);
    return true;
  });
}
