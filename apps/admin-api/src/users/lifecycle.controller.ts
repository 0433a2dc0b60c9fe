import { Body, Controller, Delete, HttpCode, Inject, Post } from '@nestjs/common';
import type { User } from '#domain';
import type { ClosingVerb } from '#store';
import { Requires } from '../auth/scopes.js';
import { AboutUser, Answers, BodyIsOptional, Describes } from '../docs/decorators.js';
import { returnedUserView, userView } from '../docs/views.js';
import { type Addressed, AddressedUser } from './addressed.js';
import { overrideOf } from './override.js';
import {
  closingBody,
  type ClosingBody,
  purgeBody,
  type PurgeBody,
  returnBody,
  type ReturnBody,
} from './requests.js';
import { type ReturnedUser, type ReturnHow, ReturnsService } from './returns.service.js';
import { UsersService } from './users.service.js';

const COMING_BACK =
  '`accounts` says what that means at each provider, from what is known there, and what was lost. ' +
  'Where an account is gone and a new one would lose something, `recreate` asks for the new one; nothing else makes it.';

/** The moves of a user's life. Asking for what already is changes nothing and succeeds. */
@Controller('v1/users/:id')
export class LifecycleController {
  constructor(
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(ReturnsService) private readonly returns: ReturnsService,
  ) {}

  @Post('deactivate')
  @HttpCode(200)
  @Requires('users:write')
  @Describes('Deactivate a user', 'The accounts are closed as far as each provider can; reversible.')
  @AboutUser()
  @Answers(200, userView)
  deactivate(
    @AddressedUser() ask: Addressed,
    @Body({ schema: closingBody }) body: ClosingBody,
  ): Promise<User> {
    return this.move(ask, 'deactivate', body);
  }

  @Post('reactivate')
  @HttpCode(200)
  @Requires('users:write')
  @Describes('Reactivate a user', COMING_BACK)
  @AboutUser()
  @BodyIsOptional(returnBody)
  @Answers(200, returnedUserView)
  reactivate(
    @AddressedUser() ask: Addressed,
    @Body({ schema: returnBody }) body: ReturnBody,
  ): Promise<ReturnedUser> {
    return this.comeBack(ask, 'reactivate', body);
  }

  @Delete()
  @Requires('users:delete')
  @Describes('Delete a user', 'Reversible by restore until a purge begins.')
  @AboutUser()
  @Answers(200, userView)
  delete(@AddressedUser() ask: Addressed, @Body({ schema: closingBody }) body: ClosingBody): Promise<User> {
    return this.move(ask, 'delete', body);
  }

  @Post('restore')
  @HttpCode(200)
  @Requires('users:write')
  @Describes(
    'Restore a deleted user',
    `Back to where the user was; cancels a purge that was put off. ${COMING_BACK}`,
  )
  @AboutUser()
  @BodyIsOptional(returnBody)
  @Answers(200, returnedUserView)
  restore(
    @AddressedUser() ask: Addressed,
    @Body({ schema: returnBody }) body: ReturnBody,
  ): Promise<ReturnedUser> {
    return this.comeBack(ask, 'restore', body);
  }

  @Post('purge')
  @HttpCode(200)
  @Requires('users:purge')
  @Describes(
    'Purge a deleted user',
    'Destroys the accounts at every provider. Once begun it cannot be taken back.',
  )
  @AboutUser()
  @BodyIsOptional(purgeBody)
  @Answers(200, userView)
  async purge(@AddressedUser() ask: Addressed, @Body({ schema: purgeBody }) body: PurgeBody): Promise<User> {
    const notBefore = body?.notBefore === undefined ? undefined : new Date(body.notBefore);
    const how = { notBefore, overrideBudget: overrideOf(ask, body) };
    return ask.tag(await this.users.purge(ask.actor, ask.ref, how));
  }

  private async comeBack(ask: Addressed, verb: ReturnHow['verb'], body: ReturnBody): Promise<ReturnedUser> {
    const how = { verb, recreate: body?.recreate ?? false };
    return ask.tag(await this.returns.comeBack(ask.actor, ask.ref, how));
  }

  private async move(ask: Addressed, verb: ClosingVerb, body?: ClosingBody): Promise<User> {
    const how = { verb, overrideBudget: overrideOf(ask, body) };
    return ask.tag(await this.users.move(ask.actor, ask.ref, how));
  }
}
