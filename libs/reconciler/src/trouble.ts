import {
  CallNotStarted,
  DISPOSITIONS,
  ProviderError,
  type CallContext,
  type DesiredAccount,
  type ProviderStep,
} from '#identity-provider';
import {
  haltProvider,
  isDatabaseUnavailable,
  isTransactionConflict,
  pauseProvider,
  type HaltScope,
  type Settlement,
  type Work,
} from '#store';
import { backoffMs, probeIntervalMs } from './backoff.js';
import type { ProviderRoom } from './provider-room.js';
import { settleAgain, settleParked, settleReleased, type PassState } from './settlements.js';
import { resolveTaken } from './taken-identifiers.js';

/** Where a pass over a link was when it failed. */
export interface Trouble {
  readonly work: Work;
  readonly desired: DesiredAccount;
  readonly pass: PassState;
  readonly context: CallContext;
  /** The step that failed; `null` while reading. */
  readonly step: ProviderStep | null;
}

const CREATES_PROBE_MS = 5 * 60_000;
const DEFAULT_PAUSE_MS = 1_000;
const LONGEST_THROTTLE_MS = 60_000;
const RELEASE_MS = 250;
/** Failures in a row after which a contradiction is a person's to look at. */
const CONTRADICTIONS_TO_PARK = 10;
const STORE_RETRY_MS = 1_000;

/** Turns whatever was thrown into the end of the pass: one arm an outcome. */
export async function settleTrouble(
  room: ProviderRoom,
  trouble: Trouble,
  error: unknown,
): Promise<Settlement> {
  if (error instanceof CallNotStarted) return letGo(trouble);
  if (error instanceof ProviderError) return settleProviderError(room, trouble, error);
  // The store lost its connection for a moment: no fault of the link's, and nothing a person could put right.
  if (isDatabaseUnavailable(error) || isTransactionConflict(error)) {
    const why = { delayMs: STORE_RETRY_MS, error: 'store_unavailable', failed: false };
    return settleAgain(trouble.work, trouble.pass, why);
  }
  room.engine.log.error('a pass over a link failed', {
    provider: trouble.work.provider,
    userId: trouble.work.userId,
    error,
  });
  return settleParked(trouble.work, trouble.pass, {
    code: 'internal',
    rule: 'a defect of the service; the log has the error under the ids of this link',
  });
}

function letGo({ work, pass }: Trouble): Settlement {
  const learntNothing =
    pass.steps.length === 0 && pass.intent === null && pass.knowledge.certainty === work.certainty;
  if (learntNothing) return settleReleased(work, RELEASE_MS);
  return settleAgain(work, pass, { delayMs: RELEASE_MS, error: null, failed: false });
}

async function settleProviderError(
  room: ProviderRoom,
  trouble: Trouble,
  error: ProviderError,
): Promise<Settlement> {
  const { work, pass } = trouble;
  const reason = error.detail.reason;
  switch (DISPOSITIONS[error.kind]) {
    case 'retry':
      return retryLater(room, trouble, error);
    case 'pauseProvider':
      return pauseAndRetry(room, trouble, error);
    case 'reobserve':
      if (error.kind === 'conflict' && mayBeDuplicate(trouble)) return resolveTakenSafely(room, trouble);
      if (error.kind !== 'outcomeUnknown' && work.attempts >= CONTRADICTIONS_TO_PARK)
        return settleParked(work, pass, contradiction(reason));
      return settleAgain(work, stale(pass), {
        delayMs: work.attempts === 0 ? 0 : backoffMs(work.attempts, room.engine.random),
        error: reason,
        failed: true,
      });
    case 'resolveTaken':
      return mayBeDuplicate(trouble) ? resolveTakenSafely(room, trouble) : retryLater(room, trouble, error);
    case 'park':
      if (error.kind === 'protocol') await haltIfProtocolBroke(room, work);
      return settleParked(work, pass, parkFor(error, trouble.step));
    case 'haltAll':
      return haltAndWait(room, trouble, {
        scope: 'all',
        reason,
        probeInMs: probeIntervalMs(room.probesFailed),
      });
    case 'haltCreates':
      return haltAndWait(room, trouble, { scope: 'creates', reason, probeInMs: CREATES_PROBE_MS });
  }
}

function mayBeDuplicate({ step }: Trouble): boolean {
  return step?.kind === 'provision' || step?.kind === 'update' || step?.kind === 'restore';
}

/** The look-up itself may fail; then the link is tried again as after any failed read. */
async function resolveTakenSafely(room: ProviderRoom, trouble: Trouble): Promise<Settlement> {
  try {
    return await resolveTaken(room, trouble.work, trouble.desired, trouble.pass, trouble.context);
  } catch (error) {
    return settleTrouble(room, { ...trouble, step: null }, error);
  }
}

