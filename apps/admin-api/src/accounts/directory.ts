import { Inject, Injectable } from '@nestjs/common';
import type { User } from '#domain';
import type { AccountTarget, ProviderInstance, ProviderRegistry } from '#identity-provider';
import type { Clock } from '#observability';
import {
  findUser,
  linkOfUser,
  type LinkWithAccount,
  listProviders,
  NoAccount,
  type Roster,
  UserNotFound,
} from '#store';
import { Problem } from '../http/problem.js';
import { CLOCK, REGISTRY, ROSTER } from '../tokens.js';
import { OFFERS, type Operation } from './offers.js';
import { notOffered } from './provider-problem.js';

/** A user at one provider. */
export interface Located extends LinkWithAccount {
  readonly user: User;
  readonly instance: ProviderInstance;
}

/** Finds who and what a request about one user at one provider is about. */
@Injectable()
export class AccountDirectory {
  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(REGISTRY) private readonly registry: ProviderRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The provider of a path, when it offers the operation.
   * @throws UserNotFound, and Problem when there is no such provider, or it does not offer that
   */
  async offering(operation: Operation, userId: string, slug: string): Promise<ProviderInstance> {
    if ((await findUser(this.roster.database, userId)) === null) throw new UserNotFound();
    const instance = await this.configured(slug);
    if (!OFFERS[operation].isOffered(instance)) throw notOffered({ instance, operation });
    return instance;
  }

  /** @throws Problem when there is no such provider, or this process has no settings for it */
  async configured(slug: string): Promise<ProviderInstance> {
    return this.registry.find(slug) ?? (await this.explainMissing(slug));
  }

  /**
   * Does nothing, and asks nobody, when the provider offers the operation.
   * @throws as `offering`
   */
  async requireOffered(operation: Operation, userId: string, slug: string): Promise<void> {
    const instance = this.registry.find(slug);
    if (instance !== undefined && OFFERS[operation].isOffered(instance)) return;
    await this.offering(operation, userId, slug);
  }

  /**
   * The user, the provider, and the link between them.
   * @throws as `offering`, and NoAccount when there is no link
   */
  async locate(operation: Operation, userId: string, slug: string): Promise<Located> {
    const instance = await this.offering(operation, userId, slug);
    const { database } = this.roster;
    // The user after the link: a link never knows more of its user than the user's own row.
    const found = await linkOfUser(database, userId, slug);
    const user = await findUser(database, userId);
    if (user === null) throw new UserNotFound();
    if (found === null) throw new NoAccount(slug, 'not there');
    return { ...found, user, instance };
  }

  private async explainMissing(slug: string): Promise<never> {
    const known = await listProviders(this.roster.database, this.clock.now());
    if (known.some((provider) => provider.slug === slug)) {
      const detail = `${slug} has no settings in this process; see ROLLCALL_PROVIDERS`;
      throw new Problem(409, 'provider_not_configured', { detail });
    }
    const names = known.map((provider) => provider.slug).join(', ');
    const detail = `there is no provider of this name; there ${names === '' ? 'are none' : `is ${names}`}`;
    throw new Problem(404, 'provider_not_found', { detail });
  }
}

/**
 * The account that a link is about.
 * @throws NoAccount when none is recorded
 */
export function targetOf({ link, instance }: Located): AccountTarget {
  const { accountId, remoteKey, situation } = link;
  if (accountId === null) throw new NoAccount(instance.slug, situation);
  return { accountId, remoteKey };
}
