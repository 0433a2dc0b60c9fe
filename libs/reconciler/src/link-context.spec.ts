import { describe, expect, it } from '@jest/globals';
import { LANES } from '#domain';
import type { CallRequest } from '#identity-provider';
import type { Work } from '#store';
import { CallTimes } from './call-times.js';
import { Lease } from './lease.js';
import { LinkContext } from './link-context.js';
import { NO_PACE, type Pace } from './pace.js';
import type { ProviderRoom } from './provider-room.js';
import { CallSlots } from './slots.js';

const LEASE_MS = 60_000;
const USER = 'somebody';
const WRITE: CallRequest = { mutating: true, timeoutMs: 10_000 };
const READ: CallRequest = { mutating: false, timeoutMs: 10_000 };

interface Scene {
  readonly lane?: number;
  readonly pace?: Pace;
}

function scene({ lane = LANES.live, pace = NO_PACE }: Scene = {}) {
  const time = { ms: 1_000_000 };
  const clock = { now: () => new Date(time.ms), monotonicMs: () => time.ms };
  const state = { isOpen: true, revoked: new Set<string>() };
  const slots = new CallSlots(1);
  const stopping = new AbortController();
  // As much of a room as admitting a call asks of it.
  const room = {
    engine: { clock },
    slots,
    pace,
    callTimes: new CallTimes(),
    isOpen: () => state.isOpen,
    get revoked() {
      return state.revoked;
    },
  } as unknown as ProviderRoom;
  const work = { userId: USER, lane } as Work; // as much of a link as admitting a call asks of it
  const context = new LinkContext(room, work, new Lease(clock, LEASE_MS), stopping.signal);
  return { context, time, state, slots, stopping };
}

describe('a call of a link', () => {
  it('is admitted, and noted when it changes something', async () => {
    const { context } = scene();
    (await context.admit(READ))();
    expect(context.mutated).toBe(false);
    (await context.admit(WRITE))();
    expect(context.mutated).toBe(true);
  });

  it('Q07: that changes something is not started when it could end after the lease', async () => {
    const { context, time } = scene();
    time.ms += LEASE_MS - 2_000 - WRITE.timeoutMs;
    (await context.admit(WRITE))();
    time.ms += 1;
    await expect(context.admit(WRITE)).rejects.toMatchObject({ why: 'leaseEnding' });
    expect(context.mayStillSend(WRITE)).toBe(false);
    (await context.admit(READ))();
    time.ms += WRITE.timeoutMs;
    await expect(context.admit(READ)).rejects.toMatchObject({ why: 'leaseEnding' });
  });

  it('is asked again once it got its slot, since waiting may have outlasted the lease', async () => {
    const { context, time, slots } = scene();
    const release = await slots.acquire(false);
    const asked = context.admit(WRITE);
    time.ms += LEASE_MS;
    release();
    await expect(asked).rejects.toMatchObject({ why: 'leaseEnding' });
    expect(context.mutated).toBe(false);
    (await slots.acquire(false))();
  });

  it('gives its slot back when the pace fails', async () => {
    const broken: Pace = { take: () => Promise.reject(new Error('no database')) };
    const { context, slots } = scene({ pace: broken });
    await expect(context.admit(WRITE)).rejects.toThrow('no database');
    (await slots.acquire(false))();
  });

  it('is not started while the process ends, or the provider is left alone', async () => {
    const ending = scene();
    ending.stopping.abort();
    await expect(ending.context.admit(READ)).rejects.toMatchObject({ why: 'stopping' });
    const closed = scene();
    closed.state.isOpen = false;
    await expect(closed.context.admit(READ)).rejects.toMatchObject({ why: 'paused' });
  });

  it('gives way to a revocation of the same user, and a revocation to nothing', async () => {
    const ordinary = scene();
    ordinary.state.revoked = new Set([USER]);
    await expect(ordinary.context.admit(WRITE)).rejects.toMatchObject({ why: 'preempted' });
    const urgent = scene({ lane: LANES.revocation });
    urgent.state.revoked = new Set([USER]);
    (await urgent.context.admit(WRITE))();
  });
});
