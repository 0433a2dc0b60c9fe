import type { PlanState, PlanStepState, RunState } from '#domain';
import type { Database } from '../database.js';
import { PlanNotFound } from './errors.js';

/** Steps a page at most. */
export const MAX_PLAN_STEPS_A_PAGE = 200;

/** A plan, and how many steps of which kind stand where. */
export interface PlanView {
  readonly id: string;
  readonly state: PlanState;
  readonly requestedBy: string;
  readonly createdAt: Date;
  readonly decidedAt: Date | null;
  readonly decidedBy: string | null;
  readonly reason: string | null;
  readonly appliedAt: Date | null;
  /** The previews that draw it. What one that is not `complete` did not come to see is not in the plan. */
  readonly runs: readonly {
    readonly id: string;
    readonly provider: string;
    readonly state: RunState;
    /** Why it is incomplete; `null` when it is not. */
    readonly reason: string | null;
  }[];
  readonly steps: readonly {
    readonly provider: string;
    /** Kinds of the steps of one account, in order, joined by `+`. */
    readonly kinds: string;
    readonly state: PlanStepState;
    readonly reversible: boolean;
    readonly count: number;
  }[];
}

/** One account's part of a plan. */
export interface PlanStepView {
  readonly userId: string;
  readonly provider: string;
  readonly kinds: readonly string[];
  readonly attributes: readonly string[];
  /** By native path, what was held and what is wanted; `null` for callers who may not see personal values. */
  readonly changes: Readonly<Record<string, unknown>> | null;
  readonly reversible: boolean;
  readonly loses: readonly string[];
  readonly statusRevision: number;
  readonly attributeRevision: number;
  readonly observedState: string;
  readonly state: PlanStepState;
}

/** @throws PlanNotFound */
export async function readPlan(database: Database, id: string): Promise<PlanView> {
  const [plan] = await database.sql<Omit<PlanView, 'steps' | 'runs'> & { readonly [key: string]: unknown }>(
    `SELECT id, state, requested_by AS "requestedBy", created_at AS "createdAt", decided_at AS "decidedAt",
            decided_by AS "decidedBy", reason, applied_at AS "appliedAt"
     FROM plans WHERE id = $1`,
    [id],
  );
  if (plan === undefined) throw new PlanNotFound();
  const runs = await database.sql<PlanView['runs'][number] & { readonly [key: string]: unknown }>(
    'SELECT id, provider, state, reason FROM runs WHERE request_id = $1 ORDER BY provider',
    [id],
  );
  const steps = await database.sql<PlanView['steps'][number] & { readonly [key: string]: unknown }>(
    `SELECT provider, array_to_string(kinds, '+') AS kinds, state, reversible, count(*)::int AS count
     FROM plan_steps WHERE plan_id = $1 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
    [id],
  );
  return { ...plan, runs, steps };
}

/** Which steps of a plan are asked for. */
export interface PlanStepQuery {
  readonly id: string;
  readonly provider: string;
  /** Reads on behind this user. */
  readonly after?: string | undefined;
  /** At most `MAX_PLAN_STEPS_A_PAGE`. */
  readonly limit: number;
  /** Whether the caller may see what accounts hold. */
  readonly withValues: boolean;
}

/** The steps of a plan at one provider, by user. */
export async function listPlanSteps(
  database: Database,
  { id, provider, after, limit, withValues }: PlanStepQuery,
): Promise<{ readonly steps: readonly PlanStepView[]; readonly next: string | null }> {
  const rows = await database.sql<PlanStepView & { readonly [key: string]: unknown }>(
    `SELECT user_id AS "userId", provider, kinds, attributes, CASE WHEN $5 THEN changes END AS changes, reversible, loses,
            status_revision AS "statusRevision", attribute_revision AS "attributeRevision",
            observed_state AS "observedState", state
     FROM plan_steps WHERE plan_id = $1 AND provider = $2 AND ($3::uuid IS NULL OR user_id > $3)
     ORDER BY user_id LIMIT $4`,
    [id, provider, after ?? null, limit + 1, withValues],
  );
  const steps = rows.slice(0, limit);
  return { steps, next: rows.length > limit ? (steps.at(-1)?.userId ?? null) : null };
}
