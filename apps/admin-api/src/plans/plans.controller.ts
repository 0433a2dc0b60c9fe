import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import type { PlanStepView, PlanView } from '#store';
import { Actor, Holds } from '../auth/key.guard.js';
import { Requires } from '../auth/scopes.js';
import { Answers, BodyIsOptional, Describes } from '../docs/decorators.js';
import { PlansService } from './plans.service.js';
import { stepQuery, type StepQuery, verdictBody, type VerdictBody } from './requests.js';
import { planStepList, planView } from './views.js';

const AboutPlan = (): MethodDecorator => ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } });

/** What previews proposed. An approved step is a permission: it is taken only where it still is what is missing. */
@Controller('v1/plans/:id')
export class PlansController {
  constructor(@Inject(PlansService) private readonly plans: PlansService) {}

  @Get()
  @Requires('plans:read')
  @Describes(
    'Read a plan',
    'With counts of its steps by provider, kind and state, and how each of its runs ended: what one that is not `complete` did not see is missing from it.',
  )
  @AboutPlan()
  @Answers(200, planView)
  read(@Param('id') id: string): Promise<PlanView> {
    return this.plans.read(id);
  }

  @Get('steps')
  @Requires('plans:read')
  @Describes(
    'List the steps of a plan',
    'At one provider, by user. What accounts hold is shown to keys with the scope users:read.',
  )
  @AboutPlan()
  @Answers(200, planStepList)
  steps(
    @Param('id') id: string,
    @Holds('users:read') withValues: boolean,
    @Query({ schema: stepQuery }) query: StepQuery,
  ): Promise<{ readonly steps: readonly PlanStepView[]; readonly nextCursor: string | null }> {
    return this.plans.steps(id, query, withValues);
  }

  @Post('approve')
  @HttpCode(200)
  @Requires('plans:approve')
  @Describes('Approve a plan', 'Nothing is done until it is applied.')
  @AboutPlan()
  @BodyIsOptional(verdictBody)
  @Answers(200, planView)
  approve(
    @Actor() actor: string,
    @Param('id') id: string,
    @Body({ schema: verdictBody }) body: VerdictBody,
  ): Promise<PlanView> {
    return this.plans.decide(actor, id, { decision: 'approved', reason: body?.reason });
  }

  @Post('reject')
  @HttpCode(200)
  @Requires('plans:approve')
  @Describes('Reject a plan', 'Its steps are dropped, and nothing is done.')
  @AboutPlan()
  @BodyIsOptional(verdictBody)
  @Answers(200, planView)
  reject(
    @Actor() actor: string,
    @Param('id') id: string,
    @Body({ schema: verdictBody }) body: VerdictBody,
  ): Promise<PlanView> {
    return this.plans.decide(actor, id, { decision: 'rejected', reason: body?.reason });
  }

  @Post('apply')
  @HttpCode(202)
  @Requires('plans:approve')
  @Describes(
    'Apply an approved plan',
    'Every account in it is read and planned anew, and what is missing is done where it is exactly what was approved; the rest is stale, and counted.',
  )
  @AboutPlan()
  @Answers(202, planView)
  apply(@Actor() actor: string, @Param('id') id: string): Promise<PlanView> {
    return this.plans.apply(actor, id);
  }
}
