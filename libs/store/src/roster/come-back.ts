import {
  type Certainty,
  type ChangeClass,
  type HaltScope,
  laneOfVerb,
  type ObservedState,
  type OwedEffect,
  type ParkColumns,
  parkOf,
  type ParkReason,
} from '#domain';
import { recordAudit } from '../audit/record-audit.js';
import type { Sql } from '../database.js';
import type { Asserted } from '../engine/work.js';
import { markClause } from '../mark.js';
import { move, type Move } from './change-status.js';
import type { UserRef, Written } from './edit-user.js';
import { lockUser } from './lock-user.js';
import { requireRevision } from './revision.js';
import type { Roster } from './roster.js';
import { transact } from './transact.js';

/** A request to have somebody back. */
export interface ReturnRequest extends UserRef {
  readonly verb: 'restore' | 'reactivate';
  /**
   * Where the account is gone a new one may be made, whatever it loses: once, and as long as this status lasts.
   * (Default: false)
   */
  readonly recreate?: boolean;
}

/** What was known of the account at one provider when somebody was asked back. */
export interface LinkBefore {
  readonly provider: string;
  readonly isEnabled: boolean;
  readonly accountId: string | null;
  readonly remoteKey: string | null;
  /** What was said of the user's being in the provider's scope; `null` when the rule decides. */
  readonly assignedOverride: boolean | null;
  readonly certainty: Certainty;
  readonly observedState: ObservedState | null;
  readonly observedMarker: string | null;
  readonly asserted: Asserted | null;
  readonly owed: readonly OwedEffect[];
  readonly park: ParkReason | null;
  /** Nothing was due or under way, and no write is in doubt. */
  readonly isSettled: boolean;
  /** A new account may be made in place of one that is gone. */
  readonly mayRecreate: boolean;
  /** What of the link waits for approval or was rejected, or would have to be approved again; `null` when nothing is. */
  readonly hold: ChangeClass | null;
  /** What is not done at the provider for now. */
  readonly halt: HaltScope | null;
  /** What is personal in the profile there is to be erased, or was since the user was deleted. */
  readonly isProfileErased: boolean;
}

/** The user after the move, and what its links said before it: one for each provider there is. */
export interface Returned extends Written {
  readonly links: readonly LinkBefore[];
}

/**
 * Restores or reactivates a user, and says what was known of the accounts then: status, permission, links and audit
 * entries in one transaction, under the lock of the user row. A restore also cancels a purge that was asked for. A
 * permission for new accounts is given to whoever is active afterwards, also when they were before, wherever they are to
 * have one now; the accounts are read before anything is made of it.
 * @throws UserNotFound, RevisionMismatch, TransitionRefused
 */
export async function comeBack(roster: Roster, actor: string, request: ReturnRequest): Promise<Returned> {
  const { verb, recreate = false } = request;
  return transact(roster.database, async (sql) => {
    const user = await lockUser(sql, request.id);
    requireRevision(user, request.expected);
    const before = await linksBefore(sql, user.id);
    const work = { sql, roster, actor };
    const moved = await move(work, user, verb);
    const isAllowed = recreate && moved.user.status === 'active';
    const allowed = isAllowed ? await allowRecreation(work, user.id, verb) : new Set<string>();
    return {
      user: moved.user,
      changed: moved.changed || allowed.size > 0,
      links: before.map((link) => ({
        ...link,
        // A permission that was given before ends with the status that it was given for.
        mayRecreate: allowed.has(link.provider) || (link.mayRecreate && !moved.changed),
        // So does a hold. One of a new account may come again with the next try.
        hold: moved.changed && link.hold !== 'create' ? null : link.hold,
      })),
    };
  });
}

/** @returns the providers at which a new account may be made now: a permission that slept would be used unasked */
async function allowRecreation(
  { sql, roster, actor }: Move,
  userId: string,
  verb: ReturnRequest['verb'],
): Promise<ReadonlySet<string>> {
  const mark = markClause({ lane: laneOfVerb(verb), doubt: true, allowsRecreation: true });
  const rows = await sql<{ provider: string }>(
    `UPDATE links l SET ${mark} FROM providers p
     WHERE l.user_id = $1 AND p.slug = l.provider AND p.enabled AND COALESCE(l.assigned_override, l.assigned)
     RETURNING l.provider`,
    [userId],
  );
  await recordAudit(sql, roster.hashKey, [
    { actor, action: 'user.allowRecreation', userId, detail: { verb } },
  ]);
  return new Set(rows.map(({ provider }) => provider));
}

type LinkBeforeRow = Omit<LinkBefore, 'park'> & Required<ParkColumns>;

async function linksBefore(sql: Sql, userId: string): Promise<LinkBefore[]> {
  const rows = await sql<LinkBeforeRow>(
    `SELECT p.slug AS provider, p.enabled AS "isEnabled", l.account_id AS "accountId", l.remote_key AS "remoteKey",
            l.assigned_override AS "assignedOverride",
            COALESCE(l.certainty, 'never') AS certainty, l.observed_state AS "observedState",
            l.observed_marker AS "observedMarker", NULLIF(l.asserted, 'null') AS asserted,
            COALESCE(l.owed, '{}') AS owed,
            l.park_code AS "parkCode", l.park_attribute AS "parkAttribute", l.park_rule AS "parkRule",
            COALESCE(l.handled = l.wanted AND NOT l.in_flight AND l.doubtful_write_at IS NULL, false)
              AND NOT EXISTS (SELECT FROM intents i WHERE i.user_id = l.user_id AND i.provider = p.slug
                                AND i.kind = 'provision' AND i.settled_at IS NULL) AS "isSettled",
            l.recreate_from IS NOT NULL AS "mayRecreate",
            CASE WHEN l.held_decision IS DISTINCT FROM 'approved' THEN l.held_class END AS hold,
            p.halt_scope AS halt,
            COALESCE('eraseProfile' = ANY(l.owed), false) OR ${PROFILE_WAS_ERASED} AS "isProfileErased"
     FROM providers p LEFT JOIN links l ON l.provider = p.slug AND l.user_id = $1
     ORDER BY p.slug`,
    [userId],
  );
  return rows.map(({ parkCode, parkAttribute, parkRule, ...link }) => ({
    ...link,
    park: parkOf({ parkCode, parkAttribute, parkRule }),
  }));
}

// By the audit: a debt that was paid has left no trace on the link.
const PROFILE_WAS_ERASED = `EXISTS (
              SELECT FROM audit a JOIN users u ON u.id = a.user_id
              WHERE a.user_id = $1 AND a.provider = p.slug AND a.action = 'provider.discharge'
                AND a.detail ->> 'effect' = 'eraseProfile' AND a.detail ->> 'outcome' = 'acknowledged'
                AND a.at >= u.status_changed_at)`;
