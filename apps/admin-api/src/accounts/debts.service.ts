import { Inject, Injectable } from '@nestjs/common';
import type { User } from '#domain';
import type { Doorbell } from '#queue';
import { linkOfUser, type LinkView, NoAccount, oweErasure, type Roster, type WholeTags } from '#store';
import { DOORBELL, ROSTER } from '../tokens.js';
import { UsersService } from '../users/users.service.js';
import { AccountDirectory } from './directory.js';
import type { EffectAsk } from './effects.service.js';

/** What is asked for here and done by the mirror: nothing is sent while the caller waits. */
@Injectable()
export class DebtsService {
  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(DOORBELL) private readonly doorbell: Doorbell,
    @Inject(AccountDirectory) private readonly directory: AccountDirectory,
    @Inject(UsersService) private readonly users: UsersService,
  ) {}

  async setTags({ actor, ref, slug }: EffectAsk, tags: WholeTags): Promise<User> {
    await this.directory.offering('setTags', ref.id, slug);
    return this.users.replaceTags(actor, ref, tags);
  }

  /** @returns the link, which owes the erasure until the provider has acknowledged it */
  async eraseProfile({ actor, ref, slug }: EffectAsk, confirm: string | undefined): Promise<LinkView> {
    await this.directory.offering('eraseProfile', ref.id, slug);
    const isNew = await oweErasure(this.roster, actor, { ...ref, provider: slug, confirm });
    if (isNew) this.doorbell.ring([slug], 'live', [ref.id]);
    const found = await linkOfUser(this.roster.database, ref.id, slug);
    if (found === null) throw new NoAccount(slug, 'not there');
    return found.link;
  }
}
