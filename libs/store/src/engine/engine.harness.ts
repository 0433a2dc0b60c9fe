import { v7 } from 'uuid';
import type { User } from '#domain';
import { createUser } from '../roster/edit-user.js';
import { spellDeclaration } from '../roster/declared-version.js';
import { declared, type TestRoster } from '../roster/roster.harness.js';
import { claimDue, type ClaimRequest } from './claim.js';
import { settleGroup } from './settle.js';
import type { LinkKnowledge, Settlement } from './settlement.js';
import type { ClaimedLink } from './work.js';

export const PROVIDER = 'north';

/** What the engine's own tests do to links, on a roster with the provider `north`. */
export class Links {
  private count = 0;

  constructor(readonly roster: TestRoster) {}

  /** A new user, due at `north`. */
  enter(): Promise<User> {
    this.count += 1;
    return createUser(this.roster, 'test', {
      externalKey: `key-${this.count}`,
      email: `p${this.count}@example.com`,
    });
  }

  /** The one link that is due of these users, under a lease of its own. */
  async claim(user: User, more: Partial<ClaimRequest> = {}): Promise<ClaimedLink> {
    const [claimed] = await this.claimAll({ userIds: [user.id], ...more });
    if (claimed === undefined) throw new Error('nothing was due');
    return claimed;
  }

  async claimAll(more: Partial<ClaimRequest> = {}): Promise<ClaimedLink[]> {
    // Times are kept in whole milliseconds, so "now" may have been written half a one ahead.
    await this.roster.sql('SELECT pg_sleep(0.001)');
    return claimDue(this.roster.sql, { ...lease(), ...more });
  }

  /** Settles as everything being there, except as told. */
  settle(link: ClaimedLink, more: Partial<Settlement> = {}, coalesceMs = 0): Promise<void> {
    return settleGroup(this.roster.sql, [handled(link, more)], {
      provider: PROVIDER,
      declaration: spellDeclaration(declared(PROVIDER)),
      coalesceMs,
      actor: 'worker',
    });
  }

  /** A user whose link is in sync with this account. */
  async enterInSync(accountId: string): Promise<User> {
    const user = await this.enter();
    await this.settle(await this.claim(user), { knowledge: knows({ accountId }) });
    return user;
  }

  /** One link as its row stands. */
  async row(user: User): Promise<Record<string, unknown>> {
    const [row] = await this.roster.sql<Record<string, unknown>>(
      "SELECT *, next_attempt_at - now() > interval '0' AS waits FROM links WHERE user_id = $1 AND provider = $2",
      [user.id, PROVIDER],
    );
    return row ?? {};
  }

  /** Changes one link behind everybody's back. */
  async set(user: User, assignments: string): Promise<void> {
    await this.roster.sql(`UPDATE links SET ${assignments} WHERE user_id = $1`, [user.id]);
  }
}

/** A claim's request, under a new lease of a minute. */
export function lease(more: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    provider: PROVIDER,
    declaration: spellDeclaration(declared(PROVIDER)),
    leaseToken: v7(),
    leaseMs: 60_000,
    limit: 100,
    maxLane: 3,
    ...more,
  };
}

/** A live account that is known for certain, except as told. */
export function knows(more: Partial<LinkKnowledge> = {}): LinkKnowledge {
  return {
    accountId: null,
    certainty: 'certain',
    observedState: 'live',
    observedMarker: null,
    asserted: { attributes: {}, tags: null },
    owed: [],
    notEnforceable: false,
    deferred: false,
    ...more,
  };
}

function handled(link: ClaimedLink, more: Partial<Settlement>): Settlement {
  return {
    link,
    outcome: 'handled',
    delayMs: 0,
    attempts: 0,
    knowledge: knows({ accountId: link.accountId }),
    seenOwed: link.owed,
    doubt: 'keep',
    applied: null,
    assignedByRule: null,
    park: null,
    waitsFor: null,
    lastError: null,
    intent: null,
    mergeIsOver: false,
    approval: null,
    isRepair: false,
    steps: [],
    held: null,
    room: 'used',
    mutated: false,
    ...more,
  };
}
