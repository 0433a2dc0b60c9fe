import { SMALL_ROSTER } from '#domain';

/** Room returns when it was taken longer ago than this. The minute that is under way comes on top. */
export const WINDOW_MINUTES = 60;

/** How long a count of linked users is good for: they are counted by index, but there may be many. */
export const COUNT_AGAIN = `interval '1 minute'`;

/**
 * Who may go on, by the lock of their row and the lease of their link. A hold belongs to one step, one status revision
 * and one observed state; for any other it says nothing.
 */
const ALLOWED = `
  asked AS (
    SELECT * FROM json_to_recordset($2::json) AS a(
      id uuid, user_id uuid, token uuid, status_revision int, attribute_revision int,
      assignment_revision int, rests_on_attributes boolean, kind text, account_id text,
      remote_key text, keys jsonb, owes text[], class text, step text, state text)),
  clock AS (SELECT floor(extract(epoch FROM now()) / 60)::bigint AS minute),
  standing AS (
    SELECT u.id, u.budget_override_revision IS NOT DISTINCT FROM u.status_revision AS overridden
    FROM users u JOIN asked a ON a.user_id = u.id AND a.status_revision = u.status_revision
      AND a.assignment_revision = u.assignment_revision
      AND (NOT a.rests_on_attributes OR a.attribute_revision = u.attribute_revision)
      AND (a.kind IS DISTINCT FROM 'purge' OR u.status = 'purging')
      -- whoever came under legal hold since the account was read keeps their second one, too
      AND (u.stands_beside IS NULL
        OR NOT EXISTS (SELECT FROM users k WHERE k.id = u.stands_beside AND k.legal_hold_at IS NOT NULL))
    ORDER BY u.id FOR SHARE OF u),
  allowed AS (
    SELECT a.*, s.overridden, l.granted_minute,
      l.granted_class = a.class AND l.granted_minute >= clock.minute - ${WINDOW_MINUTES} AS is_counted,
      l.granted_revision = a.status_revision AS is_open,
      CASE WHEN l.held_class = a.class AND l.held_step = a.step AND l.held_status_revision = a.status_revision
             AND l.held_state = a.state THEN COALESCE(l.held_decision, 'open') END AS hold,
      l.approved_until > clock_timestamp() AS in_time
    FROM clock, asked a JOIN standing s ON s.id = a.user_id
    JOIN links l ON l.user_id = a.user_id AND l.provider = $1
      AND l.lease_token = a.token
      -- by the wall, not by the start of this statement: it may have waited for a user's lock past the lease
      AND l.lease_until > clock_timestamp())`;

/**
 * What each step comes to before any room is looked at. A hold is ended by a decision or by a change of what it was
 * about, never by time: the hour that goes by is not somebody who looked. People are counted, not steps: whoever took
 * room within the hour takes no more of it, and only room of a step that is still open can be given back.
 */
const SORTED = `
  sorted AS (
    SELECT a.*, CASE
      WHEN a.class IS NULL OR (a.class = 'create' AND p.first_synced_at IS NULL) THEN 'free'
      WHEN a.overridden AND a.class IN ('suspend', 'remove') THEN 'free'
      WHEN a.hold = 'approved' AND a.in_time THEN 'free'
      WHEN a.hold = 'rejected' THEN 'rejected'
      WHEN a.is_counted THEN CASE WHEN a.is_open THEN 'granted' ELSE 'free' END
      WHEN a.hold IS NOT NULL THEN 'held'
      ELSE 'asks' END AS answer
    FROM allowed a JOIN providers p ON p.slug = $1)`;

/**
 * The population that a budget's share is taken of: the users its provider has linked, and of removals also those who
 * took room within the hour and are gone. Else each receipt would lower the share of those who wait beside it, and the
 * last of an hour's purges would be held. Expects the row of `budgets` under the alias `k`.
 */
export const LINKED = `
      CASE WHEN k.counted_at > now() - ${COUNT_AGAIN} THEN k.linked
        ELSE (SELECT count(*)::int FROM links l WHERE l.provider = k.provider AND l.account_id IS NOT NULL)
          + CASE WHEN k.class <> 'remove' THEN 0 ELSE (
              SELECT count(*)::int FROM links l
              WHERE l.provider = k.provider AND l.granted_class = 'remove' AND l.account_id IS NULL
                AND l.granted_minute >= floor(extract(epoch FROM now()) / 60)::bigint - ${WINDOW_MINUTES}) END END`;

/** What is left of a budget, `NULL` without a limit; expects its allowance, `class`, `spent`, `linked`, and the `clock`. */
export const ROOM_LEFT = `
      CASE WHEN percent >= 100 THEN NULL
        ELSE LEAST(GREATEST(at_least, floor(percent * linked / 100)),
                   CASE WHEN linked < ${SMALL_ROSTER} AND class <> 'create' THEN GREATEST(1, linked / 2) END)
          - budget_spent(spent, clock.minute - ${WINDOW_MINUTES}) END`;

