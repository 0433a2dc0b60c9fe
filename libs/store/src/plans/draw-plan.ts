import type { ObservedState } from '#domain';
import type { NativeValue } from '#identity-provider';
import type { Sql } from '../database.js';

/** What one account is missing, as a preview saw it. */
export interface ProposedStep {
  readonly userId: string;
  readonly provider: string;
  /** Kinds of the steps, in order; `report` alone where nothing can be done. */
  readonly kinds: readonly string[];
  /** Native paths that differ, with what is held and what is wanted. */
  readonly changes: Readonly<Record<string, { readonly held: NativeValue; readonly wanted: NativeValue }>>;
  readonly reversible: boolean;
  /** What is lost by it, or was lost already. */
  readonly loses: readonly string[];
  readonly statusRevision: number;
  readonly attributeRevision: number;
  readonly observedState: ObservedState;
  readonly hash: Buffer;
}

/** Begins a plan, once: a preview that is taken over goes on drawing the same one. */
export async function beginPlan(
  sql: Sql,
  plan: { readonly id: string; readonly requestedBy: string },
): Promise<void> {
  await sql('INSERT INTO plans (id, requested_by) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    plan.id,
    plan.requestedBy,
  ]);
}

/** Adds steps to a plan that is being drawn. An account that is looked at twice has the later look's step. */
export async function drawSteps(sql: Sql, planId: string, steps: readonly ProposedStep[]): Promise<void> {
  if (steps.length === 0) return;
  const rows = steps.map((step) => ({
    user_id: step.userId,
    provider: step.provider,
    kinds: step.kinds,
    attributes: Object.keys(step.changes),
    changes: step.changes,
    reversible: step.reversible,
    loses: step.loses,
    status_revision: step.statusRevision,
    attribute_revision: step.attributeRevision,
    observed_state: step.observedState,
    hash: step.hash.toString('hex'),
  }));
  await sql(
    `INSERT INTO plan_steps (plan_id, user_id, provider, kinds, attributes, changes, reversible, loses, status_revision,
                             attribute_revision, observed_state, hash)
     SELECT $1, g.user_id, g.provider, g.kinds, g.attributes, g.changes, g.reversible, g.loses, g.status_revision,
            g.attribute_revision, g.observed_state, decode(g.hash, 'hex')
     FROM jsonb_to_recordset($2::jsonb) AS g(user_id uuid, provider text, kinds text[], attributes text[], changes jsonb,
            reversible boolean, loses text[], status_revision int, attribute_revision int, observed_state text, hash text)
     JOIN plans p ON p.id = $1 AND p.state = 'drawing'
     ON CONFLICT (plan_id, user_id, provider) DO UPDATE
     SET kinds = EXCLUDED.kinds, attributes = EXCLUDED.attributes, changes = EXCLUDED.changes,
         reversible = EXCLUDED.reversible, loses = EXCLUDED.loses, status_revision = EXCLUDED.status_revision,
         attribute_revision = EXCLUDED.attribute_revision, observed_state = EXCLUDED.observed_state, hash = EXCLUDED.hash`,
    [planId, JSON.stringify(rows)],
  );
}

/** Puts plans up for decision whose previews have all ended. One indexed query while none is being drawn. */
export async function proposePlans(sql: Sql): Promise<void> {
  await sql(
    `UPDATE plans p SET state = 'proposed'
     WHERE p.state = 'drawing'
       AND NOT EXISTS (SELECT FROM runs r WHERE r.request_id = p.id AND r.state IN ('waiting', 'running'))`,
  );
}
