import { Body, Controller, HttpCode, Inject, UseGuards } from '@nestjs/common';
import type { User } from '#domain';
import { type LinkView, tagsSchema, type WholeTags } from '#store';
import { Requires } from '../auth/scopes.js';
import { transactionStarted } from '../docs/account-views.js';
import { Answers, BodyIsOptional, Describes } from '../docs/decorators.js';
import { linkView, userView } from '../docs/views.js';
import { type Addressed, AddressedUser } from '../users/addressed.js';
import { AboutAccount, ProviderSlug } from './addressed-account.js';
import { DebtsService } from './debts.service.js';
import { EffectsService } from './effects.service.js';
import { OfferGuard } from './offer.guard.js';
import { Handles } from './offers.js';
import {
  authenticationBody,
  type AuthenticationBody,
  confirmationBody,
  type ConfirmationBody,
} from './requests.js';

/** What the mirror does not do by itself to one user's account over there. */
@Controller('v1/users/:id/providers/:provider')
@UseGuards(OfferGuard)
export class EffectsController {
  constructor(
    @Inject(EffectsService) private readonly effects: EffectsService,
    @Inject(DebtsService) private readonly debts: DebtsService,
  ) {}

  @Handles('startRegistration')
  @HttpCode(201)
  @Requires('users:write')
  @Describes(
    'Invite a person to register passkeys',
    'Only an active user; 409 already_has_passkeys when there are some. What became of it stands among the transactions.',
  )
  @AboutAccount()
  @Answers(201, transactionStarted)
  async register(
    @AddressedUser({ body: 'none' }) ask: Addressed,
    @ProviderSlug() slug: string,
  ): Promise<{ readonly transaction: string }> {
    return { transaction: (await this.effects.register({ ...ask, slug })).id };
  }

  @Handles('startAuthentication')
  @HttpCode(201)
  @Requires('users:write')
  @Describes(
    'Ask a person to authenticate',
    'Only an active user; 409 no_passkeys when there are none. What became of it stands among the transactions.',
  )
  @AboutAccount()
  @BodyIsOptional(authenticationBody)
  @Answers(201, transactionStarted)
  async authenticate(
    @AddressedUser() ask: Addressed,
    @ProviderSlug() slug: string,
    @Body({ schema: authenticationBody }) body: AuthenticationBody,
  ): Promise<{ readonly transaction: string }> {
    const { message, connectwise } = body ?? {};
    const request = {
      ...(message === undefined ? {} : { message }),
      ...(connectwise === undefined ? {} : { connectwise }),
    };
    return { transaction: (await this.effects.authenticate({ ...ask, slug }, request)).id };
  }

  @Handles('removePasskeys')
  @HttpCode(204)
  @Requires('users:delete')
  @Describes(
    'Remove a person’s passkeys',
    'Cannot be undone: only the person can register new ones. So `confirm` repeats the externalKey of the user.',
  )
  @AboutAccount()
  async removePasskeys(
    @AddressedUser() ask: Addressed,
    @ProviderSlug() slug: string,
    @Body({ schema: confirmationBody }) body: ConfirmationBody,
  ): Promise<void> {
    await this.effects.removePasskeys({ ...ask, slug }, body?.confirm);
  }

  @Handles('setTags')
  @Requires('users:write')
  @Describes(
    'Set a user’s tags',
    'All of them: names that are left out are taken away. These are the tags of the user in the roster, and the mirror sends them to every provider that takes tags, so this is an edit like any other.',
  )
  @AboutAccount()
  @Answers(200, userView)
  async setTags(
    @AddressedUser() ask: Addressed,
    @ProviderSlug() slug: string,
    @Body({ schema: tagsSchema }) body: { readonly tags: WholeTags },
  ): Promise<User> {
    return ask.tag(await this.debts.setTags({ ...ask, slug }, body.tags));
  }

  @Handles('eraseProfile')
  @HttpCode(202)
  @Requires('users:purge')
  @Describes(
    'Erase what is personal from an account',
    'Cannot be undone, and keeps the account. Only of a deleted user, since of anybody else the mirror would write it back; `confirm` repeats the externalKey. Accepted here and done by the mirror: it is done when `owed` no longer names eraseProfile.',
  )
  @AboutAccount()
  @Answers(202, linkView)
  eraseProfile(
    @AddressedUser() ask: Addressed,
    @ProviderSlug() slug: string,
    @Body({ schema: confirmationBody }) body: ConfirmationBody,
  ): Promise<LinkView> {
    return this.debts.eraseProfile({ ...ask, slug }, body?.confirm);
  }
}
