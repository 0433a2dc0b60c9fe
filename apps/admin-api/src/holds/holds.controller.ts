import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import type { DecidedHold, HeldUser, Hold } from '#store';
import { Actor } from '../auth/key.guard.js';
import { Requires } from '../auth/scopes.js';
import { Answers, Describes } from '../docs/decorators.js';
import { HoldsService } from './holds.service.js';
import { decisionBody, type DecisionBody, heldUsersQuery, type HeldUsersQuery } from './requests.js';
import { decidedView, heldUserList, holdList } from './views.js';

type Decided = Omit<DecidedHold, 'lane'>;

/** Mass changes beyond their budget, and the word that lets them go or drops them. */
@Controller('v1/holds')
export class HoldsController {
  constructor(@Inject(HoldsService) private readonly holds: HoldsService) {}

  @Get()
  @Requires('providers:read')
  @Describes('List held changes', 'By provider and class, with the hash that a decision has to name.')
  @Answers(200, holdList)
  async list(): Promise<{ readonly holds: readonly Hold[] }> {
    return { holds: await this.holds.list() };
  }

  @Get('users')
  @Requires('providers:read')
  @Describes('List the users of a held set', 'Ids alone, page by page.')
  @Answers(200, heldUserList)
  users(
    @Query({ schema: heldUsersQuery }) query: HeldUsersQuery,
  ): Promise<{ readonly users: readonly HeldUser[]; readonly nextCursor: string | null }> {
    return this.holds.users(query);
  }

  @Post('approve')
  @HttpCode(200)
  @Requires('holds:approve')
  @Describes(
    'Approve a held set',
    'Exactly the set that the hash was listed with; what was held later still waits.',
  )
  @Answers(200, decidedView)
  approve(@Actor() actor: string, @Body({ schema: decisionBody }) body: DecisionBody): Promise<Decided> {
    return this.holds.decide(actor, 'approved', body);
  }

  @Post('reject')
  @HttpCode(200)
  @Requires('holds:approve')
  @Describes(
    'Reject a held set',
    'The steps are dropped and the people kept, until their status changes again.',
  )
  @Answers(200, decidedView)
  reject(@Actor() actor: string, @Body({ schema: decisionBody }) body: DecisionBody): Promise<Decided> {
    return this.holds.decide(actor, 'rejected', body);
  }
}
