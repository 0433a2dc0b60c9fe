import { describe, expect, it } from '@jest/globals';
import type { Pace } from '#reconciler';
import { CallHeldBack } from './call-held-back.js';
import { PACE_WAIT_MS, REQUEST_DEADLINE_MS, RequestContext } from './request-context.js';

const READ = { mutating: false, timeoutMs: 1_000 };
const WRITE = { mutating: true, timeoutMs: 1_000 };

describe('the calls of one request', () => {
  /** A context whose time and pace are the test's. */
  function contextWith({
    pace,
    closed,
  }: { pace?: (at: { nowMs: number }) => Pace; closed?: CallHeldBack } = {}) {
    const at = { nowMs: 50 };
    const stopping = new AbortController();
    const context = new RequestContext({
      clock: { monotonicMs: () => at.nowMs },
      stopping: stopping.signal,
      pace: pace?.(at) ?? { take: () => Promise.resolve() },
      requireOpen: () => (closed === undefined ? Promise.resolve() : Promise.reject(closed)),
    });
    return { context, at, stopping };
  }
  const codeOf = async (admitted: Promise<unknown>): Promise<string> => {
    const error: unknown = await admitted.then(
      () => new Error('it was admitted'),
      (thrown: unknown) => thrown,
    );
    return error instanceof CallHeldBack ? error.problem.code : String(error);
  };

  it('are admitted within the deadline and not after it, whatever they waited for', async () => {
    const { context, at } = contextWith();
    await context.admit(READ);
    expect(context.mayStillSend()).toBe(true);
    at.nowMs += REQUEST_DEADLINE_MS;
    expect(context.mayStillSend()).toBe(false);
    expect(await codeOf(context.admit(READ))).toBe('provider_too_slow');
  });

  it('tell whether one of them may have changed something', async () => {
    const { context } = contextWith();
    await context.admit(READ);
    expect(context.mutated).toBe(false);
    await context.admit(WRITE);
    expect(context.mutated).toBe(true);
  });

  it('wait for the pace only so long, and take nothing that they cannot use', async () => {
    let wanted = true;
    const { context } = contextWith({
      pace: (at) => ({
        take: (isWanted) => {
          at.nowMs += PACE_WAIT_MS;
          wanted = isWanted();
          return Promise.resolve();
        },
      }),
    });
    expect(await codeOf(context.admit(WRITE))).toBe('provider_busy');
    expect([wanted, context.mutated]).toEqual([false, false]);
  });

  it('are not made any more once the process is told to end, and what is under way is not torn off', async () => {
    const { context, stopping } = contextWith();
    await context.admit(READ);
    stopping.abort();
    expect(context.signal.aborted).toBe(false);
    expect(await codeOf(context.admit(WRITE))).toBe('shutting_down');
    expect(context.mutated).toBe(false);
  });
});
