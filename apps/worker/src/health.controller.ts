import { Controller, Get, Inject, ServiceUnavailableException } from '@nestjs/common';
import { READINESS } from './tokens.js';

/** What the worker depends on, as it stands. */
export interface Readiness {
  readonly postgres: boolean;
  readonly queue: boolean;
}

export type AskReadiness = () => Promise<Readiness>;

@Controller()
export class HealthController {
  constructor(@Inject(READINESS) private readonly ask: AskReadiness) {}

  /** The process runs. */
  @Get('healthz')
  healthz(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  /** Ready without a queue, but degraded: the worker then answers for itself. Without Postgres nothing can be done. */
  @Get('readyz')
  async readyz(): Promise<Readiness & { readonly status: 'ready' | 'degraded' }> {
    const readiness = await this.ask();
    if (!readiness.postgres) throw new ServiceUnavailableException({ status: 'unavailable', ...readiness });
    return { status: readiness.queue ? 'ready' : 'degraded', ...readiness };
  }
}
