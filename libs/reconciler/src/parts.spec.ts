import { describe, expect, it } from '@jest/globals';
import { backoffMs, probeIntervalMs } from './backoff.js';
import { CallTimes } from './call-times.js';
import { Grouped } from './grouped.js';
import { ProviderHealth } from './health.js';
import { Lease } from './lease.js';
import { CallSlots } from './slots.js';

describe('call slots', () => {
  it('have one in eight on top for revocations, however many others wait', async () => {
    const slots = new CallSlots(8);
    const taken: string[] = [];
    for (let n = 0; n < 20; n += 1) void slots.acquire(false).then(() => taken.push('ordinary'));
    await Promise.resolve();
    expect(taken).toHaveLength(8);
    void slots.acquire(true).then(() => taken.push('urgent'));
    await Promise.resolve();
    expect(taken.at(-1)).toBe('urgent');
  });

  it('start nothing ordinary while revocations are on their way, and go on behind them', async () => {
    const slots = new CallSlots(8);
    const taken: string[] = [];
    const hold = slots.holdOrdinary(60_000);
    for (let n = 0; n < 3; n += 1) void slots.acquire(false).then(() => taken.push('ordinary'));
    void slots.acquire(true).then(() => taken.push('urgent'));
    await Promise.resolve();
    hold.endAfter(2);
    await Promise.resolve();
    expect(taken).toEqual(['urgent']);
    await slots.acquire(true);
    expect(taken).toEqual(['urgent', 'ordinary', 'ordinary', 'ordinary']);
  });

  it('are not kept waiting for a revocation that was none, or never comes', async () => {
    const slots = new CallSlots(8);
    slots.holdOrdinary(60_000).endAfter(0);
    await slots.acquire(false);
    slots.holdOrdinary(20);
    await slots.acquire(false);
    slots.holdOrdinary(20).endAfter(1);
    await slots.acquire(false);
  });

  it('are not waited for by a call that is not wanted any more', async () => {
    const slots = new CallSlots(1);
    const revoked = new Set<string>();
    const release = await slots.acquire(false);
    const asked = ['leaver', 'colleague'].map((user) => slots.acquire(false, () => revoked.has(user)));
    slots.dropFutile();
    revoked.add('leaver');
    slots.dropFutile();
    await expect(asked[0]).rejects.toMatchObject({ why: 'preempted' });
    release();
    await asked[1];
  });

  it('serve a revocation first where there are too few to keep one', async () => {
    const slots = new CallSlots(1);
    const order: string[] = [];
    const release = await slots.acquire(false);
    const ordinary = slots.acquire(false).then((done) => {
      order.push('ordinary');
      done();
    });
    const urgent = slots.acquire(true).then((done) => {
      order.push('urgent');
      done();
    });
    release();
    await Promise.all([ordinary, urgent]);
    expect(order).toEqual(['urgent', 'ordinary']);
  });

  it('are given back once, whoever asks twice', async () => {
    const slots = new CallSlots(1);
    const release = await slots.acquire(false);
    release();
    release();
    await slots.acquire(false);
    let third = false;
    void slots.acquire(false).then(() => (third = true));
    await Promise.resolve();
    expect(third).toBe(false);
  });
});

describe('a lease', () => {
  const clockAt = (
    wall: { ms: number },
    monotonic: { ms: number },
  ): ConstructorParameters<typeof Lease>[0] => ({
    now: () => new Date(wall.ms),
    monotonicMs: () => monotonic.ms,
  });

  it.each([
    { wallMs: 3_000, monotonicMs: 3_000, left: 55_000, reason: 'both clocks agree' },
    {
      wallMs: 70_000,
      monotonicMs: 100,
      left: -12_000,
      reason: 'the process slept and its monotonic clock with it',
    },
    { wallMs: -3_600_000, monotonicMs: 59_000, left: -1_000, reason: 'somebody set the wall clock back' },
  ])('counts by the stricter clock: $reason', ({ wallMs, monotonicMs, left }) => {
    const wall = { ms: 1_000_000_000 };
    const monotonic = { ms: 5_000 };
    const lease = new Lease(clockAt(wall, monotonic), 60_000);
    wall.ms += wallMs;
    monotonic.ms += monotonicMs;
    expect(lease.leftMs()).toBe(left);
  });
});

describe('a group', () => {
  it('answers each its own, in one run, when it is full or has waited', async () => {
    const runs: number[][] = [];
    const grouped = new Grouped<number, string>({
      maxRows: 3,
      maxWaitMs: 5,
      run: (requests) => {
        runs.push([...requests]);
        return Promise.resolve(requests.map((request) => `answer ${request}`));
      },
    });
    const answers = await Promise.all([1, 2, 3, 4].map((n) => grouped.ask(n)));
    expect(answers).toEqual(['answer 1', 'answer 2', 'answer 3', 'answer 4']);
    expect(runs).toEqual([[1, 2, 3], [4]]);
  });

  it('fails all of a run that fails, and none of the next', async () => {
    let fails = true;
    const grouped = new Grouped<number, number>({
      maxRows: 2,
      maxWaitMs: 5,
      run: (requests) => (fails ? Promise.reject(new Error('down')) : Promise.resolve(requests)),
    });
    const first = await Promise.allSettled([grouped.ask(1), grouped.ask(2)]);
    fails = false;
    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await grouped.ask(3)).toBe(3);
  });
});

describe('backing off', () => {
  it('stays within a bound that doubles up to five minutes, with full jitter', () => {
    for (let attempts = 0; attempts < 40; attempts += 1) {
      const bound = Math.min(300_000, 500 * 2 ** attempts);
      expect(backoffMs(attempts, () => 0)).toBe(0);
      expect(backoffMs(attempts, () => 0.999999)).toBeLessThanOrEqual(bound);
      expect(backoffMs(attempts, () => 0.999999)).toBeGreaterThan(bound * 0.99);
    }
  });

  it('probes from one second to five minutes', () => {
    expect([0, 1, 2, 20].map(probeIntervalMs)).toEqual([1_000, 2_000, 4_000, 300_000]);
  });
});

describe('the health of a provider', () => {
  it('is in doubt when half of the last twenty calls did not reach it, and not before twenty', () => {
    const health = new ProviderHealth();
    const verdicts = Array.from({ length: 20 }, (_, n) => health.recordCall(n % 2 === 0));
    expect(verdicts.slice(0, 19)).not.toContain(true);
    expect(verdicts[19]).toBe(true);
  });

  it('is in doubt when five links met nonsense within ten minutes, and not when one did five times', () => {
    const health = new ProviderHealth();
    const one = Array.from({ length: 5 }, () => health.recordProtocolError('same', 0));
    const late = ['a', 'b', 'c', 'd'].map((user, n) => health.recordProtocolError(user, n * 250_000));
    const soon = ['e', 'f', 'g', 'h', 'i'].map((user) => health.recordProtocolError(user, 5_000_000));
    expect([...one, ...late]).not.toContain(true);
    expect(soon.at(-1)).toBe(true);
  });
});

describe('call times', () => {
  it('say what 95 of 100 calls keep under, and guess before there were any', () => {
    const times = new CallTimes();
    expect(times.p95Ms()).toBe(250);
    for (let ms = 1; ms <= 100; ms += 1) times.record(ms);
    expect(times.p95Ms()).toBe(96);
  });
});
