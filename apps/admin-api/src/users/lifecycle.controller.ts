import { Body, Controller, Delete, HttpCode, Inject, Post } from '@nestjs/common';
import type { User } from '#domain';
import type { CallerVerb } from '#store';
import { Requires } from '../auth/scopes.js';
import { AboutUser, Answers, BodyIsOptional, Describes } from '../docs/decorators.js';
import { userView } from '../docs/views.js';
import { type Addressed, AddressedUser } from './addressed.js';
import { overrideOf } from './override.js';
import { closingBody, type ClosingBody, purgeBody, type PurgeBody } from './requests.js';
import { UsersService } from './users.service.js';

/** The moves of a user's life. Asking for what already is changes nothing and succeeds. */
@Controller('v1/users/:id')
export class LifecycleController {
  constructor(@Inject(UsersService) private readonly users: UsersService) {}

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
  @Describes('Reactivate a user')
  @AboutUser()
  @Answers(200, userView)
  reactivate(@AddressedUser({ body: 'none' }) ask: Addressed): Promise<User> {
    return this.move(ask, 'reactivate');
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
  @Describes('Restore a deleted user', 'Back to where the user was; cancels a purge that was put off.')
  @AboutUser()
  @Answers(200, userView)
  restore(@AddressedUser({ body: 'none' }) ask: Addressed): Promise<User> {
    return this.move(ask, 'restore');
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

  private async move(ask: Addressed, verb: CallerVerb, body?: ClosingBody): Promise<User> {
    const how = { verb, overrideBudget: overrideOf(ask, body) };
    return ask.tag(await this.users.move(ask.actor, ask.ref, how));
  }
}
