import type { RunMode, RunState, RunTrigger } from '#domain';

/** One reconciliation of one provider, as it stands. */
export interface Run {
  readonly id: string;
  /** Runs that were asked for together have one. */
  readonly requestId: string;
  readonly provider: string;
  readonly mode: RunMode;
  readonly trigger: RunTrigger;
  readonly requestedBy: string;
  /** Whom it is about; `null`: everybody. */
  readonly userIds: readonly string[] | null;
  readonly state: RunState;
  /** Why it is incomplete; `null` when it is not. A word of ours, or a provider's code. */
  readonly reason: string | null;
  readonly cancelAsked: boolean;
  readonly pages: number;
  /** Accounts, or links of ours where those are walked. */
  readonly seen: number;
  /** How many there will be in the end; `null` while nobody knows. */
  readonly expected: number | null;
  /** Whose number that is: the provider's own, or that of our links. */
  readonly expectedFrom: 'provider' | 'links' | null;
  /** How many of what, by situation and drift. */
  readonly counts: RunCounts;
  readonly requestedAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** How many of what, by situation and drift. */
export type RunCounts = Readonly<Record<string, number>>;

/** A run that a worker has taken under a lease. */
export interface TakenRun {
  readonly id: string;
  /** What was asked for with it; of a preview also the id of the plan that it draws. */
  readonly requestId: string;
  readonly requestedBy: string;
  readonly provider: string;
  readonly mode: RunMode;
  readonly userIds: readonly string[] | null;
  readonly leaseToken: string;
  /** Where a walk by our links goes on; `null` at its beginning. */
  readonly position: string | null;
  /** Whom a walk has not found before it was taken over. */
  readonly absent: readonly string[];
  readonly pages: number;
  readonly seen: number;
  readonly counts: RunCounts;
}

/** The select list of a run; expects the table under the alias `r`. */
export const RUN_COLUMNS = `r.id, r.request_id AS "requestId", r.provider, r.mode, r.trigger, r.requested_by AS "requestedBy",
  r.user_ids AS "userIds", r.state, r.reason, r.cancel_asked AS "cancelAsked", r.pages, r.seen, r.expected,
  r.expected_from AS "expectedFrom", r.counts, r.requested_at AS "requestedAt", r.started_at AS "startedAt",
  r.ended_at AS "endedAt"`;

/** A run as a row of a query, which has no members by name. */
export type RunRow = { [Key in keyof Run]: Run[Key] };
