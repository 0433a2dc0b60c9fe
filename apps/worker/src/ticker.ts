import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import type { Logger } from '#observability';
import type { WorkerEngine } from './engine.js';
import { ENGINE, LOGGER, TICK_MS } from './tokens.js';

const TICK = 'tick';

/** Ticks on every worker, by its own clock: a schedule kept in the queue would be lost with it. */
@Injectable()
export class Ticker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(SchedulerRegistry) private readonly schedule: SchedulerRegistry,
    @Inject(ENGINE) private readonly engine: WorkerEngine,
    @Inject(TICK_MS) private readonly tickMs: number,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.engine.start();
    this.schedule.addInterval(
      TICK,
      setInterval(() => void this.tick(), this.tickMs),
    );
  }

  beforeApplicationShutdown(): void {
    this.schedule.deleteInterval(TICK);
  }

  private async tick(): Promise<void> {
    try {
      await this.engine.tick();
    } catch (error) {
      // The next tick tries again; readiness tells whoever watches.
      this.log.error('tick failed', { error });
    }
  }
}
