import { markSwept, type SweptMark } from '#store';
import type { Comparison, SweepSink } from './comparison.js';
import type { SinkGround } from './sweeping.js';

/** Makes due and doubtful what differs, so that it is read, and put right by whoever puts everything right. */
export class MarkSink implements SweepSink {
  constructor(private readonly ground: SinkGround) {}

  async take(page: readonly Comparison[], moment: string): Promise<void> {
    await this.mark('revocation', page.filter(isLetIn), moment);
    await this.mark(
      'backfill',
      page.filter((comparison) => !isLetIn(comparison)),
      moment,
    );
  }

  end(): Promise<void> {
    return Promise.resolve();
  }

  private async mark(
    lane: SweptMark['lane'],
    comparisons: readonly Comparison[],
    moment: string,
  ): Promise<void> {
    const { room, tally } = this.ground;
    const userIds = [...new Set(comparisons.flatMap(usersToMark))];
    const mark = { provider: room.instance.slug, lane, userIds, moment };
    tally.add('marked', await markSwept(room.engine.database.sql, mark));
  }
}

/** Somebody opened the account of a person who left, or is out of scope: that is no less urgent than their leaving. */
function isLetIn(comparison: Comparison): boolean {
  if (comparison.situation !== 'drifted') return false;
  const { link, drift } = comparison;
  return drift.state?.shown === 'live' && (link.userStatus !== 'active' || !link.assigned);
}

/** An account under our own key is found by reading that key; under any other key it is a person's to link. */
function usersToMark(comparison: Comparison): readonly string[] {
  switch (comparison.situation) {
    case 'drifted':
    case 'absent':
      return [comparison.link.userId];
    case 'unlinked':
      return comparison.by === 'remoteKey' ? comparison.userIds : [];
    case 'inStep':
    case 'mismatched':
    case 'disputed':
    case 'duplicate':
    case 'orphan':
    case 'underWay':
      return [];
  }
}
