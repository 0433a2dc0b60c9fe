import type { Observation } from '#identity-provider';
import { beginPlan, drawSteps } from '#store';
import { observationOf, previewSteps } from '../preview.js';
import { FewAtATime } from './few-at-a-time.js';
import { readsAtOnce } from './read-account.js';
import type { Comparison, SweepSink } from './comparison.js';
import type { SinkGround } from './sweeping.js';

/** Draws, for a plan, what would be done about what differs. Nothing is marked. */
export class PlanSink implements SweepSink {
  private isBegun = false;

  constructor(private readonly ground: SinkGround) {}

  async take(page: readonly Comparison[]): Promise<void> {
    const seen = await this.observe(page);
    if (seen.size === 0) return;
    const { room, run, tally } = this.ground;
    const { sql } = room.engine.database;
    await this.begin();
    const steps = await previewSteps(room, seen);
    await drawSteps(sql, run.requestId, steps);
    tally.add('planned', steps.length);
  }

  /** A preview that found nothing to do is a plan as well. */
  end(): Promise<void> {
    return this.begin();
  }

  private async begin(): Promise<void> {
    if (this.isBegun) return;
    const { requestId: id, requestedBy } = this.ground.run;
    await beginPlan(this.ground.room.engine.database.sql, { id, requestedBy });
    this.isBegun = true;
  }

  /** Whoever a listing did not show is read: not to be shown is no proof of absence. */
  private async observe(page: readonly Comparison[]): Promise<ReadonlyMap<string, Observation>> {
    const shown = page.flatMap(observationsOf);
    const missing = page.flatMap((each) => (each.situation === 'absent' ? [each.link] : []));
    const read = await new FewAtATime(readsAtOnce(this.ground.room)).each(
      missing,
      async ({ userId, accountId, remoteKey }) => {
        return [userId, await this.ground.read({ accountId, remoteKey })] as const;
      },
    );
    return new Map([...shown, ...read]);
  }
}

/** By user, the account that was shown; none where nothing would follow from it. */
function observationsOf(comparison: Comparison): (readonly [string, Observation])[] {
  if (comparison.situation === 'drifted')
    return [[comparison.link.userId, observationOf(comparison.account)]];
  if (comparison.situation !== 'unlinked' || comparison.by !== 'remoteKey') return [];
  return comparison.userIds.map((userId) => [userId, observationOf(comparison.account)]);
}
