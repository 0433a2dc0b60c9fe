import { takeRun, type Roster } from '#store';
import type { ProviderRoom } from '../provider-room.js';
import { SINKS, type SinksByMode } from './sinks.js';
import { sweep } from './sweep.js';

/** What sweeps are made with. */
export interface SweeperParts {
  readonly rooms: readonly ProviderRoom[];
  readonly roster: Roster;
  /** Aborted when no new call may start. */
  readonly stopping: AbortSignal;
  /** (Default: findings for both modes, and what differs becomes due when it is to be applied) */
  readonly sinks?: SinksByMode;
}

/** Takes the runs that wait, or whose worker was lost, one at a time a worker, beside everything else. */
export class Sweeper {
  private going: Promise<void> | null = null;

  constructor(private readonly parts: SweeperParts) {}

  /** Goes on with what waits, in the background, unless it does already. */
  wake(): void {
    this.going ??= this.goOn().finally(() => {
      this.going = null;
    });
  }

  /** Waits for what is going on. */
  async idle(): Promise<void> {
    await this.going;
  }

  private async goOn(): Promise<void> {
    try {
      while (await this.takeNext());
    } catch (error) {
      this.parts.rooms[0]?.sparing.error('a sweep could not go on', { error });
    }
  }

  private async takeNext(): Promise<boolean> {
    const { rooms, roster, stopping, sinks = SINKS } = this.parts;
    const open = rooms.filter((room) => room.isOpen());
    const [first] = open;
    if (first === undefined || stopping.aborted) return false;
    const { database, newId, settings } = first.engine;
    const run = await takeRun(database.sql, {
      providers: open.map((room) => room.instance.slug),
      leaseToken: newId(),
      leaseMs: settings.leaseMs,
    });
    const room = open.find(({ instance }) => instance.slug === run?.provider);
    if (run === null || room === undefined) return false;
    await sweep({ room, run, roster, sinks, stopping });
    return true;
  }
}
