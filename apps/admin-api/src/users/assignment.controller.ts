import { Body, Controller, Delete, Inject, Put } from '@nestjs/common';
import type { Doorbell } from '#queue';
import {
  type Assigned,
  assignUser,
  clearAssignment,
  linkOfUser,
  type LinkView,
  NotMirrored,
  type Roster,
} from '#store';
import { AboutAccount, ProviderSlug } from '../accounts/addressed-account.js';
import { Requires } from '../auth/scopes.js';
import { Answers, Describes } from '../docs/decorators.js';
import { linkView } from '../docs/views.js';
import { DOORBELL, ROSTER } from '../tokens.js';
import { type Addressed, AddressedUser } from './addressed.js';
import { assignmentBody, type AssignmentBody } from './requests.js';

/** Who is in the scope of a provider whatever its rule says. */
@Controller('v1/users/:id/providers/:provider/assignment')
export class AssignmentController {
  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(DOORBELL) private readonly doorbell: Doorbell,
  ) {}

  @Put()
  @Requires('users:write')
  @Describes(
    'Assign a user to a provider, or take the user out of its scope',
    'Holds whatever the rule of the provider says, until it is deleted. Out of scope the account is closed like that of a deactivated user, within the budget for suspensions, and never removed; back in scope the same account is opened. 404 link_not_found when the provider is not known for this user, 409 wrong_status when the purge has begun.',
  )
  @AboutAccount()
  @Answers(200, linkView)
  async assign(
    @AddressedUser() ask: Addressed,
    @ProviderSlug() provider: string,
    @Body({ schema: assignmentBody }) body: AssignmentBody,
  ): Promise<LinkView> {
    return this.announced(
      provider,
      await assignUser(this.roster, ask.actor, { ...ask.ref, provider, ...body }),
    );
  }

  @Delete()
  @Requires('users:write')
  @Describes('Leave it to the rule whether a user is in the scope of a provider')
  @AboutAccount()
  @Answers(200, linkView)
  async clear(
    @AddressedUser({ body: 'none' }) ask: Addressed,
    @ProviderSlug() provider: string,
  ): Promise<LinkView> {
    return this.announced(provider, await clearAssignment(this.roster, ask.actor, { ...ask.ref, provider }));
  }

  private async announced(provider: string, { user, lane }: Assigned): Promise<LinkView> {
    if (lane !== null) this.doorbell.ring([provider], lane, [user.id]);
    const found = await linkOfUser(this.roster.database, user.id, provider);
    if (found === null) throw new NotMirrored(provider);
    return found.link;
  }
}
