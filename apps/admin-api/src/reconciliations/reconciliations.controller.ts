import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import type { Finding } from '#store';
import { ProviderSlug } from '../accounts/addressed-account.js';
import { Actor } from '../auth/key.guard.js';
import { Requires } from '../auth/scopes.js';
import { Answers, Describes } from '../docs/decorators.js';
import { ReconciliationsService } from './reconciliations.service.js';
import {
  findingQuery,
  type FindingListQuery,
  reconciliationBody,
  type ReconciliationBody,
  resumeBody,
  type ResumeBody,
  runQuery,
  type RunListQuery,
} from './requests.js';
import { findingList, findingView, runList, runsView, runView, type RunView } from './views.js';

/** Looking through providers for what changed behind our back, and what was found. */
@Controller('v1')
export class ReconciliationsController {
  constructor(@Inject(ReconciliationsService) private readonly reconciliations: ReconciliationsService) {}

  @Post('reconciliations')
  @HttpCode(202)
  @Requires('sync:trigger')
  @Describes(
    'Ask for a reconciliation',
    'One run a provider. Where one of the same mode and scope is open already that one is answered; where another one is, it is 409 `reconciliation_open`, `runs` name it, and none is begun anywhere.',
  )
  @Answers(202, runsView)
  async ask(
    @Actor() actor: string,
    @Body({ schema: reconciliationBody }) body: ReconciliationBody,
  ): Promise<{ readonly runs: readonly RunView[] }> {
    return { runs: await this.reconciliations.ask(actor, body) };
  }

  @Get('reconciliations')
  @Requires('providers:read')
  @Describes('List reconciliations', 'The newest first.')
  @Answers(200, runList)
  list(
    @Query({ schema: runQuery }) query: RunListQuery,
  ): Promise<{ readonly runs: readonly RunView[]; readonly nextCursor: string | null }> {
    return this.reconciliations.list(query);
  }

  @Get('reconciliations/:id')
  @Requires('providers:read')
  @Describes(
    'Read a reconciliation',
    '`expectedFrom` says whose number `expected` is: the provider’s own, or that of our links; both are null while nobody knows.',
  )
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @Answers(200, runView)
  read(@Param('id') id: string): Promise<RunView> {
    return this.reconciliations.read(id);
  }

  @Post('reconciliations/:id/cancel')
  @HttpCode(202)
  @Requires('sync:trigger')
  @Describes(
    'Cancel a reconciliation',
    'It ends within a second or two. What it made due already stays due. One that is over is answered as it ended.',
  )
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @Answers(202, runView)
  cancel(@Actor() actor: string, @Param('id') id: string): Promise<RunView> {
    return this.reconciliations.cancel(actor, id);
  }

  @Get('findings')
  @Requires('users:read')
  @Describes(
    'List findings',
    'What a person should see at the providers, in the order in which it was found.',
  )
  @Answers(200, findingList)
  findings(
    @Query({ schema: findingQuery }) query: FindingListQuery,
  ): Promise<{ readonly findings: readonly Finding[]; readonly nextCursor: string | null }> {
    return this.reconciliations.findings(query);
  }

  @Get('findings/:id')
  @Requires('users:read')
  @Describes('Read a finding')
  @ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
  @Answers(200, findingView)
  finding(@Param('id') id: string): Promise<Finding> {
    return this.reconciliations.finding(id);
  }

  @Post('providers/:provider/resume')
  @HttpCode(204)
  @Requires('sync:trigger')
  @Describes(
    'End the halt over a suspicious listing',
    'Because somebody looked, and it is as it should be. The next listing is judged anew.',
  )
  @ApiParam({ name: 'provider', schema: { type: 'string' }, description: 'The slug of the provider.' })
  async resume(
    @Actor() actor: string,
    @ProviderSlug() provider: string,
    @Body({ schema: resumeBody }) body: ResumeBody,
  ): Promise<void> {
    await this.reconciliations.resume(actor, { provider, reason: body.reason });
  }
}
