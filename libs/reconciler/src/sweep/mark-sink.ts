import { markSwept } from '#store';
import type { Comparison, SweepSink } from './comparison.js';
import type { SinkGround } from './sweeping.js';

/** Makes due and doubtful what differs, so that it is read, and put right by whoever puts everything right. */
export class MarkSink implements SweepSink {
  constructor(private readonly ground: SinkGround) {}

  async take(page: readonly Comparison[], moment: string): Promise<void> {
    const { room, tally } = this.ground;
    const provider = room.instance.slug;
    const userIds = [...new Set(page.flatMap(usersToMark))];
    tally.add('marked', await markSwept(room.engine.database.sql, { provider, userIds, moment }));
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
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
