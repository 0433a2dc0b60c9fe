import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import type { DoorbellQueue } from '#queue';
import type { Database } from '#store';
import { DATABASE, QUEUE } from './tokens.js';

/** What the worker depends on, as it stands. */
export interface Readiness {
  readonly status: 'ready' | 'degraded' | 'unavailable';
  readonly postgres: boolean;
  readonly queue: boolean;
}

@Controller()
export class HealthController {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(QUEUE) private readonly queue: DoorbellQueue,
  ) {}

  /** The process runs. */
  @Get('healthz')
  healthz(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  /** Ready without a queue, but degraded: the worker then answers for itself. Without Postgres nothing can be done. */
  @Get('readyz')
  async readyz(): Promise<Readiness> {
    const [postgres, queue] = await Promise.all([this.hasPostgres(), this.queue.isReachable()]);
    if (!postgres) {
      throw new ServiceUnavailableException({ status: 'unavailable', postgres, queue } satisfies Readiness);
    }
    return { status: queue ? 'ready' : 'degraded', postgres, queue };
  }

  private hasPostgres(): Promise<boolean> {
    return this.database.sql('SELECT 1').then(
      () => true,
      () => false,
    );
  }
}
