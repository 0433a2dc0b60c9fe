/**
 * Parked links whose account is known all the same. The rest waits for a person or brought a worker down, and must not
 * be woken by what was to be expected: an account that refuses a value keeps showing another.
 */
const KNOWN_THOUGH_PARKED = [
  'invalid',
  'no_lookup_key',
  'identifier_taken',
  'gone_at_provider',
  'change_rejected',
];

/**
 * Whether nothing of a link is under way or to be done, and its last settle was over before a moment: whatever was asked
 * for at that moment shows what the link knows. Expects the link under the alias `l` and the moment, to the microsecond,
 * as the parameter that is named. Times of rows are rounded to milliseconds, hence the strictness.
 *
 * "Not due" is spelt as the opposite of due: of `wanted = handled` the planner expects one row in two hundred, and then
 * sorts a whole provider for each page.
 */
export function settledBefore(moment: string): string {
  return `(NOT (l.wanted > l.handled) AND NOT l.in_flight AND l.doubtful_write_at IS NULL
    AND l.observed_at < date_trunc('milliseconds', ${moment}::timestamptz))`;
}

/**
 * The same of a link that can also be compared: what its account was left as is on record. It may be doubted, as it is
 * once an approved step was stale; nothing but a comparison would ever look at such a link again, and what differs is
 * read before anything comes of it.
 */
export function comparableBefore(moment: string): string {
  const parks = KNOWN_THOUGH_PARKED.map((code) => `'${code}'`).join(', ');
  return `(${settledBefore(moment)} AND l.certainty <> 'never' AND (l.park_code IS NULL OR l.park_code IN (${parks})))`;
}

/** The select list of a link that is compared; expects link and user under the aliases `l` and `u`. */
export const SWEPT_COLUMNS = `l.user_id AS "userId", l.account_id AS "accountId", l.remote_key AS "remoteKey",
  COALESCE(l.assigned_override, l.assigned) AS assigned, l.observed_state AS "observedState",
  l.observed_marker AS "observedMarker", l.asserted, u.status AS "userStatus"`;
