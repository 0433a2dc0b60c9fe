import type { Settlement, Work } from '#store';
import { backoffMs } from './backoff.js';
import type { Plan } from './plan/index.js';
import type { ProviderRoom } from './provider-room.js';
import { settleAgain, settleHandled, settleParked, type PassState } from './settlements.js';

const NON_EFFECTS_TO_PARK = 3;
const PURGE_POLL_MS = 500;
const UNREAD_RESTORE = 'restore_unread';

/** Every step was acknowledged: is the link done? */
export function conclude(room: ProviderRoom, work: Work, planned: Plan, taken: PassState): Settlement {
  const { notEnforceable, deferred } = planned;
  const pass: PassState = { ...taken, knowledge: { ...taken.knowledge, notEnforceable, deferred } };
  const { random } = room.engine;
  if (planned.awaiting === 'purge') {
    const delayMs = PURGE_POLL_MS + backoffMs(work.attempts, random);
    return settleAgain(work, mustReadAgain(pass), { delayMs, error: 'purge_pending', failed: true });
  }
  if (planned.park !== null) return settleParked(work, pass, planned.park);
  if (pass.knowledge.certainty === 'stale') return lookAgain(room, work, planned, pass);
  if (isStillInDoubt(room, work, pass))
    return settleAgain(work, mustReadAgain({ ...pass, intent: absenceOf(room, work, pass) ?? pass.intent }), {
      delayMs: Math.max(0, doubtLeftMs(room, work)),
      error: 'outcome_unknown',
      failed: false,
    });
  return settleHandled(work, receipted(room, work, pass));
}

/** Only a read that began after the waiting time ends a doubt; where nothing can be read, the time alone does. */
function isStillInDoubt(room: ProviderRoom, work: Work, pass: PassState): boolean {
  if (work.doubtAgeMs === null || pass.doubt === 'clear') return false;
  const readable =
    pass.knowledge.accountId !== null || room.instance.provider.capabilities.accountIdAssignedBy === 'us';
  return readable || doubtLeftMs(room, work) > 0;
}

/** A restore, an erasure and a purge are believed once read; an answer that showed something else, only so often. */
function lookAgain(room: ProviderRoom, work: Work, planned: Plan, pass: PassState): Settlement {
  const lastStep = planned.steps.at(-1);
  const last = lastStep?.kind;
  if (lastStep?.kind === 'discharge' && lastStep.effect === 'eraseProfile')
    return settleAgain(work, pass, { delayMs: 0, error: null, failed: false });
  if (last === 'restore' && work.lastError !== UNREAD_RESTORE)
    return settleAgain(work, pass, { delayMs: 0, error: UNREAD_RESTORE, failed: true });
  if (last === 'purge') {
    return settleAgain(work, pass, {
      delayMs: pass.knowledge.observedState === 'absent' ? 0 : PURGE_POLL_MS,
      error: null,
      failed: false,
    });
  }
  const error = last === 'restore' ? UNREAD_RESTORE : 'echo_differs';
  if (work.attempts >= NON_EFFECTS_TO_PARK && work.lastError === error) {
    return settleParked(work, pass, {
      code: 'not_honoured',
      rule: 'the provider acknowledges the write and shows another value; correct the value or the mapping',
    });
  }
  return settleAgain(work, pass, {
    delayMs: backoffMs(work.attempts, room.engine.random),
    error,
    failed: true,
  });
}

function mustReadAgain(pass: PassState): PassState {
  return { ...pass, knowledge: { ...pass.knowledge, certainty: 'stale' } };
}

/**
 * A purge is receipted, and the link lets go of the id: where that is our key, the key's next holder gets the same one.
 * An erased person's key has no next holder, and the receipt is to name the account.
 */
function receipted(room: ProviderRoom, work: Work, pass: PassState): PassState {
  const intent = absenceOf(room, work, pass);
  if (intent === null) return pass;
  const accountId = work.isErasure ? pass.knowledge.accountId : null;
  return { ...pass, intent, knowledge: { ...pass.knowledge, accountId } };
}

/**
 * The read that no longer found the account ends the purge that was asked for, also while a write that was lost may
 * still land: what that would make is another account, which has to be destroyed by another purge.
 */
function absenceOf(room: ProviderRoom, work: Work, { knowledge }: PassState): Settlement['intent'] {
  if (work.user.status !== 'purging' || knowledge.observedState !== 'absent') return null;
  const at = room.engine.clock.now().toISOString();
  return { kind: 'purge', outcome: 'applied', evidence: { absence: { at } } };
}

/** How long a write whose answer was lost may still arrive. */
export function doubtLeftMs(room: ProviderRoom, work: Work): number {
  return work.doubtAgeMs === null ? 0 : room.engine.settings.lateArrivalMs - work.doubtAgeMs;
}