async function retryLater(room: ProviderRoom, trouble: Trouble, error: ProviderError): Promise<Settlement> {
  const { work, pass } = trouble;
  const providerIsIll = room.health.recordCall(false);
  if (providerIsIll || room.probesFailed > 0 || !room.isOpen()) {
    const pauseMs = probeIntervalMs(room.probesFailed);
    await pause(room, { pauseMs, slowDown: false, probeFailed: true }, error.detail.reason);
    return settleAgain(work, pass, { delayMs: 0, error: error.detail.reason, failed: false });
  }
  return settleAgain(work, pass, {
    delayMs: backoffMs(work.attempts, room.engine.random),
    error: error.detail.reason,
    failed: true,
  });
}

async function pauseAndRetry(
  room: ProviderRoom,
  trouble: Trouble,
  error: ProviderError,
): Promise<Settlement> {
  const pauseMs = error.detail.retryAfterMs ?? throttlePauseMs(room);
  await pause(room, { pauseMs, slowDown: true, probeFailed: false }, error.detail.reason);
  return settleAgain(trouble.work, trouble.pass, { delayMs: 0, error: error.detail.reason, failed: false });
}

/** The provider asked for time and did not say how much: twice as much as the last time in a row, with jitter. */
function throttlePauseMs(room: ProviderRoom): number {
  if (room.pausedForMs() === 0) room.throttles += 1;
  const bound = Math.min(LONGEST_THROTTLE_MS, DEFAULT_PAUSE_MS * 2 ** (room.throttles - 1));
  return Math.round(bound * (0.5 + room.engine.random() / 2));
}

async function pause(
  room: ProviderRoom,
  how: { readonly pauseMs: number; readonly slowDown: boolean; readonly probeFailed: boolean },
  reason: string,
): Promise<void> {
  // Many calls fail at once: the first of them speaks for all, but for one that was told to wait longer.
  const already = room.pausedForMs();
  if (already >= how.pauseMs) return;
  room.notePause(how.pauseMs);
  const slowDown = how.slowDown && already === 0;
  const probeFailed = how.probeFailed && already === 0;
  if (probeFailed) room.probesFailed += 1;
  const { pauseMs } = how;
  room.sparing.warn('provider paused', { provider: room.instance.slug, reason, pauseMs });
  await pauseProvider(room.engine.database.sql, room.instance.slug, { pauseMs, slowDown, probeFailed });
}

async function haltAndWait(
  room: ProviderRoom,
  { work, pass, step }: Trouble,
  halt: { readonly scope: HaltScope; readonly reason: string; readonly probeInMs: number },
): Promise<Settlement> {
  await haltRoom(room, halt);
  // Nothing holds back what is not a create while only creates are halted: without a back-off it would ask on and on.
  if (halt.scope === 'creates' && step?.kind !== 'provision') {
    const delayMs = RELEASE_MS + backoffMs(work.attempts, room.engine.random);
    return settleAgain(work, pass, { delayMs, error: halt.reason, failed: true });
  }
  return settleAgain(work, pass, { delayMs: RELEASE_MS, error: halt.reason, failed: false });
}

/** Stops the provider for every worker, once, however many calls bring the news. */
export async function haltRoom(
  room: ProviderRoom,
  halt: { readonly scope: HaltScope; readonly reason: string; readonly probeInMs: number },
): Promise<void> {
  if (room.haltScope === halt.scope || room.haltScope === 'all') return;
  room.haltScope = halt.scope;
  await haltProvider(room.engine.database.sql, room.instance.slug, halt);
  room.engine.log.warn('provider halted', {
    provider: room.instance.slug,
    scope: halt.scope,
    reason: halt.reason,
    pauseMs: halt.probeInMs,
  });
}

async function haltIfProtocolBroke(room: ProviderRoom, work: Work): Promise<void> {
  if (!room.health.recordProtocolError(work.userId, room.engine.clock.now().getTime())) return;
  await haltRoom(room, { scope: 'all', reason: 'protocol', probeInMs: probeIntervalMs(5) });
}

function parkFor(error: ProviderError, step: ProviderStep | null): NonNullable<Settlement['park']> {
  const code = error.kind === 'unsupported' || error.kind === 'protocol' ? error.kind : 'invalid';
  const { attribute, reason } = error.detail;
  const isErasure = step?.kind === 'discharge' && step.effect === 'eraseProfile';
  // Nobody can edit a deleted user, and no value of theirs is to blame.
  const refused = isErasure ? 'refuses the erasure' : 'refuses it';
  const remedy = isErasure ? 'find out why over there, then ask for it again' : 'correct the user';
  const rule =
    code === 'invalid' ? `the provider ${refused} (${reason}); ${remedy}` : `the provider answered ${reason}`;
  return attribute === undefined ? { code, rule } : { code, attribute, rule };
}

function contradiction(reason: string): NonNullable<Settlement['park']> {
  return {
    code: 'protocol',
    rule: `the provider keeps answering ${reason} to a call that should hold; look at the account over there, then edit the user`,
  };
}

function stale(pass: PassState): PassState {
  return {
    ...pass,
    knowledge: {
      ...pass.knowledge,
      certainty: pass.knowledge.certainty === 'never' && pass.doubt !== 'set' ? 'never' : 'stale',
    },
  };
}
