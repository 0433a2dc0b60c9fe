import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import type { Erasure, ErasureWithLines, PublishedKey } from '#store';
import { AboutAccount, ProviderSlug } from '../accounts/addressed-account.js';
import { Public, Requires } from '../auth/scopes.js';
import { AboutUser, Answers, Describes } from '../docs/decorators.js';
import { type Addressed, AddressedUser } from '../users/addressed.js';
import { overrideOf } from '../users/override.js';
import { ErasuresService } from './erasures.service.js';
import {
  erasureBody,
  type ErasureBody,
  type ErasureListQuery,
  erasureQuery,
  waiverBody,
  type WaiverBody,
} from './requests.js';
import { erasureList, erasureView, keySet } from './views.js';

/** A person's right to be forgotten, with proof. */
@Controller()
export class ErasuresController {
  constructor(@Inject(ErasuresService) private readonly erasures: ErasuresService) {}

  @Post('v1/users/:id/erasure')
  @HttpCode(202)
  @Requires('users:erase')
  @Describes(
    'Erase a person',
    'Whatever the status: the accounts are destroyed at every provider, then everything personal is taken out of the roster. Cannot be undone, so `confirm` repeats the externalKey. Asked again, it answers how far it has come.',
  )
  @AboutUser()
  @Answers(202, erasureView)
  open(
    @AddressedUser() ask: Addressed,
    @Body({ schema: erasureBody }) body: ErasureBody,
  ): Promise<ErasureWithLines> {
    return this.erasures.open(ask.actor, ask.ref, {
      confirm: body?.confirm,
      overrideBudget: overrideOf(ask, body),
    });
  }

  @Get('v1/users/:id/erasure')
  @Requires('users:read')
  @Describes(
    'Read an erasure and its receipts',
    'One line a provider. A receipt is a JWS, signed with the key at /.well-known/jwks.json. `open` while one provider has not confirmed.',
  )
  @AboutUser()
  @Answers(200, erasureView)
  read(@AddressedUser() ask: Addressed): Promise<ErasureWithLines> {
    return this.erasures.read(ask.ref.id);
  }

  @Get('v1/erasures')
  @Requires('users:read')
  @Describes(
    'List erasures',
    'In the order in which they were asked for. `isAgeing` after half of the time, `isOverdue` after all of it.',
  )
  @Answers(200, erasureList)
  list(
    @Query({ schema: erasureQuery }) query: ErasureListQuery,
  ): Promise<{ readonly erasures: readonly Erasure[]; readonly nextCursor: string | null }> {
    return this.erasures.list(query);
  }

  @Post('v1/users/:id/providers/:provider/waiver')
  @HttpCode(204)
  @Requires('users:waive')
  @Describes(
    'Give up the proof of a purge at one provider',
    'For a provider that is switched off, halted or has the link parked, while the user is purging. The receipt says unverifiable, with the reason.',
  )
  @AboutAccount()
  async waive(
    @AddressedUser() ask: Addressed,
    @ProviderSlug() provider: string,
    @Body({ schema: waiverBody }) body: WaiverBody,
  ): Promise<void> {
    await this.erasures.waive(ask.actor, ask.ref, { provider, reason: body.reason });
  }

  @Get('.well-known/jwks.json')
  @Public()
  @Describes('The key that verifies receipts')
  @Answers(200, keySet)
  async keys(): Promise<{ readonly keys: readonly PublishedKey[] }> {
    return { keys: [await this.erasures.publishedKey()] };
  }
}
