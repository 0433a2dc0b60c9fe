import { describe, expect, it } from '@jest/globals';
import { oneAhead } from './one-ahead.js';

const isLast = (page: number): boolean => page === 3;

describe('oneAhead', () => {
  it('gives each page once, in order, up to the last', async () => {
    const asked: (number | null)[] = [];
    const ask = (before: number | null): Promise<number> => {
      asked.push(before);
      return Promise.resolve((before ?? 0) + 1);
    };
    const pages: number[] = [];
    for await (const page of oneAhead(ask, isLast)) pages.push(page);
    expect([pages, asked]).toEqual([
      [1, 2, 3],
      [null, 1, 2],
    ]);
  });

  it('asks for a page while the one before is looked at, and for none behind the last', async () => {
    let asked = 0;
    const ask = (before: number | null): Promise<number> => {
      asked += 1;
      return Promise.resolve((before ?? 0) + 1);
    };
    const whileLooking: number[] = [];
    for await (const page of oneAhead(ask, isLast)) {
      whileLooking.push(asked - page);
    }
    expect(whileLooking).toEqual([1, 1, 0]);
  });

  it('fails at the turn of the page that failed', async () => {
    const pages: number[] = [];
    const ask = (before: number | null): Promise<number> =>
      before === 2 ? Promise.reject(new Error('third')) : Promise.resolve((before ?? 0) + 1);
    const read = async (): Promise<void> => {
      for await (const page of oneAhead(ask, isLast)) pages.push(page);
    };
    await expect(read()).rejects.toThrow('third');
    expect(pages).toEqual([1, 2]);
  });

  it('lets go of a page that is not waited for any more, whatever becomes of it', async () => {
    const ask = (before: number | null): Promise<number> =>
      before === null ? Promise.resolve(1) : Promise.reject(new Error('too late'));
    for await (const page of oneAhead(ask, isLast)) {
      expect(page).toBe(1);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
});
