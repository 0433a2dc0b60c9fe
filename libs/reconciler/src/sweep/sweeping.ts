import type { AccountTarget, IdentityProvider, Observation } from '#identity-provider';
import { CallNotStarted } from '#identity-provider';
import { recordProgress, type Roster, type RunEnd, type RunProgress, type Sql, type TakenRun } from '#store';
import type { ProviderRoom } from '../provider-room.js';
import type { Comparison, SweepSink } from './comparison.js';
import type { RunHold } from './run-hold.js';
import type { SweepContext } from './sweep-context.js';
import type { Tally } from './tally.js';

/** What a sink may go by. */
export interface SinkGround {
  readonly room: ProviderRoom;
  readonly run: TakenRun;
  readonly roster: Roster;
  /** Counts of the run, to which a sink may add its own. */
  readonly tally: Tally;
  /** Our links are walked: of whoever is left out, or was looked at by a worker before, this one knows nothing. */
  readonly isWalk: boolean;
  /** Reads one account as the run may. @throws CallNotStarted when the run goes no further */
  readonly read: (target: AccountTarget) => Promise<Observation>;
}

/** How a look at a whole provider went. */
export type Looked =
  | {
      readonly kind: 'seen';
      /** It shows our accounts, so that a halt over an earlier look is over. */
      readonly isHealthy: boolean;
    }
  | { readonly kind: 'suspicious'; readonly why: string };

const NOTE_EVERY_MS = 250;
const MOMENT_LASTS_MS = 50;

/** One run while it goes on: its ground, its lease, where it stands, and where what it finds goes. */
export class Sweeping {
  pages: number;
  seen: number;
  expected: number | null = null;
  expectedFrom: RunProgress['expectedFrom'] = null;
  position: string | null;
  /** Whom a walk has not found. */
  readonly absent: string[];
  private notedMs = Number.NEGATIVE_INFINITY;
  private moment: string | null = null;
  private momentAskedMs = Number.NEGATIVE_INFINITY;

  constructor(
    readonly ground: SinkGround,
    readonly hold: RunHold,
    readonly context: SweepContext,
    private readonly sinks: readonly SweepSink[],
  ) {
    const { run } = ground;
    this.pages = run.pages;
    this.seen = run.seen;
    this.position = run.position;
    this.absent = [...run.absent];
  }

  get sql(): Sql {
    return this.ground.room.engine.database.sql;
  }

  get provider(): IdentityProvider {
    return this.ground.room.instance.provider;
  }

  get slug(): string {
    return this.ground.room.instance.slug;
  }

  get tally(): Tally {
    return this.ground.tally;
  }

  /**
   * A moment that the next page is asked for after. Of pages that follow each other fast, some share one: what settles
   * in between is left alone by both.
   * @throws CallNotStarted when the run goes no further
   */
  async nextMoment(): Promise<string> {
    const { clock } = this.ground.room.engine;
    const askedMs = clock.monotonicMs();
    const isFresh = this.moment !== null && askedMs - this.momentAskedMs < MOMENT_LASTS_MS;
    this.moment = isFresh && this.hold.stopped === null ? this.moment : await this.hold.renew();
    if (this.moment === null) throw new CallNotStarted('stopping');
    if (!isFresh) this.momentAskedMs = askedMs;
    return this.moment;
  }

  /** Counts what a page came to, and hands it on. */
  async take(comparisons: readonly Comparison[], moment: string): Promise<void> {
    this.tally.addAll(comparisons);
    await this.handOn(comparisons, moment);
  }

  /** Hands on what was counted before. */
  async handOn(comparisons: readonly Comparison[], moment: string): Promise<void> {
    if (comparisons.length === 0) return;
    for (const sink of this.sinks) await sink.take(comparisons, moment);
  }

  async endSinks(end: RunEnd): Promise<void> {
    for (const sink of this.sinks) await sink.end(end.state === 'complete');
  }

  /** A list begins anew after a loss, and a walk goes on behind the last page that was noted. */
  async noteProgressNowAndThen(): Promise<void> {
    const { clock } = this.ground.room.engine;
    if (clock.monotonicMs() - this.notedMs < NOTE_EVERY_MS) return;
    await this.noteProgress();
  }

  async noteProgress(): Promise<void> {
    this.notedMs = this.ground.room.engine.clock.monotonicMs();
    const { pages, seen, expected, expectedFrom, position, absent } = this;
    const counts = this.tally.toCounts();
    const progress = { pages, seen, expected, expectedFrom, position, absent, counts };
    await recordProgress(this.sql, this.ground.run, progress);
  }
}
