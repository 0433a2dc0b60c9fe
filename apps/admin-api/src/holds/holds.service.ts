import { Inject, Injectable } from '@nestjs/common';
import type { Allowance, HoldDecision } from '#domain';
import type { Clock } from '#observability';
import type { Doorbell } from '#queue';
import {
  decideHold,
  type DecidedHold,
  type HeldUser,
  type Hold,
  listHolds,
  type Roster,
  usersOfHold,
} from '#store';
import { Cursors } from '../http/cursor.js';
import { BUDGET, CLOCK, DOORBELL, ROSTER } from '../tokens.js';
import type { DecisionBody, HeldUsersQuery } from './requests.js';

/** How held changes are decided in this deployment. */
export interface BudgetPolicy {
  /** How long a listed set may be decided, and how long an approval is good for. */
  readonly approvalMs: number;
  /** Whether whoever asked for a change may not approve it, nor let it pass the budgets. */
  readonly fourEyes: boolean;
  /** How many of the roster one import may delete because they are not in its file. */
  readonly syncDeletions: Allowance;
}

/** Held changes, and what is decided of them. */
@Injectable()
export class HoldsService {
  private readonly cursors: Cursors;

  constructor(
    @Inject(ROSTER) private readonly roster: Roster,
    @Inject(DOORBELL) private readonly doorbell: Doorbell,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(BUDGET) private readonly policy: BudgetPolicy,
  ) {
    this.cursors = new Cursors(roster.hashKey);
  }

  list(): Promise<Hold[]> {
    return listHolds(this.roster, { now: this.clock.now(), lifeMs: this.policy.approvalMs });
  }

  async users({
    cursor,
    limit,
    ...hold
  }: HeldUsersQuery): Promise<{ readonly users: readonly HeldUser[]; readonly nextCursor: string | null }> {
    const listing = JSON.stringify(['held', hold.provider, hold.class]);
    const after = this.cursors.read(cursor, listing);
    const { users, next } = await usersOfHold(this.roster.database.sql, hold, { after, limit });
    return { users, nextCursor: this.cursors.sign(next, listing) };
  }

  async decide(
    actor: string,
    decision: HoldDecision,
    body: DecisionBody,
  ): Promise<Omit<DecidedHold, 'lane'>> {
    const { lane, ...decided } = await decideHold(this.roster, actor, {
      ...body,
      decision,
      now: this.clock.now(),
      lifeMs: this.policy.approvalMs,
      fourEyes: this.policy.fourEyes,
    });
    if (decision === 'approved') this.doorbell.ring([decided.provider], lane);
    return decided;
  }
}
