import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { FewAtATime } from './few-at-a-time.js';

/** Work whose end is in the hands of the test. */
class Held {
  readonly begun: number[] = [];
  private readonly ends = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();

  readonly work = async (item: number): Promise<number> => {
    this.begun.push(item);
    await new Promise<void>((resolve, reject) => this.ends.set(item, { resolve, reject }));
    return item * 10;
  };

  async end(...items: number[]): Promise<void> {
    for (const item of items) this.ends.get(item)?.resolve();
    await turn();
  }

  async fail(item: number, error: Error): Promise<void> {
    this.ends.get(item)?.reject(error);
    await turn();
  }
}

describe('FewAtATime', () => {
  it('begins the next when one is done, over all that were given', async () => {
    const few = new FewAtATime(2);
    const held = new Held();
    const first = few.each([1, 2, 3], held.work);
    const second = few.each([4, 5], held.work);
    expect(held.begun).toEqual([1, 2]);
    await held.end(2);
    expect(held.begun).toEqual([1, 2, 3]);
    await held.end(3);
    expect(held.begun).toEqual([1, 2, 3, 4]);
    await held.end(1);
    expect(await first).toEqual([20, 30, 10]);
    expect(held.begun).toEqual([1, 2, 3, 4, 5]);
    await held.end(4, 5);
    expect(await second).toEqual([40, 50]);
  });

  it('has nothing to do for nobody', async () => {
    expect(await new FewAtATime(1).each([], new Held().work)).toEqual([]);
  });

  it('begins nothing after a failure, and tells everybody when those under way have ended', async () => {
    const few = new FewAtATime(2);
    const held = new Held();
    const told: unknown[] = [];
    const tell = (error: unknown): void => void told.push(error);
    few.each([1, 2, 3], held.work).catch(tell);
    few.each([4], held.work).catch(tell);
    const failure = new Error('refused');
    await held.fail(1, failure);
    expect([held.begun, told]).toEqual([[1, 2], []]);
    await held.end(2);
    expect([held.begun, told]).toEqual([
      [1, 2],
      [failure, failure],
    ]);
    await expect(few.each([5], held.work)).rejects.toBe(failure);
    expect(held.begun).toEqual([1, 2]);
  });

  it('tells the one whose last item failed, too', async () => {
    const few = new FewAtATime(2);
    const held = new Held();
    const failure = new Error('refused');
    const isTold = expect(few.each([1], held.work)).rejects.toBe(failure);
    await held.fail(1, failure);
    await isTold;
  });

  it('stops when those under way have ended, and can be given more then', async () => {
    const few = new FewAtATime(1);
    const held = new Held();
    void few.each([1, 2], held.work);
    let hasStopped = false;
    const stopping = few.stop().then(() => (hasStopped = true));
    await turn();
    expect(hasStopped).toBe(false);
    await held.end(1);
    await stopping;
    expect(held.begun).toEqual([1]);
    const more = few.each([3], held.work);
    await held.end(3);
    expect(await more).toEqual([30]);
  });
});
