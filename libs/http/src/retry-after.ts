const CEILING_MS = 3_600_000;
/** A date that has passed, or zero seconds, must not become a hot loop. */
const FLOOR_MS = 1000;

// `Date.parse` takes '-5', '1.5' and '120' for dates, so only these two forms reach it.
const SECONDS = /^\d{1,7}$/;
const IMF_FIXDATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** What an answer says about time. */
export interface RetryHint {
  readonly retryAfter: string | undefined;
  /** The answer's `Date` header: the other side's clock, against which its dates are meant. */
  readonly date: string | undefined;
}

/**
 * How long to leave a provider alone, in milliseconds between one second and one hour.
 * @param nowMs used where the answer carries no date of its own
 * @returns `undefined` when the header is missing or not one of the two forms of the standard
 * @see RFC 9110 section 10.2.3 (Retry-After) and 5.6.7 (IMF-fixdate)
 */
export function parseRetryAfter(hint: RetryHint, nowMs: number): number | undefined {
  const value = hint.retryAfter?.trim();
  if (value === undefined) return undefined;
  if (SECONDS.test(value)) return clamp(Number(value) * 1000);
  const until = parseDate(value);
  if (until === undefined) return undefined;
  return clamp(until - (parseDate(hint.date) ?? nowMs));
}

function parseDate(value: string | undefined): number | undefined {
  if (value === undefined || !IMF_FIXDATE.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

function clamp(waitMs: number): number {
  return Math.min(CEILING_MS, Math.max(FLOOR_MS, waitMs));
}
