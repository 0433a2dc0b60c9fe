import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import type { User } from '#domain';
import type { Finding } from '#store';
import { Actor } from '../auth/key.guard.js';
import { Requires } from '../auth/scopes.js';
import { Answers, Describes } from '../docs/decorators.js';
import { findingView } from '../reconciliations/views.js';
import { AcknowledgesErased, TakesAcknowledgement } from '../users/acknowledged.js';
import { FindingsService } from './findings.service.js';
import {
  adoptBody,
  type AdoptBody,
  ignoreBody,
  type IgnoreBody,
  linkBody,
  type LinkBody,
  removeBody,
  type RemoveBody,
} from './requests.js';
import { adoptedView } from './views.js';

const AboutFinding = (): MethodDecorator =>
  ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } });

const REFUSALS =
  '409 finding_state when it is not open, finding_kind when that is no answer to it, finding_outdated when it is not so any more.';

/** What a person decides on a finding. */
@Controller('v1/findings/:id')
export class FindingsController {
  constructor(@Inject(FindingsService) private readonly findings: FindingsService) {}

  @Post('ignore')
  @HttpCode(200)
  @Requires('sync:trigger')
  @Describes('Ignore a finding', 'It is remembered: no sweep brings it up again.')
  @AboutFinding()
  @Answers(200, findingView)
  ignore(
    @Actor() actor: string,
    @Param('id') findingId: string,
    @Body({ schema: ignoreBody }) body: IgnoreBody,
  ): Promise<Finding> {
    return this.findings.ignore({ actor, findingId }, body);
  }

  @Post('reopen')
  @HttpCode(200)
  @Requires('sync:trigger')
  @Describes('Open a finding that was ignored')
  @AboutFinding()
  @Answers(200, findingView)
  reopen(@Actor() actor: string, @Param('id') findingId: string): Promise<Finding> {
    return this.findings.reopen({ actor, findingId });
  }

  @Post('link')
  @HttpCode(202)
  @Requires('users:write')
  @Describes(
    'Say whose account it is',
    `The link of the user takes the account, which is read and then brought in step. ${REFUSALS} 409 link_occupied when the user has another account there, key_differs when it stands under another key.`,
  )
  @AboutFinding()
  @TakesAcknowledgement()
  @Answers(202, findingView)
  link(
    @Actor() actor: string,
    @Param('id') findingId: string,
    @AcknowledgesErased() acknowledgesErased: boolean,
    @Body({ schema: linkBody }) body: LinkBody,
  ): Promise<Finding> {
    return this.findings.link({ actor, findingId }, body, acknowledgesErased);
  }

  @Post('adopt')
  @HttpCode(201)
  @Requires('users:write')
  @Describes(
    'Enter the owner of an account of nobody',
    `The new user has the account from the start, and it is brought in step with what is given here; mirrored to every other provider as well. ${REFUSALS}`,
  )
  @AboutFinding()
  @TakesAcknowledgement()
  @Answers(201, adoptedView)
  adopt(
    @Actor() actor: string,
    @Param('id') findingId: string,
    @AcknowledgesErased() acknowledgesErased: boolean,
    @Body({ schema: adoptBody }) body: AdoptBody,
  ): Promise<{ readonly finding: Finding; readonly user: User }> {
    return this.findings.adopt({ actor, findingId }, body, acknowledgesErased);
  }

  @Post('remove')
  @HttpCode(202)
  @Requires('users:purge')
  @Describes(
    'Destroy an account of nobody',
    `Cannot be taken back. It is purged within the budget for removals, by a user who stands for nothing else; the finding names that user, whose links tell how far it is. ${REFUSALS}`,
  )
  @AboutFinding()
  @Answers(202, findingView)
  remove(
    @Actor() actor: string,
    @Param('id') findingId: string,
    @Body({ schema: removeBody }) body: RemoveBody,
  ): Promise<Finding> {
    return this.findings.remove({ actor, findingId }, body);
  }
}
