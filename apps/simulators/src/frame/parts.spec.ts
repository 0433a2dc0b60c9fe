import { describe, expect, it } from '@jest/globals';
import { TestClock } from '../testing/call.js';
import { AccountStore } from './account-store.js';
import { CallLog } from './call-log.js';
import { randomUuid } from './ids.js';
import { mergePatch } from './merge-patch.js';
import { Scheduler } from './scheduler.js';

describe('the account store', () => {
  it('keeps positions through inserts and removals', () => {
    const store = new AccountStore<string>(new TestClock().now);
    for (const key of ['a', 'b', 'c']) store.set(key, key);
    store.delete('b');
    store.set('b', 'b again');
    expect([...store.from(1)]).toEqual([
      [2, 'c'],
      [3, 'b again'],
    ]);
    expect(store.size).toBe(3);
  });

  it('shows each account as it was, and the present again afterwards', () => {
    const clock = new TestClock();
    const store = new AccountStore<number>(clock.now);
    const start = clock.time;
    for (const value of [1, 2, 3]) {
      store.set('a', value);
      clock.time += 1_000;
    }
    const seen = [-1, 0, 1_500, 2_000].map((ms) => store.readAsOf(start + ms, () => store.get('a')));
    expect(seen).toEqual([undefined, 1, 2, 3]);
    expect(store.get('a')).toBe(3);
  });

  it('remembers a deleted account for as long as it is asked to', () => {
    const clock = new TestClock();
    const store = new AccountStore<string>(clock.now);
    store.set('a', 'x');
    expect(store.recentlyDeleted('a', 1_000)).toBeUndefined();
    store.delete('a');
    clock.time += 999;
    expect(store.recentlyDeleted('a', 1_000)).toBe('x');
    clock.time += 1;
    expect(store.recentlyDeleted('a', 1_000)).toBeUndefined();
  });
});

describe('the call log', () => {
  it('keeps the last calls and goes on counting', () => {
    const log = new CallLog(3);
    for (const path of ['/1', '/2', '/3', '/4', '/5']) {
      log.add({ time: 0, method: 'POST', path, status: 200, mutated: path !== '/1', accountId: undefined });
    }
    expect([...log.since(0)].map(({ seq, path }) => [seq, path])).toEqual([
      [3, '/3'],
      [4, '/4'],
      [5, '/5'],
    ]);
    expect([...log.since(4)].map(({ seq }) => seq)).toEqual([5]);
    expect(log.counts).toEqual({ total: 5, writes: 5, mutating: 4 });
  });
});

describe('the scheduler', () => {
  it('runs what is due, and nothing of it after being cleared', async () => {
    const scheduler = new Scheduler();
    const done: string[] = [];
    scheduler.after(5, () => void done.push('first'));
    const callOff = scheduler.after(5, () => void done.push('called off'));
    callOff();
    await new Promise((resolve) => setTimeout(resolve, 20));
    scheduler.after(5, () => void done.push('cleared'));
    scheduler.clear();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done).toEqual(['first']);
    expect(scheduler.pending).toBe(0);
  });

  it('tells a running task that it is no longer wanted', async () => {
    const scheduler = new Scheduler();
    const aborted = new Promise<boolean>((resolve) => {
      scheduler.after(0, (signal) => {
        signal.addEventListener('abort', () => {
          resolve(true);
        });
        setTimeout(() => {
          scheduler.clear();
        }, 5);
      });
    });
    expect(await aborted).toBe(true);
  });
});

describe('small parts', () => {
  it('a merge patch merges objects, replaces lists and removes with null', () => {
    const target = { a: { b: 1, c: 2 }, list: [1, 2], gone: 1 };
    expect(mergePatch(target, { a: { c: 3 }, list: [3], gone: null })).toEqual({
      a: { b: 1, c: 3 },
      list: [3],
    });
  });

  it('a uuid is of version 4 and follows from the randomness given', () => {
    const uuid = randomUuid(() => 0.5);
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(randomUuid(() => 0.5)).toBe(uuid);
  });
});
