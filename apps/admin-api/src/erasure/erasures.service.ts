import { Inject, Injectable } from '@nestjs/common';
import { laneOfVerb } from '#domain';
import type { ProviderRegistry } from '#identity-provider';
import type { Clock } from '#observability';
import type { Doorbell } from '#queue';
import {
  type BudgetOverride,
  type Erasure,
  type ErasureWithLines,
  findUser,
  listErasures,
  openErasure,
  type PublishedKey,
  readErasure,
  readPublishedKey,
  type Roster,
  UserNotFound,
  type UserRef,
  waiveProof,
} from '#store';
import type { BudgetPolicy } from '../holds/holds.service.js';
import { Cursors } from '../http/cursor.js';
import { BUDGET, CLOCK, DOORBELL, ERASURE, REGISTRY, ROSTER } from '../tokens.js';
import { requireFourEyes } from '../users/override.js';
import type { ErasureListQuery } from './requests.js';

/** How erasures are kept in this deployment. */
export interface ErasurePolicy {
  /** From the request to its deadline. */
  readonly periodMs: number;
}

/** What a caller says of an erasure. */
export interface ErasureAsk {
  readonly confirm: string | undefined;
  readonly overrideBudget: BudgetOverride | undefined;
}

/** Erasures: asked for here, done by the mirror, and proven by receipts. */
@Injectable()
export class ErasuresService {
  private readonly cursors: Cursors;

  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(DOORBELL) private readonly doorbell: Doorbell,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(REGISTRY) private readonly registry: ProviderRegistry,
    @Inject(ERASURE) private readonly policy: ErasurePolicy,
    @Inject(BUDGET) private readonly budget: BudgetPolicy,
  ) {
    this.cursors = new Cursors(roster.hashKey);
  }

  async open(actor: string, ref: UserRef, ask: ErasureAsk): Promise<ErasureWithLines> {
    requireFourEyes(this.budget, ask.overrideBudget);
    const isNew = await openErasure(this.roster, actor, {
      ...ref,
      ...ask,
      deadline: new Date(this.clock.now().getTime() + this.policy.periodMs),
      eraseProfileAt: this.registry
        .all()
        .filter(({ provider }) => provider.capabilities.erasesProfile)
        .map(({ slug }) => slug),
    });
    if (isNew) this.doorbell.ring('all', laneOfVerb('purge'), [ref.id]);
    return readErasure(this.roster.database, ref.id);
  }

  async read(userId: string): Promise<ErasureWithLines> {
    if ((await findUser(this.roster.database, userId)) === null) throw new UserNotFound();
    return readErasure(this.roster.database, userId);
  }

  async list({ cursor, limit, state }: ErasureListQuery): Promise<{
    readonly erasures: readonly Erasure[];
    readonly nextCursor: string | null;
  }> {
    const listing = JSON.stringify(['erasures', state ?? null]);
    const after = this.cursors.read(cursor, listing);
    const { erasures, next } = await listErasures(this.roster.database, { state, after, limit });
    return { erasures, nextCursor: this.cursors.sign(next, listing) };
  }

  async waive(
    actor: string,
    ref: UserRef,
    how: { readonly provider: string; readonly reason: string },
  ): Promise<void> {
    await waiveProof(this.roster, actor, { ...ref, ...how });
  }

  publishedKey(): Promise<PublishedKey> {
    return readPublishedKey(this.roster.database.sql);
  }
}
