import { endRun, endWideningHalt, releaseRun, type Roster, type RunEnd, type TakenRun } from '#store';
import type { ProviderRoom } from '../provider-room.js';
import { sweepListing } from './listing.js';
import { endAfter, endUnbelieved } from './outcome.js';
import { sweepOwnLinks } from './own-links.js';
import { readAccount } from './read-account.js';
import { RunHold } from './run-hold.js';
import type { SinksByMode } from './sinks.js';
import { SweepContext } from './sweep-context.js';
import { Sweeping, type SinkGround } from './sweeping.js';
import { Tally } from './tally.js';

const CANCELLED: RunEnd = { state: 'cancelled', reason: null };

/** One run that this worker has taken, and what it works with. */
export interface SweepTask {
  readonly room: ProviderRoom;
  readonly run: TakenRun;
  readonly roster: Roster;
  readonly sinks: SinksByMode;
  /** Aborted when no new call may start. */
  readonly stopping: AbortSignal;
}

/**
 * Sweeps one provider: looks at all accounts that it shows, or at those of our links, compares, and hands on what
 * differs. It calls nothing that changes anything there.
 *
 *   look    -> page by page, what settled before the page was asked for
 *   missing -> whose account was not shown, once everything was
 *   end     -> complete, or why not; what was not believed halts what would widen the damage
 *
 * @throws the database's error when it is away; the run is taken over when its lease has run out
 */
export async function sweep({ room, run, roster, sinks, stopping }: SweepTask): Promise<void> {
  const hold = new RunHold(room, run, stopping);
  const context = new SweepContext(room, hold);
  const ground: SinkGround = {
    room,
    run,
    roster,
    tally: new Tally(run.counts),
    isWalk: !isListed(room, run),
    read: (target) => readAccount(room, target, context),
  };
  const opened = sinks[run.mode].map((open) => open(ground));
  const sweeping = new Sweeping(ground, hold, context, opened);
  try {
    const outcome = await lookThrough(sweeping);
    // What was found is only for whoever still holds the run to judge by.
    await hold.renew();
    // Whatever it was that failed, a run that is to end ends for that.
    if (hold.stopped === null) await finish(sweeping, outcome);
    else await leave(sweeping);
  } finally {
    hold.close();
  }
}

function isListed({ instance }: ProviderRoom, { userIds }: TakenRun): boolean {
  return instance.provider.list !== undefined && userIds === null;
}

/** What a look through a provider came to. */
interface Outcome {
  readonly end: RunEnd;
  /** Everybody was looked at, and the provider shows our accounts. */
  readonly isHealthy: boolean;
}

async function lookThrough(sweeping: Sweeping): Promise<Outcome> {
  const { room } = sweeping.ground;
  try {
    const { isWalk } = sweeping.ground;
    const looked = isWalk ? await sweepOwnLinks(sweeping) : await sweepListing(sweeping);
    if (looked.kind === 'suspicious') return { end: await endUnbelieved(room, looked.why), isHealthy: false };
    return { end: { state: 'complete', reason: null }, isHealthy: looked.isHealthy };
  } catch (error) {
    const isStopped = sweeping.hold.stopped !== null;
    const end = isStopped ? CANCELLED : await endAfter(room, error);
    return { end, isHealthy: false };
  }
}

async function finish(sweeping: Sweeping, { end, isHealthy }: Outcome): Promise<void> {
  const { room, run } = sweeping.ground;
  await sweeping.endSinks(end);
  await sweeping.noteProgress();
  if (!(await endRun(sweeping.sql, run, end))) return;
  if (end.state !== 'complete') {
    const { slug } = room.instance;
    room.engine.log.warn('a sweep is incomplete', {
      provider: slug,
      runId: run.id,
      reason: end.reason ?? 'unknown',
    });
    return;
  }
  if (isHealthy && (await endWideningHalt(sweeping.sql, sweeping.slug))) {
    if (room.haltScope === 'widening') room.haltScope = null;
    room.engine.log.warn('provider resumed', { provider: sweeping.slug, runId: run.id });
  }
}

/** Ends what was cancelled, and gives back what another worker is to go on with. */
async function leave(sweeping: Sweeping): Promise<void> {
  const { run } = sweeping.ground;
  switch (sweeping.hold.stopped) {
    case 'cancelled':
      await sweeping.endSinks(CANCELLED);
      await sweeping.noteProgress();
      await endRun(sweeping.sql, run, CANCELLED);
      return;
    case 'stopping':
      await releaseRun(sweeping.sql, run);
      return;
    case 'leaseLost':
    case null:
      return;
  }
}
