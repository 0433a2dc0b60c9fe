import { setTimeout as delay } from 'node:timers/promises';
import { CallNotStarted, DISPOSITIONS, ProviderError } from '#identity-provider';
import { isDatabaseUnavailable, pauseProvider, type RunEnd } from '#store';
import { backoffMs, probeIntervalMs } from '../backoff.js';
import type { ProviderRoom } from '../provider-room.js';
import { haltRoom } from '../trouble.js';

/** How long after a listing that was not believed another one is made. */
export const LIST_AGAIN_MS = 10 * 60_000;

const TRIES = 3;
const DEFAULT_PAUSE_MS = 1_000;

/**
 * Whether what failed is tried again, after leaving the provider alone for as long as it asked for. A listing begins anew
 * then, and is given up after three failures.
 */
export async function isTriedAgain(
  room: ProviderRoom,
  error: unknown,
  failures: number,
  signal: AbortSignal,
): Promise<boolean> {
  if (!(error instanceof ProviderError) || signal.aborted) return false;
  const disposition = DISPOSITIONS[error.kind];
  if (disposition !== 'retry' && disposition !== 'pauseProvider') return false;
  const pauseMs =
    disposition === 'pauseProvider' ? (error.detail.retryAfterMs ?? DEFAULT_PAUSE_MS * 2 ** failures) : 0;
  if (pauseMs > 0) await leaveAlone(room, { pauseMs, slowDown: true, probeFailed: false });
  else await noteUnreached(room);
  if (failures >= TRIES) return false;
  if (pauseMs === 0) await delay(backoffMs(failures, room.engine.random), null, { signal }).catch(() => null);
  return !signal.aborted;
}

/** What a run comes to that met this; whatever is no fault of the provider's is thrown on. */
export async function endAfter(room: ProviderRoom, error: unknown): Promise<RunEnd> {
  if (error instanceof CallNotStarted) {
    return incomplete(room.haltScope === 'all' ? 'provider_halted' : 'provider_paused');
  }
  if (error instanceof ProviderError) {
    const { reason } = error.detail;
    if (DISPOSITIONS[error.kind] === 'haltAll')
      await haltRoom(room, { scope: 'all', reason, probeInMs: probeIntervalMs(room.probesFailed) });
    return incomplete(reason);
  }
  if (isDatabaseUnavailable(error)) throw error;
  room.engine.log.error('a sweep failed', { provider: room.instance.slug, error });
  return incomplete('internal');
}

/** Whatever a listing that is not to be believed would lead to waits until another one is healthy. */
export async function endUnbelieved(room: ProviderRoom, suspicion: string): Promise<RunEnd> {
  await haltRoom(room, { scope: 'widening', reason: suspicion, probeInMs: LIST_AGAIN_MS });
  return incomplete(suspicion);
}

export function incomplete(reason: string): RunEnd {
  return { state: 'incomplete', reason };
}

/** Half of the last twenty calls, those of the mirror among them, and the provider is left alone for a while. */
async function noteUnreached(room: ProviderRoom): Promise<void> {
  if (!room.health.recordCall(false)) return;
  const pauseMs = probeIntervalMs(room.probesFailed);
  room.probesFailed += 1;
  await leaveAlone(room, { pauseMs, slowDown: false, probeFailed: true });
}

async function leaveAlone(
  room: ProviderRoom,
  pause: { readonly pauseMs: number; readonly slowDown: boolean; readonly probeFailed: boolean },
): Promise<void> {
  room.notePause(pause.pauseMs);
  await pauseProvider(room.engine.database.sql, room.instance.slug, pause);
}
