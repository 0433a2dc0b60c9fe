import { type Assigner, describePark, LANE_NAMES, type Lane, parkOf, type Situation } from '#domain';
import type { NativeAttributes } from '#identity-provider';
import type { Database } from '../database.js';
import type { Asserted } from '../engine/work.js';
import type { Prisma } from '../generated/client.js';

/** Where a link stands, as one word. `due` covers waiting, in work and backing off; each link is in exactly one. */
export type LinkStanding = 'inSync' | 'notEnforceable' | 'due' | 'parked' | 'held' | 'disabled';

/** One link as people read it. Holds no attribute values. */
export interface LinkView {
  readonly provider: string;
  readonly situation: Situation;
  readonly standing: LinkStanding;
  /** Whether the user is in the provider's scope, as last decided, and by what. */
  readonly assigned: boolean;
  readonly assignedBy: Assigner;
  readonly accountId: string | null;
  readonly remoteKey: string;
  readonly parked: {
    readonly reason: string;
    readonly code: string;
    readonly attribute: string | null;
    readonly rule: string | null;
    readonly since: Date | null;
  } | null;
  readonly heldStep: string | null;
  /** The mass change that the held step is part of, and what was decided of it; `null` when no step is held. */
  readonly hold: {
    readonly class: string;
    readonly since: Date | null;
    readonly decision: string | null;
  } | null;
  readonly lane: Lane;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly owed: readonly string[];
  readonly deferred: boolean;
  readonly observedState: string | null;
  readonly observedAt: Date | null;
  readonly dueSince: Date | null;
  readonly nextAttemptAt: Date | null;
  readonly settledAt: Date | null;
  readonly createdAt: Date;
}

/** The columns that say where a link stands. */
export interface LinkState {
  readonly wanted: bigint;
  readonly handled: bigint;
  readonly parkCode: string | null;
  readonly heldStep: string | null;
  readonly heldDecision: string | null;
  readonly notEnforceable: boolean;
  readonly owed: readonly string[];
  readonly instance: { readonly enabled: boolean };
}

/**
 * Where a link stands. The first line that fits:
 * disabled (its provider is) · parked (and nothing newer is wanted) · held (nobody decided yet) · due (something is wanted, or owed)
 * · notEnforceable (settled, and kept by us alone) · inSync. `convergence` counts by the same lines, in SQL.
 */
function standingOf(link: LinkState): LinkStanding {
  const isHandled = link.wanted === link.handled;
  if (!link.instance.enabled) return 'disabled';
  if (isHandled && link.parkCode !== null) return 'parked';
  if (link.heldStep !== null && link.heldDecision === null) return 'held';
  if (isHandled && link.notEnforceable) return 'notEnforceable';
  return isHandled && link.owed.length === 0 ? 'inSync' : 'due';
}

/** `standingOf` in SQL; expects links under the alias `l` and their providers under `p`. */
export const STANDING_SQL = `CASE
  WHEN NOT p.enabled THEN 'disabled'
  WHEN l.handled = l.wanted AND l.park_code IS NOT NULL THEN 'parked'
  WHEN l.held_step IS NOT NULL AND l.held_decision IS NULL THEN 'held'
  WHEN l.handled = l.wanted AND l.not_enforceable THEN 'notEnforceable'
  WHEN l.handled = l.wanted AND l.owed = '{}' THEN 'inSync'
  ELSE 'due' END`;

/** What is known of the account behind a link. */
function situationOf(link: {
  readonly parkCode: string | null;
  readonly observedState: string | null;
  readonly appliedStatus: string | null;
  readonly accountId: string | null;
}): Situation {
  if (link.parkCode === 'disputed') return 'disputed';
  if (link.appliedStatus === 'purged') return 'deleted';
  if (link.observedState === 'softDeleted' || link.observedState === 'notLive') return 'deleted';
  if (link.observedState === 'absent') return 'absent';
  return link.accountId === null ? 'unlinked' : 'linked';
}

/** What the account of a link is known to hold, as last read or acknowledged. Holds attribute values. */
export interface HeldView {
  readonly state: string;
  readonly marker: string | null;
  /** By native path; `null` when nothing is known for certain, as after an erasure that was not read yet. */
  readonly attributes: NativeAttributes | null;
  /** The tags that the account was last told; `null` when it was told none. */
  readonly tags: Readonly<Record<string, string>> | null;
  readonly observedAt: Date | null;
}

/** One link with what its account is known to hold. */
export interface LinkWithAccount {
  readonly link: LinkView;
  /** What was said of the user's being in the provider's scope; `null` when the rule decides. */
  readonly assignedOverride: boolean | null;
  /** `null` before anything was found out. */
  readonly held: HeldView | null;
}

/** Every link of a user, by provider. Empty for a user that does not exist. */
export async function linksOfUser(database: Database, userId: string): Promise<LinkView[]> {
  const links = await database.prisma.link.findMany({
    where: { userId },
    include: WITH_INSTANCE,
    orderBy: { provider: 'asc' },
  });
  return links.map(toLinkView);
}

/** One link of a user; `null` when there is none. */
export async function linkOfUser(
  database: Database,
  userId: string,
  provider: string,
): Promise<LinkWithAccount | null> {
  const link = await database.prisma.link.findUnique({
    where: { userId_provider: { userId, provider } },
    include: WITH_INSTANCE,
  });
  if (link === null) return null;
  return {
    link: toLinkView(link),
    assignedOverride: link.assignedOverride,
    held: heldView(link),
  };
}

const WITH_INSTANCE = { instance: { select: { enabled: true } } } as const;
type LinkRow = Prisma.LinkGetPayload<{ include: typeof WITH_INSTANCE }>;

function toLinkView(link: LinkRow): LinkView {
  const isDue = link.wanted > link.handled;
  return {
    provider: link.provider,
    situation: situationOf(link),
    standing: standingOf(link),
    assigned: link.assignedOverride ?? link.assigned,
    assignedBy: link.assignedOverride === null ? 'rule' : 'override',
    accountId: link.accountId,
    remoteKey: link.remoteKey,
    parked: parkedView(link),
    heldStep: link.heldStep,
    hold: holdView(link),
    lane: LANE_NAMES[link.lane] ?? 'backfill',
    attempts: link.attempts,
    lastError: link.lastError,
    owed: link.owed,
    deferred: link.deferred,
    observedState: link.observedState,
    observedAt: link.observedAt,
    dueSince: isDue ? link.wantedSince : null,
    nextAttemptAt: isDue ? link.nextAttemptAt : null,
    settledAt: link.settledAt,
    createdAt: link.createdAt,
  };
}

function holdView({ heldClass, heldAt, heldDecision }: LinkRow): LinkView['hold'] {
  return heldClass === null ? null : { class: heldClass, since: heldAt, decision: heldDecision };
}

function heldView(link: LinkRow): HeldView | null {
  if (link.observedState === null) return null;
  const asserted = link.asserted as Asserted | null; // the engine alone writes it, as this
  return {
    state: link.observedState,
    marker: link.observedMarker,
    attributes: asserted?.attributes ?? null,
    tags: asserted?.tags ?? null,
    observedAt: link.observedAt,
  };
}

function parkedView(link: {
  readonly parkCode: string | null;
  readonly parkAttribute: string | null;
  readonly parkRule: string | null;
  readonly parkedAt: Date | null;
}): LinkView['parked'] {
  const park = parkOf(link);
  if (link.parkCode === null || park === null) return null;
  return {
    reason: describePark(park),
    code: link.parkCode,
    attribute: link.parkAttribute,
    rule: link.parkRule,
    since: link.parkedAt,
  };
}
