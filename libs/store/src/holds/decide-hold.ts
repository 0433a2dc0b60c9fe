import type { ChangeClass, HoldDecision, Lane } from '#domain';
import { recordAudit } from '../audit/record-audit.js';
import type { Database } from '../database.js';
import { markLinks } from '../mark.js';
import type { Roster } from '../roster/roster.js';
import { transact } from '../roster/transact.js';
import { hashOfHold, isSameHash, stampOf } from './hold-hash.js';
import { DIGEST, OPEN_HOLDS } from './read-holds.js';

/** A decision on one held set. */
export interface HoldVerdict {
  readonly provider: string;
  readonly class: ChangeClass;
  /** As the set was listed with. */
  readonly hash: string;
  readonly decision: HoldDecision;
  readonly reason?: string | undefined;
  readonly now: Date;
  /** How long an approved step may still be taken, when its provider does not answer at once. */
  readonly lifeMs: number;
  /** Whoever asked for a change may not approve it. */
  readonly fourEyes: boolean;
}

/** What became of the set. */
export interface DecidedHold {
  readonly provider: string;
  readonly class: ChangeClass;
  readonly decision: HoldDecision;
  readonly count: number;
  readonly lane: Lane;
}

/** The hash is not the one of what is held: decided before, changed since, or never shown. */
export class HoldChanged extends Error {
  override readonly name = 'HoldChanged';

  constructor() {
    super(
      'no held set has this hash: it was decided already, or has changed; list the holds and decide anew',
    );
  }
}

/** The hash was good once. */
export class HoldExpired extends Error {
  override readonly name = 'HoldExpired';

  constructor() {
    super('this hash has expired; list the holds and decide anew');
  }
}

/** Four eyes are asked for, and these are the same two. */
export class FourEyesRequired extends Error {
  override readonly name = 'FourEyesRequired';

  constructor() {
    super('whoever asked for these changes cannot approve them; another key has to');
  }
}

interface LockedHold {
  readonly user_id: string;
}

/**
 * Approves or rejects exactly the set that a hash was made of. A step that was held later is not part of it; when one
 * of the set is no longer as it was, nothing is decided. Approved steps are permissions: each link is planned afresh,
 * and goes only if it comes to the very step that was approved.
 * @throws HoldChanged, HoldExpired, FourEyesRequired
 */
export async function decideHold(roster: Roster, actor: string, verdict: HoldVerdict): Promise<DecidedHold> {
  const { provider, class: name, decision, now } = verdict;
  const stamp = stampOf(verdict.hash);
  if (stamp === null) throw new HoldChanged();
  return transact(roster.database, async (sql) => {
    const users = await lockSet(sql, roster.hashKey, { ...verdict, ...stamp });
    if (stamp.expiresAt <= now) throw new HoldExpired();
    if (
      verdict.fourEyes &&
      decision === 'approved' &&
      (await askedFor(sql, { actor, provider, users, class: name }))
    )
      throw new FourEyesRequired();
    const lane: Lane = name === 'suspend' || name === 'remove' ? 'revocation' : 'backfill';
    if (decision === 'approved') await approve(sql, verdict, { users, lane });
    else await reject(sql, verdict, users);
    await note({ sql, roster, actor }, verdict, users);
    return { provider, class: name, decision, count: users.length, lane };
  });
}

/** Whoever decides at the same time waits here, and then finds nothing open. */
async function lockSet(
  sql: Database['sql'],
  hashKey: Buffer,
  given: HoldVerdict & { readonly asOf: Date; readonly expiresAt: Date },
): Promise<string[]> {
  const values = [given.provider, given.class, given.asOf];
  const locked = await sql<LockedHold>(
    `SELECT l.user_id ${OPEN_HOLDS} AND l.held_at <= $3 ORDER BY l.user_id FOR UPDATE OF l`,
    values,
  );
  const [set] = await sql<{ digest: string | null }>(
    `SELECT ${DIGEST} AS digest
     FROM (SELECT l.user_id, l.held_step, l.held_status_revision, l.held_state ${OPEN_HOLDS} AND l.held_at <= $3) AS open`,
    values,
  );
  const digest = set?.digest ?? null;
  if (digest === null || locked.length === 0) throw new HoldChanged();
  if (!isSameHash(given.hash, hashOfHold(hashKey, { ...given, digest }))) throw new HoldChanged();
  return locked.map((row) => row.user_id);
}

