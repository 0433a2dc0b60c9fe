import { Body, Controller, Get, HttpCode, Inject, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { User } from '#domain';
import {
  type LinkView,
  type NewUser,
  newUserSchema,
  patchSchema,
  type Replacement,
  replacementSchema,
  type UserPatch,
} from '#store';
import { Actor } from '../auth/key.guard.js';
import { Requires } from '../auth/scopes.js';
import { AboutUser, Answers, Describes } from '../docs/decorators.js';
import { linkList, userList, userView } from '../docs/views.js';
import { etagOf } from '../http/etag.js';
import { AcknowledgesErased, TakesAcknowledgement } from './acknowledged.js';
import { type Addressed, AddressedUser } from './addressed.js';
import { listQuery, type ListQuery } from './requests.js';
import { type UserListing, UsersService } from './users.service.js';

/** Users as callers keep them. */
@Controller('v1/users')
export class UsersController {
  constructor(@Inject(UsersService) private readonly users: UsersService) {}

  @Post()
  @HttpCode(201)
  @Requires('users:write')
  @Describes('Enter a user', 'Mirrored to every provider from here on. 409 when the externalKey is taken.')
  @TakesAcknowledgement()
  @Answers(201, userView)
  async create(
    @Actor() actor: string,
    @AcknowledgesErased() acknowledgesErased: boolean,
    @Body({ schema: newUserSchema }) body: NewUser,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<User> {
    const user = await this.users.create(actor, body, { acknowledgesErased });
    void reply.headers({ location: `/v1/users/${user.id}`, etag: etagOf(user) });
    return user;
  }

  @Get()
  @Requires('users:read')
  @Describes(
    'List users',
    'In order of creation. Follow nextCursor until it is null; keep the filters as they are.',
  )
  @Answers(200, userList)
  list(@Query({ schema: listQuery }) query: ListQuery): Promise<UserListing> {
    return this.users.list(query);
  }

  @Get(':id')
  @Requires('users:read')
  @Describes('Read a user')
  @AboutUser()
  @Answers(200, userView)
  async read(@AddressedUser() ask: Addressed): Promise<User> {
    return ask.tag(await this.users.find(ask.ref.id));
  }

  @Put(':id')
  @Requires('users:write')
  @Describes('Replace a user’s attributes', 'What is left out has no value afterwards.')
  @AboutUser()
  @TakesAcknowledgement()
  @Answers(200, userView)
  async replace(
    @AddressedUser() ask: Addressed,
    @AcknowledgesErased() acknowledgesErased: boolean,
    @Body({ schema: replacementSchema }) body: Replacement,
  ): Promise<User> {
    return ask.tag(await this.users.replace(ask.actor, { ...ask.ref, acknowledgesErased }, body));
  }

  @Patch(':id')
  @Requires('users:write')
  @Describes('Change some attributes', 'What is left out stays, null clears, attributes and tags are merged.')
  @AboutUser()
  @TakesAcknowledgement()
  @Answers(200, userView)
  async patch(
    @AddressedUser() ask: Addressed,
    @AcknowledgesErased() acknowledgesErased: boolean,
    @Body({ schema: patchSchema }) body: UserPatch,
  ): Promise<User> {
    return ask.tag(await this.users.patch(ask.actor, { ...ask.ref, acknowledgesErased }, body));
  }

  @Get(':id/links')
  @Requires('users:read')
  @Describes(
    'Read a user’s links',
    'One a provider: what is wanted there, what is known, and what is in the way.',
  )
  @AboutUser()
  @Answers(200, linkList)
  async links(@AddressedUser() ask: Addressed): Promise<{ readonly links: readonly LinkView[] }> {
    return { links: await this.users.links(ask.ref.id) };
  }
}
