import { Inject, Injectable } from '@nestjs/common';
import { laneOfVerb, type User } from '#domain';
import type { Clock } from '#observability';
import type { Doorbell } from '#queue';
import {
  type BudgetOverride,
  changeStatus,
  type ClosingVerb,
  createUser,
  type EntryOptions,
  findUser,
  linksOfUser,
  type LinkView,
  listUsers,
  type NewUser,
  patchUser,
  type PurgeRequest,
  purgeUser,
  replaceTags,
  replaceUser,
  type Replacement,
  type Roster,
  type UserPatch,
  UserNotFound,
  type UserRef,
  type WholeTags,
  type Written,
} from '#store';
import { Cursors } from '../http/cursor.js';
import { requireFourEyes } from './override.js';
import type { BudgetPolicy } from '../holds/holds.service.js';
import { BUDGET, CLOCK, DOORBELL, ROSTER } from '../tokens.js';
import type { ListQuery } from './requests.js';

/** One page of users, and where the next begins. */
export interface UserListing {
  readonly users: readonly User[];
  readonly nextCursor: string | null;
}

/** A way out. */
export interface Move {
  readonly verb: ClosingVerb;
  readonly overrideBudget: BudgetOverride | undefined;
}

/** How a user is to be purged. */
export type Purge = Pick<PurgeRequest, 'notBefore' | 'overrideBudget'>;

/** What callers do with users: each write commits first, and only then rings, without waiting for anybody to hear. */
@Injectable()
export class UsersService {
  private readonly cursors: Cursors;

  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(DOORBELL) private readonly doorbell: Doorbell,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(BUDGET) private readonly policy: BudgetPolicy,
  ) {
    this.cursors = new Cursors(roster.hashKey);
  }

  async create(actor: string, given: NewUser, options: EntryOptions): Promise<User> {
    const user = await createUser(this.roster, actor, given, options);
    this.doorbell.ring('all', 'live', [user.id]);
    return user;
  }

  async find(id: string): Promise<User> {
    const user = await findUser(this.roster.database, id);
    if (user === null) throw new UserNotFound();
    return user;
  }

  async list({ cursor, limit, ...filters }: ListQuery): Promise<UserListing> {
    const listing = JSON.stringify([
      filters.status ?? null,
      filters.externalKey ?? null,
      filters.email ?? null,
      filters.parkedAt ?? null,
    ]);
    const after = this.cursors.read(cursor, listing);
    const { users, next } = await listUsers(this.roster.database, { after, limit, ...filters });
    return { users, nextCursor: this.cursors.sign(next, listing) };
  }

  async replace(actor: string, ref: UserRef & EntryOptions, attributes: Replacement): Promise<User> {
    return this.announceEdit(await replaceUser(this.roster, actor, { ...ref, attributes }));
  }

  async patch(actor: string, ref: UserRef & EntryOptions, patch: UserPatch): Promise<User> {
    return this.announceEdit(await patchUser(this.roster, actor, { ...ref, patch }));
  }

  async replaceTags(actor: string, ref: UserRef, tags: WholeTags): Promise<User> {
    return this.announceEdit(await replaceTags(this.roster, actor, { ...ref, tags }));
  }

  async move(actor: string, ref: UserRef, how: Move): Promise<User> {
    requireFourEyes(this.policy, how.overrideBudget);
    const { user, changed } = await changeStatus(this.roster, actor, { ...ref, ...how });
    if (changed) this.doorbell.ring('all', laneOfVerb(how.verb), [user.id]);
    return user;
  }

  async purge(actor: string, ref: UserRef, how: Purge): Promise<User> {
    requireFourEyes(this.policy, how.overrideBudget);
    const request = { ...ref, ...how, now: this.clock.now() };
    const { user, changed } = await purgeUser(this.roster, actor, request);
    if (changed && user.status === 'purging') this.doorbell.ring('all', laneOfVerb('purge'), [user.id]);
    return user;
  }

  async links(id: string): Promise<readonly LinkView[]> {
    const links = await linksOfUser(this.roster.database, id);
    // A user without links may still exist, when no provider is configured.
    if (links.length === 0) await this.find(id);
    return links;
  }

  private announceEdit({ user, changed }: Written): User {
    if (changed) this.doorbell.ring('all', 'live', [user.id]);
    return user;
  }
}
