import { Body, Controller, Delete, Inject, Put } from '@nestjs/common';
import type { User } from '#domain';
import { liftLegalHold, placeLegalHold, type Roster } from '#store';
import { Requires } from '../auth/scopes.js';
import { AboutUser, Answers, Describes } from '../docs/decorators.js';
import { userView } from '../docs/views.js';
import { ROSTER } from '../tokens.js';
import { type Addressed, AddressedUser } from './addressed.js';
import { legalHoldBody, type LegalHoldBody } from './requests.js';

/** Who must not be purged, whatever is asked or due. Nothing is mirrored of it, so nobody is rung for. */
@Controller('v1/users/:id/legal-hold')
export class LegalHoldController {
  constructor(@Inject(ROSTER) private readonly roster: Roster) {}

  @Put()
  @Requires('holds:legal')
  @Describes(
    'Place a legal hold on a user',
    'While it stands the user is not purged: a request is answered 409 legal_hold, a purge that was put off does not begin, and the retention period passes the user over. Passkeys and profiles stay too; an erasure of a profile that is owed is dropped. Everything else goes on. 409 wrong_status when the purge has begun, 409 erasure_in_flight when a profile may be being erased just now.',
  )
  @AboutUser()
  @Answers(200, userView)
  async place(
    @AddressedUser() ask: Addressed,
    @Body({ schema: legalHoldBody }) { reason }: LegalHoldBody,
  ): Promise<User> {
    const { user } = await placeLegalHold(this.roster, ask.actor, { ...ask.ref, reason });
    return ask.tag(user);
  }

  @Delete()
  @Requires('holds:legal')
  @Describes(
    'Lift a legal hold',
    'What was only kept waiting by it goes on: a purge whose time has come begins.',
  )
  @AboutUser()
  @Answers(200, userView)
  async lift(@AddressedUser({ body: 'none' }) ask: Addressed): Promise<User> {
    const { user } = await liftLegalHold(this.roster, ask.actor, ask.ref);
    return ask.tag(user);
  }
}
