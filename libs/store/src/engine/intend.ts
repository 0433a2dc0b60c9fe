import type { Allowances, ChangeClass, OwedEffect } from '#domain';
import type { ChargedStep, LookupKey } from '#identity-provider';
import type { Sql } from '../database.js';
import { intendStatement } from './intend-sql.js';

/** What one link is about to do that must be on record, or must be allowed, before its first call. */
export interface IntendRequest {
  /** Id of the intent, UUID v7; `null` when none is to be written. */
  readonly id: string | null;
  readonly userId: string;
  readonly leaseToken: string;
  /** The step counts on this; a user whose status moved on since is refused. */
  readonly statusRevision: number;
  readonly attributeRevision: number;
  /** So does whoever was assigned otherwise since then. */
  readonly assignmentRevision: number;
  /** And, with this, whoever was edited: a rule over attributes let them in. */
  readonly restsOnAttributes: boolean;
  /** The kind of intent to write; `null` when only the permission or the debt is needed. */
  readonly kind: 'provision' | 'purge' | null;
  readonly accountId: string | null;
  readonly remoteKey: string;
  readonly lookupKeys: readonly LookupKey[];
  /** Effects that become owed with the first call. */
  readonly owes: readonly OwedEffect[];
  /** The step that needs room in a budget; `null` when none does. */
  readonly charge: ChargedStep | null;
}

/** Room that was reserved for one step, in this minute since 1970. */
export interface Grant {
  readonly class: ChangeClass;
  readonly minute: string;
}

/**
 * `go`: everything is on record, and there is room; `grant` is the room that was taken, `null` when none had to be.
 * `held`, `rejected`: the charged step is not to be taken, and nothing was written.
 * `refused`: the user or the lease moved on; nothing is to be done in this pass.
 */
export type Permission =
  { readonly kind: 'go'; readonly grant: Grant | null } | { readonly kind: 'held' | 'rejected' | 'refused' };

/** At which provider, and what is allowed there within an hour. */
export interface IntentScope {
  readonly provider: string;
  readonly allowances: Allowances;
}

const REFUSED: Permission = { kind: 'refused' };

interface AnswerRow {
  readonly user_id: string;
  readonly answer: 'free' | 'granted' | 'held' | 'rejected';
  readonly class: ChangeClass | null;
  readonly minute: string | null;
}

/**
 * In one statement, with the users' rows locked against a change of status: checks that each user still stands where
 * the step was planned from and that the lease is still ours, reserves room in the budgets, writes intents and debts,
 * and says what may go on. Whoever may not go makes no call. Room is counted over all workers, under the lock of the
 * budget's row, and only rows of steps that ask for room are locked. A budget whose row is not there has no room.
 * @returns the answers in the order of the requests
 */
export async function recordIntents(
  sql: Sql,
  scope: IntentScope,
  requests: readonly IntendRequest[],
): Promise<readonly Permission[]> {
  const needs = {
    room: requests.some(({ charge }) => charge !== null),
    debts: requests.some(({ owes }) => owes.length > 0),
    intents: requests.some(({ kind }) => kind !== null),
  };
  const rows = await sql<AnswerRow>(intendStatement(needs), [
    scope.provider,
    JSON.stringify(requests.map(toRow)),
    ...(needs.room ? [allowed(scope.allowances)] : []),
  ]);
  const answers = new Map(rows.map((row) => [row.user_id, toPermission(row)]));
  return requests.map((request) => answers.get(request.userId) ?? REFUSED);
}

function allowed(allowances: Allowances): string {
  return JSON.stringify(Object.entries(allowances).map(([name, one]) => ({ class: name, ...one })));
}

/** What has nothing to say is left out, and is NULL there. */
function toRow(request: IntendRequest): object {
  return {
    id: request.id ?? undefined,
    user_id: request.userId,
    token: request.leaseToken,
    status_revision: request.statusRevision,
    attribute_revision: request.attributeRevision,
    assignment_revision: request.assignmentRevision,
    rests_on_attributes: request.restsOnAttributes,
    kind: request.kind ?? undefined,
    account_id: request.accountId ?? undefined,
    remote_key: request.remoteKey,
    keys: request.kind === null ? undefined : request.lookupKeys,
    owes: request.owes.length === 0 ? undefined : request.owes,
    class: request.charge?.class,
    step: request.charge?.kind,
    state: request.charge?.state,
  };
}

function toPermission({ answer, class: name, minute }: AnswerRow): Permission {
  if (answer === 'held' || answer === 'rejected') return { kind: answer };
  const grant = answer === 'granted' && name !== null && minute !== null ? { class: name, minute } : null;
  return { kind: 'go', grant };
}
