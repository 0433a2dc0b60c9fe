import type { OwedEffect, ParkReason } from '#domain';
import type { LinkKnowledge, Settlement, TakenStep, Work } from '#store';
import { knowledgeOf } from './knowledge.js';

/** What a pass over one link has come to know so far; every way out of it settles with this. */
export interface PassState {
  readonly knowledge: LinkKnowledge;
  /** The debts that were there at the claim, and those that the plan took on. */
  readonly seenOwed: readonly OwedEffect[];
  readonly steps: readonly TakenStep[];
  readonly doubt: Settlement['doubt'];
  readonly intent: Settlement['intent'];
  readonly mergeIsOver: boolean;
}

export function beginPass(work: Work): PassState {
  return {
    knowledge: knowledgeOf(work),
    seenOwed: work.owed,
    steps: [],
    doubt: 'keep',
    intent: null,
    mergeIsOver: false,
  };
}

/** Everything that a settlement has: a copy of it that gains another member costs many times as much. */
function base(work: Work, pass: PassState, outcome: Settlement['outcome']): Settlement {
  return {
    link: work,
    outcome,
    delayMs: 0,
    attempts: work.attempts,
    knowledge: pass.knowledge,
    seenOwed: pass.seenOwed,
    doubt: pass.doubt,
    applied: null,
    assignedByRule: work.assignedByRule,
    park: null,
    waitsFor: null,
    lastError: null,
    intent: pass.intent,
    mergeIsOver: pass.mergeIsOver,
    approval: null,
    isRepair: false,
    steps: pass.steps,
    held: null,
    room: 'used',
    mutated: false,
  };
}

/** Everything asked for is there, or satisfied by what is. */
export function settleHandled(work: Work, pass: PassState): Settlement {
  const { status, statusRevision, attributeRevision } = work.user;
  return {
    ...base(work, pass, 'handled'),
    attempts: 0,
    applied: {
      status: status === 'purging' ? 'purged' : status,
      statusRevision,
      attributeRevision,
      assignmentRevision: work.assignmentRevision,
    },
  };
}

/**
 * Something else than what is missing was approved: nothing is done, and what was read is not taken over, so that the
 * next comparison finds it as this one did.
 */
export function settleStale(work: Work): Settlement {
  const pass = beginPass(work);
  const certainty = pass.knowledge.certainty === 'never' ? 'never' : 'stale';
  const knowledge = { ...pass.knowledge, certainty } as const;
  return { ...base(work, { ...pass, knowledge }, 'handled'), attempts: 0, approval: 'stale' };
}

/** Nothing is to be done for whoever is purged, and nothing is known anew. What was approved is void. */
export function settlePurged(work: Work): Settlement {
  return { ...base(work, beginPass(work), 'handled'), attempts: 0, approval: 'stale' };
}

/** The link stays due. `attempts` counts failures of this link, not the provider's. */
export function settleAgain(
  work: Work,
  pass: PassState,
  why: { readonly delayMs: number; readonly error: string | null; readonly failed: boolean },
): Settlement {
  return {
    ...base(work, pass, 'again'),
    delayMs: why.delayMs,
    attempts: work.attempts + (why.failed ? 1 : 0),
    lastError: why.error,
  };
}

/** The link waits until its cause changes. */
export function settleParked(
  work: Work,
  pass: PassState,
  park: ParkReason,
  waitsFor: Settlement['waitsFor'] = null,
): Settlement {
  return { ...base(work, pass, 'parked'), park, waitsFor, lastError: park.code };
}

/** Nothing was tried; somebody else takes it, at once or when `delayMs` have gone by. */
export function settleReleased(work: Work, delayMs = 0): Settlement {
  return { ...base(work, beginPass(work), 'released'), delayMs };
}
