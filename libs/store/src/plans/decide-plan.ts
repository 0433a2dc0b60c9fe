import { LANES, type PlanState } from '#domain';
import { recordAudit } from '../audit/record-audit.js';
import type { Sql } from '../database.js';
import { FourEyesRequired } from '../holds/decide-hold.js';
import { markClause } from '../mark.js';
import type { Roster } from '../roster/roster.js';
import { transact } from '../roster/transact.js';
import { PlanNotFound, PlanStateRefused } from './errors.js';

/** Somebody's word on a plan. */
export interface PlanVerdict {
  readonly id: string;
  readonly decision: 'approved' | 'rejected';
  readonly reason?: string | undefined;
  /** Whoever asked for the preview may not approve it. */
  readonly fourEyes: boolean;
}

/**
 * Approves or rejects a proposed plan, with all its steps. Nothing is done by it: an approved plan is a set of
 * permissions that are given when it is applied.
 * @throws PlanNotFound, PlanStateRefused, FourEyesRequired
 */
export async function decidePlan(roster: Roster, actor: string, verdict: PlanVerdict): Promise<void> {
  const { id, decision, reason, fourEyes } = verdict;
  await transact(roster.database, async (sql) => {
    const { requestedBy } = await lockPlan(sql, id, 'proposed');
    if (fourEyes && decision === 'approved' && requestedBy === actor) throw new FourEyesRequired();
    await sql('UPDATE plans SET state = $2, decided_at = now(), decided_by = $3, reason = $4 WHERE id = $1', [
      id,
      decision,
      actor,
      reason ?? null,
    ]);
    await sql(`UPDATE plan_steps SET state = $2 WHERE plan_id = $1 AND state = 'proposed'`, [id, decision]);
    const action = decision === 'approved' ? 'plan.approve' : 'plan.reject';
    await recordAudit(sql, roster.hashKey, [
      { actor, action, detail: { planId: id, reason: reason ?? null } },
    ]);
  });
}

/**
 * Applies an approved plan: every link with a step in it is looked at anew, and may take exactly that step. Steps of an
 * earlier plan that are not taken yet are void.
 * @returns how many links are looked at
 * @throws PlanNotFound, PlanStateRefused
 */
export async function applyPlan(roster: Roster, actor: string, id: string): Promise<number> {
  return transact(roster.database, async (sql) => {
    await lockPlan(sql, id, 'approved');
    await sql(
      `UPDATE plan_steps o SET state = 'stale'
       FROM links l JOIN plan_steps s ON s.user_id = l.user_id AND s.provider = l.provider
       WHERE s.plan_id = $1 AND o.plan_id = l.approved_plan AND o.plan_id <> $1 AND o.user_id = l.user_id
         AND o.provider = l.provider AND o.state = 'approved'`,
      [id],
    );
    const rows = await sql(
      `UPDATE links l SET approved_plan = $1, ${markClause({ lane: 'backfill', doubt: true })}
       FROM plan_steps s
       WHERE s.plan_id = $1 AND s.state = 'approved' AND l.user_id = s.user_id AND l.provider = s.provider
       RETURNING 1 AS marked`,
      [id],
    );
    await sql(`UPDATE plans SET state = 'applying' WHERE id = $1`, [id]);
    await recordAudit(sql, roster.hashKey, [
      { actor, action: 'plan.apply', detail: { planId: id, links: rows.length, lane: LANES.backfill } },
    ]);
    return rows.length;
  });
}

async function lockPlan(sql: Sql, id: string, needs: PlanState): Promise<{ readonly requestedBy: string }> {
  const [plan] = await sql<{ state: PlanState; requested_by: string }>(
    'SELECT state, requested_by FROM plans WHERE id = $1 FOR UPDATE',
    [id],
  );
  if (plan === undefined) throw new PlanNotFound();
  if (plan.state !== needs) throw new PlanStateRefused(plan.state, needs);
  return { requestedBy: plan.requested_by };
}

/** Ends the plans whose steps were all taken, or are stale. One indexed query while none is being applied. */
export async function finishPlans(sql: Sql): Promise<void> {
  await sql(
    `UPDATE plans p SET state = 'applied', applied_at = now()
     WHERE p.state = 'applying'
       AND NOT EXISTS (SELECT FROM plan_steps s WHERE s.plan_id = p.id AND s.state = 'approved')`,
  );
}
