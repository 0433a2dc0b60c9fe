import type { CallContext, CallRequest } from '#identity-provider';
import type { Clock } from '#observability';
import type { Pace } from '#reconciler';
import { Problem } from '../http/problem.js';
import { CallHeldBack } from './call-held-back.js';

/** What one request may use of a provider. */
export interface RequestContextParts {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Aborted when the process is told to end. */
  readonly stopping: AbortSignal;
  readonly pace: Pace;
  /** @throws CallHeldBack when the provider must be left alone */
  readonly requireOpen: () => Promise<void>;
}

/** A request may make several calls; none of them begins later than this after the first was asked for. */
export const REQUEST_DEADLINE_MS = 20_000;
/** The longest that one call waits for its share of the pace. */
export const PACE_WAIT_MS = 3_000;
const RETRY_AFTER_S = 1;

/**
 * Admits the calls of one request of the API: each needs time left, a provider that is neither halted nor paused, and a
 * share of the pace that all workers and API processes have together.
 */
export class RequestContext implements CallContext {
  /** A mutating call was admitted: what became of it is no longer ours alone to say. */
  mutated = false;
  /** Never aborted: a call under way ends within its own timeout, and torn off it would be one whose outcome nobody knows. */
  readonly signal = new AbortController().signal;
  private readonly deadlineMs: number;

  constructor(private readonly parts: RequestContextParts) {
    this.deadlineMs = parts.clock.monotonicMs() + REQUEST_DEADLINE_MS;
  }

  async admit(call: CallRequest): Promise<() => void> {
    this.refuseIfTooLate();
    await this.parts.requireOpen();
    const waitUntilMs = Math.min(this.deadlineMs, this.nowMs() + PACE_WAIT_MS);
    await this.parts.pace.take(() => this.nowMs() < waitUntilMs && !this.parts.stopping.aborted);
    if (this.nowMs() >= waitUntilMs)
      throw heldBack('provider_busy', 'its calls are spoken for at the moment');
    this.refuseIfTooLate();
    if (call.mutating) this.mutated = true;
    return () => undefined;
  }

  mayStillSend(): boolean {
    return this.nowMs() < this.deadlineMs;
  }

  private refuseIfTooLate(): void {
    if (this.parts.stopping.aborted) throw heldBack('shutting_down', 'this process is ending');
    if (!this.mayStillSend())
      throw heldBack('provider_too_slow', 'its earlier answers took all the time there was');
  }

  private nowMs(): number {
    return this.parts.clock.monotonicMs();
  }
}

function heldBack(code: string, why: string): CallHeldBack {
  const detail = `the provider was not asked: ${why}; ask again`;
  return new CallHeldBack(new Problem(503, code, { detail, retryAfterS: RETRY_AFTER_S }));
}
