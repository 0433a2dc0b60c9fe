import { ProviderError, type CallContext, type ProviderStep } from '#identity-provider';
import type { LinkKnowledge, Settlement, TakenStep, Work } from '#store';
import { afterStep } from './knowledge.js';
import type { Plan } from './plan/index.js';
import type { ProviderRoom } from './provider-room.js';
import type { PassState } from './settlements.js';

/** How far the steps came, and what stopped them. */
export interface Taken {
  readonly pass: PassState;
  readonly stopped: { readonly step: ProviderStep; readonly error: unknown } | null;
}

/** Takes the planned steps in order; the first that fails ends the pass. */
export async function takeSteps(
  room: ProviderRoom,
  work: Work,
  planned: Plan,
  begun: PassState,
  context: CallContext,
): Promise<Taken> {
  let pass: PassState = {
    ...begun,
    knowledge: owing(begun.knowledge, planned),
    seenOwed: [...begun.seenOwed, ...planned.owes],
  };
  for (const step of planned.steps) {
    try {
      const target = { accountId: pass.knowledge.accountId, remoteKey: work.remoteKey };
      const applied = await room.instance.provider.apply(step, target, context);
      pass = {
        ...pass,
        knowledge: afterStep(pass.knowledge, step, applied),
        steps: [...pass.steps, taken(step, 'acknowledged', applied.status)],
        intent: intentAfter(step, applied.status, room.engine.clock.now()) ?? pass.intent,
      };
    } catch (error) {
      return { pass: afterFailure(pass, step, error), stopped: { step, error } };
    }
  }
  return { pass, stopped: null };
}

/** The debts stand from before the first call, and fall away only by their own acknowledgement. */
function owing(known: LinkKnowledge, planned: Plan): LinkKnowledge {
  const owed = new Set([...known.owed, ...planned.owes]);
  for (const effect of planned.waives) owed.delete(effect);
  return { ...known, owed: [...owed] };
}

function intentAfter(step: ProviderStep, status: number, now: Date): Settlement['intent'] {
  if (step.kind === 'provision') return { kind: 'provision', outcome: 'known' };
  if (step.kind !== 'purge') return null;
  return { kind: 'purge', outcome: 'accepted', evidence: { deletion: { status, at: now.toISOString() } } };
}

function afterFailure(pass: PassState, step: ProviderStep, error: unknown): PassState {
  const lost = mayHaveHappened(error);
  return {
    ...pass,
    // A purge may take several calls, and some of them may have been answered before the one that failed.
    knowledge: lost || step.kind === 'purge' ? { ...pass.knowledge, certainty: 'stale' } : pass.knowledge,
    doubt: lost ? 'set' : pass.doubt,
    steps: wasSent(error)
      ? [...pass.steps, taken(step, lost ? 'unknown' : 'refused', statusOf(error))]
      : pass.steps,
    intent: step.kind === 'provision' ? intentAfterFailedCreate(lost) : pass.intent,
  };
}

/**
 * An intent whose create was refused for certain is closed; one whose answer was lost stays open until a read, also
 * when this pass had just closed an earlier one: it wrote a new one for this create.
 */
function intentAfterFailedCreate(lost: boolean): Settlement['intent'] {
  return lost ? null : { kind: 'provision', outcome: 'known' };
}

/** A write that was answered with nonsense may have happened as well as one that was not answered. */
function mayHaveHappened(error: unknown): boolean {
  return error instanceof ProviderError && (error.kind === 'outcomeUnknown' || error.kind === 'protocol');
}

function wasSent(error: unknown): boolean {
  return error instanceof ProviderError && error.kind !== 'unreachable';
}

function statusOf(error: unknown): number | null {
  return error instanceof ProviderError ? (error.detail.status ?? null) : null;
}

function taken(step: ProviderStep, outcome: TakenStep['outcome'], status: number | null): TakenStep {
  const effect = step.kind === 'discharge' ? { effect: step.effect } : {};
  return { kind: step.kind, ...effect, outcome, attributes: writtenPaths(step), status };
}

function writtenPaths(step: ProviderStep): readonly string[] {
  if (step.kind === 'update') return step.changed;
  return step.kind === 'provision' ? Object.keys(step.attributes) : [];
}
