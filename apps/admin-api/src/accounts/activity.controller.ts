import { Controller, Inject, Query, UseGuards } from '@nestjs/common';
import type { AccountAudit, AccountTransaction, ActivityPage, UsageStats } from '#identity-provider';
import { Requires } from '../auth/scopes.js';
import { accountView, auditPage, statsView, transactionPage } from '../docs/account-views.js';
import { Answers, Describes } from '../docs/decorators.js';
import { type Addressed, AddressedUser } from '../users/addressed.js';
import { type AccountLook, AccountLookService } from './account-look.service.js';
import { ActivityService } from './activity.service.js';
import { AboutAccount, ProviderSlug } from './addressed-account.js';
import { OfferGuard } from './offer.guard.js';
import { Handles } from './offers.js';
import { type ActivityAsk, activityQuery, periodQuery, type PeriodQuery } from './requests.js';

/** One page of what happened, and which one it is. */
type Paged<Entry> = ActivityPage<Entry> & Pick<ActivityAsk, 'page' | 'perPage'>;

/** What one user's account is and does over there. Nothing here changes anything. */
@Controller('v1/users/:id/providers/:provider')
@UseGuards(OfferGuard)
export class ActivityController {
  constructor(
    @Inject(AccountLookService) private readonly accounts: AccountLookService,
    @Inject(ActivityService) private readonly activity: ActivityService,
  ) {}

  @Handles('readAccount')
  @Requires('users:read')
  @Describes(
    'Look at the live account',
    'What the roster wants, what the mirror knows and what the provider shows now, side by side. One read over there; nothing is changed, also not what is known.',
  )
  @AboutAccount()
  @Answers(200, accountView)
  look(@AddressedUser() ask: Addressed, @ProviderSlug() slug: string): Promise<AccountLook> {
    return this.accounts.look(ask.ref.id, slug);
  }

  @Handles('readStats')
  @Requires('users:read')
  @Describes('Count the requests of an account', 'Made on its behalf at the provider from start to end.')
  @AboutAccount()
  @Answers(200, statsView)
  stats(
    @AddressedUser() ask: Addressed,
    @ProviderSlug() slug: string,
    @Query({ schema: periodQuery }) period: PeriodQuery,
  ): Promise<UsageStats> {
    return this.activity.stats(ask.ref.id, slug, period);
  }

  @Handles('readAudits')
  @Requires('users:read')
  @Describes('List what was done to an account', 'As the provider recorded it, in its order.')
  @AboutAccount()
  @Answers(200, auditPage)
  async audits(
    @AddressedUser() ask: Addressed,
    @ProviderSlug() slug: string,
    @Query({ schema: activityQuery }) query: ActivityAsk,
  ): Promise<Paged<AccountAudit>> {
    return paged(query, await this.activity.audits(ask.ref.id, slug, given(query)));
  }

  @Handles('readTransactions')
  @Requires('users:read')
  @Describes(
    'List what a person was asked for',
    'Registrations and authentications, in the provider’s order.',
  )
  @AboutAccount()
  @Answers(200, transactionPage)
  async transactions(
    @AddressedUser() ask: Addressed,
    @ProviderSlug() slug: string,
    @Query({ schema: activityQuery }) query: ActivityAsk,
  ): Promise<Paged<AccountTransaction>> {
    return paged(query, await this.activity.transactions(ask.ref.id, slug, given(query)));
  }
}

function given({ page, perPage, q }: ActivityAsk) {
  return q === undefined ? { page, perPage } : { page, perPage, q };
}

function paged<Entry>({ page, perPage }: ActivityAsk, { entries, total }: ActivityPage<Entry>): Paged<Entry> {
  return { page, perPage, total, entries };
}