/** Locks the budgets that are asked, in one order for everybody, and sees what was spent until the lock was given. */
const ROOM = `
  locked AS (
    SELECT b.provider, b.class, b.spent, b.linked, b.counted_at
    FROM budgets b JOIN (SELECT DISTINCT class FROM sorted WHERE answer = 'asks') AS w ON w.class = b.class
    WHERE b.provider = $1 ORDER BY b.class FOR UPDATE OF b),
  counted AS MATERIALIZED (
    SELECT k.class, k.spent, x."atLeast" AS at_least, x.percent, ${LINKED} AS linked
    FROM locked k JOIN jsonb_to_recordset($3::jsonb) AS x(class text, "atLeast" int, percent float8)
      ON x.class = k.class),
  room AS (SELECT class, linked, ${ROOM_LEFT} AS free FROM counted, clock)`;

const ANSWERED = `
  answered AS (
    SELECT o.*, CASE
        WHEN o.answer <> 'asks' THEN o.answer
        WHEN r.class IS NOT NULL AND (r.free IS NULL OR o.place <= r.free) THEN 'reserved'
        ELSE 'held' END AS verdict
    FROM (SELECT s.*, row_number() OVER (PARTITION BY s.answer, s.class ORDER BY s.user_id) AS place
          FROM sorted s) AS o
    LEFT JOIN room r ON r.class = o.class),
  going AS (SELECT * FROM answered WHERE verdict IN ('free', 'granted', 'reserved'))`;

const SPENT = `
  spending AS (
    UPDATE budgets b
    SET spent = budget_reserve(b.spent, g.minute - ${WINDOW_MINUTES}, g.minute, g.steps), linked = g.linked,
        counted_at = CASE WHEN b.linked IS DISTINCT FROM g.linked OR b.counted_at IS NULL
                            OR b.counted_at <= now() - ${COUNT_AGAIN} THEN now() ELSE b.counted_at END
    FROM (SELECT a.class, r.linked, clock.minute, count(*) AS steps
          FROM going a JOIN room r ON r.class = a.class CROSS JOIN clock
          WHERE a.verdict = 'reserved' GROUP BY 1, 2, 3) AS g
    WHERE b.provider = $1 AND b.class = g.class)`;

const MARKED = `
  marked AS (
    UPDATE links l SET
      owed = ARRAY(SELECT DISTINCT unnest(l.owed || g.owes)),
      granted_class = CASE g.verdict WHEN 'reserved' THEN g.class ELSE l.granted_class END,
      granted_minute = CASE g.verdict WHEN 'reserved' THEN clock.minute ELSE l.granted_minute END,
      granted_revision = CASE g.verdict WHEN 'reserved' THEN g.status_revision ELSE l.granted_revision END
    FROM going g CROSS JOIN clock
    WHERE (g.owes <> '{}' OR g.verdict = 'reserved') AND l.user_id = g.user_id AND l.provider = $1)`;

const WRITTEN = `
  replaced AS (
    DELETE FROM intents i
    WHERE i.kind = 'provision' AND i.provider = $1 AND i.settled_at IS NULL
      AND i.user_id = ANY (ARRAY(SELECT user_id FROM going WHERE kind = 'provision'))),
  written AS (
    INSERT INTO intents (id, user_id, provider, kind, lease_token, account_id, remote_key, lookup_keys,
                         status_revision, attribute_revision)
    SELECT g.id, g.user_id, $1, g.kind, g.token, g.account_id, g.remote_key, g.keys, g.status_revision,
           g.attribute_revision
    FROM going g WHERE g.kind IS NOT NULL)`;

/** What some request of a group asks for. */
export interface Needs {
  /** Room in a budget: takes `$3`, and marks links. */
  readonly room: boolean;
  readonly debts: boolean;
  readonly intents: boolean;
}

const together = (parts: readonly string[]): string => parts.map((part) => part.trim()).join(', ');

/**
 * The statement that records a group: `$1` provider, `$2` the requests and, where room is asked for, `$3` what is allowed by
 * class; elsewhere no budget is looked at. What nobody needs is left out, for it would be planned all the same.
 */
export function intendStatement({ room, debts, intents }: Needs): string {
  const written = [...(room || debts ? [MARKED] : []), ...(intents ? [WRITTEN] : [])];
  return room ? charged(written) : uncharged(written);
}

const charged = (written: readonly string[]): string => `
  WITH ${together([ALLOWED, SORTED, ROOM, ANSWERED, SPENT, ...written])}
  SELECT a.user_id, a.class, CASE a.verdict WHEN 'reserved' THEN 'granted' ELSE a.verdict END AS answer,
    CASE a.verdict WHEN 'reserved' THEN clock.minute WHEN 'granted' THEN a.granted_minute END AS minute
  FROM answered a CROSS JOIN clock`;

const uncharged = (written: readonly string[]): string => `
  WITH ${together([ALLOWED, `going AS (SELECT *, 'free' AS verdict FROM allowed)`, ...written])}
  SELECT user_id, NULL AS class, 'free' AS answer, NULL AS minute FROM going`;
