import type { Comparison } from './comparison.js';
import { SeenAccounts } from './seen-accounts.js';

/** Remembers who was said to own an account that no link holds: of two, neither is theirs without a person's word. */
export class ClaimedUsers {
  private readonly claimed = new SeenAccounts();

  /** The same comparisons, but that a second account of one user is disputed. */
  settle(comparisons: readonly Comparison[]): Comparison[] {
    return comparisons.map((comparison) => {
      if (comparison.situation !== 'unlinked') return comparison;
      const isFirst = comparison.userIds.every((userId) => this.claimed.add(userId));
      return isFirst ? comparison : { ...comparison, situation: 'disputed' };
    });
  }
}
