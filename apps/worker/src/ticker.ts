import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import type { Settings } from '#config';
import { sparingly, systemClock, type Logger } from '#observability';
import type { WorkerEngine } from './engine.js';
import { ENGINE, LOGGER, SETTINGS } from './tokens.js';

const TICK = 'tick';

/** Ticks on every worker, by its own clock: a schedule kept in the queue would be lost with it. */
@Injectable()
export class Ticker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sparing: Pick<Logger, 'error'>;
  private ticking = false;

  constructor(
    @Inject(SchedulerRegistry) private readonly schedule: SchedulerRegistry,
    @Inject(ENGINE) private readonly engine: WorkerEngine,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'tickMs'>,
    @Inject(LOGGER) log: Logger,
  ) {
    this.sparing = sparingly(log, systemClock);
  }

  onApplicationBootstrap(): void {
    this.engine.start();
    this.schedule.addInterval(
      TICK,
      setInterval(() => void this.tick(), this.settings.tickMs),
    );
  }

  beforeApplicationShutdown(): void {
    this.schedule.deleteInterval(TICK);
  }

  private async tick(): Promise<void> {
    // One that takes longer than the interval is waited for once, and fails once.
    if (this.ticking) return;
    this.ticking = true;
    try {
      await this.engine.tick();
    } catch (error) {
      // The next tick tries again; readiness tells whoever watches.
      this.sparing.error('tick failed', { error });
    } finally {
      this.ticking = false;
    }
  }
}
