import { Inject, Injectable } from '@nestjs/common';
import type { Doorbell } from '#queue';
import {
  applyPlan,
  decidePlan,
  listPlanSteps,
  PlanNotFound,
  type PlanStepView,
  type PlanVerdict,
  type PlanView,
  readPlan,
  type Roster,
} from '#store';
import type { BudgetPolicy } from '../holds/holds.service.js';
import { Cursors } from '../http/cursor.js';
import { isId } from '../http/id.js';
import { BUDGET, DOORBELL, ROSTER } from '../tokens.js';
import type { StepQuery } from './requests.js';

/** Plans that previews proposed, and somebody's word on them. */
@Injectable()
export class PlansService {
  private readonly cursors: Cursors;

  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(DOORBELL) private readonly doorbell: Doorbell,
    @Inject(BUDGET) private readonly policy: BudgetPolicy,
  ) {
    this.cursors = new Cursors(roster.hashKey);
  }

  read(id: string): Promise<PlanView> {
    return readPlan(this.roster.database, known(id));
  }

  async steps(
    id: string,
    { cursor, limit, provider }: StepQuery,
    withValues: boolean,
  ): Promise<{ readonly steps: readonly PlanStepView[]; readonly nextCursor: string | null }> {
    const plan = await this.read(id);
    const listing = JSON.stringify(['plan', plan.id, provider]);
    const after = this.cursors.read(cursor, listing);
    const page = await listPlanSteps(this.roster.database, {
      id: plan.id,
      provider,
      after,
      limit,
      withValues,
    });
    const nextCursor = this.cursors.sign(page.next, listing);
    return { steps: page.steps, nextCursor };
  }

  async decide(
    actor: string,
    id: string,
    { decision, reason }: Pick<PlanVerdict, 'decision' | 'reason'>,
  ): Promise<PlanView> {
    const { fourEyes } = this.policy;
    await decidePlan(this.roster, actor, { id: known(id), decision, reason, fourEyes });
    return this.read(id);
  }

  async apply(actor: string, id: string): Promise<PlanView> {
    const links = await applyPlan(this.roster, actor, known(id));
    if (links > 0) this.doorbell.ring('all', 'backfill');
    return this.read(id);
  }
}

/** @throws PlanNotFound when the id cannot be one */
function known(id: string): string {
  if (!isId(id)) throw new PlanNotFound();
  return id;
}