/** By which requests a class of changes comes about. Nobody asks for an overwrite person by person. */
const REQUESTS: Readonly<Record<ChangeClass, readonly string[]>> = {
  suspend: ['user.deactivate', 'user.delete', 'user.unassign', 'user.clearAssignment'],
  remove: ['user.schedulePurge', 'user.purge'],
  create: ['user.create', 'user.assign'],
  overwrite: [],
};
const SYSTEM = 'system';

/** Whether the last such request for any of these users was this actor's. */
async function askedFor(
  sql: Database['sql'],
  who: {
    readonly actor: string;
    readonly provider: string;
    readonly users: readonly string[];
    readonly class: ChangeClass;
  },
): Promise<boolean> {
  const [row] = await sql<{ asked: boolean }>(
    `SELECT EXISTS (
       SELECT FROM unnest($1::uuid[]) AS h(user_id) CROSS JOIN LATERAL (
         SELECT a.actor FROM audit a
         WHERE a.user_id = h.user_id AND a.action = ANY($3::text[]) AND a.actor <> $4
           AND (a.provider IS NULL OR a.provider = $5)
         ORDER BY a.id DESC LIMIT 1) AS last
       WHERE last.actor = $2) AS asked`,
    [who.users, who.actor, REQUESTS[who.class], SYSTEM, who.provider],
  );
  return row?.asked ?? false;
}

async function approve(
  sql: Database['sql'],
  { provider, lifeMs }: HoldVerdict,
  { users, lane }: { readonly users: readonly string[]; readonly lane: Lane },
): Promise<void> {
  await sql(
    `UPDATE links SET held_decision = 'approved', approved_until = now() + $3 * interval '1 millisecond'
     WHERE provider = $1 AND user_id = ANY($2::uuid[])`,
    [provider, users, lifeMs],
  );
  await markLinks(sql, users, { lane, provider });
}

/** A link that is just being worked on may have been told before that its step is held, and has to ask again. */
async function reject(
  sql: Database['sql'],
  { provider, class: name }: HoldVerdict,
  users: readonly string[],
): Promise<void> {
  await sql(
    `UPDATE links SET held_decision = 'rejected', park_code = 'change_rejected', park_attribute = NULL,
       park_rule = $3, parked_at = now(), last_error = 'change_rejected', wanted = wanted + in_flight::int
     WHERE provider = $1 AND user_id = ANY($2::uuid[])`,
    [provider, users, rejectedRule(name)],
  );
}

/** What a link says whose step was rejected. */
export function rejectedRule(name: ChangeClass): string {
  return name === 'create' ? REJECTED_CREATE : REJECTED_STEP;
}

const REJECTED_STEP =
  'an operator rejected this step; the account stays as it is until the status changes, or the change is asked for again with overrideBudget';
const REJECTED_CREATE =
  'an operator rejected this new account; it is not made until the status changes, or it is asked for again: reactivate the user with "recreate": true';

async function note(
  work: { readonly sql: Database['sql']; readonly roster: Roster; readonly actor: string },
  { provider, class: name, decision, hash, reason }: HoldVerdict,
  users: readonly string[],
): Promise<void> {
  const action = decision === 'approved' ? 'hold.approve' : 'hold.reject';
  const one = { actor: work.actor, action, provider };
  const why = reason === undefined ? {} : { reason };
  await recordAudit(work.sql, work.roster.hashKey, [
    { ...one, detail: { class: name, count: users.length, hash, ...why } },
    ...users.map((userId) => ({ ...one, userId, detail: { class: name } })),
  ]);
}
