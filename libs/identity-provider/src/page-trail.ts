import { ProviderError } from './error.js';

/**
 * The pages of a listing that were read one after the other, by which one that goes round in circles is noticed: a
 * page that was shown before, or nothing again and again. Keeps a few bytes a page, however many accounts there are.
 */
export class PageTrail {
  private readonly seen = new Set<string>();
  private emptyInARow = 0;

  /** @param emptyAtMost pages in a row that may show nobody although more are promised */
  constructor(private readonly emptyAtMost: number) {}

  /**
   * Goes on to the next page.
   * @param ids of the accounts on it, in its order
   * @throws ProviderError `protocol`, `page_repeats` or `pages_stay_empty`
   */
  follow(ids: readonly string[]): void {
    this.emptyInARow = ids.length === 0 ? this.emptyInARow + 1 : 0;
    if (this.emptyInARow > this.emptyAtMost) {
      throw new ProviderError('protocol', { reason: 'pages_stay_empty' });
    }
    if (ids.length === 0) return;
    // Accounts come and go, so one that comes twice says nothing; a page with the same ends and length does.
    const page = JSON.stringify([ids.at(0), ids.at(-1), ids.length]);
    if (this.seen.has(page)) throw new ProviderError('protocol', { reason: 'page_repeats' });
    this.seen.add(page);
  }

  /** Forgets what was read: pages that are asked for anew may be as they were. */
  turnBack(): void {
    this.seen.clear();
    this.emptyInARow = 0;
  }
}
