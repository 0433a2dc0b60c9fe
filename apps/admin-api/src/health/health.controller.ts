import { Controller, Get, HttpStatus, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/scopes.js';
import { Answers, Describes } from '../docs/decorators.js';
import { healthView, readinessView } from '../docs/views.js';
import { READINESS } from '../tokens.js';

/** What the process depends on, as it stands. */
export interface Readiness {
  readonly postgres: 'up' | 'down';
  /** Whether the database has exactly the schema of this code; `unknown` while it cannot be asked. */
  readonly schema: 'current' | 'other' | 'unknown';
  readonly queue: 'up' | 'down';
}

export type AskReadiness = () => Promise<Readiness>;

/** For those who start and stop the process. */
@Controller()
@Public()
export class HealthController {
  constructor(@Inject(READINESS) private readonly ask: AskReadiness) {}

  @Get('healthz')
  @Describes('Whether the process runs')
  @Answers(200, healthView)
  healthz(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Describes(
    'Whether the process can serve',
    'Without its queue it can, degraded: workers look by themselves.',
  )
  @Answers(200, readinessView)
  @Answers(503, readinessView)
  async readyz(
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readiness & { readonly status: 'ready' | 'degraded' | 'unready' }> {
    const readiness = await this.ask();
    const isReady = readiness.postgres === 'up' && readiness.schema === 'current';
    if (!isReady) void reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    return { status: isReady ? (readiness.queue === 'up' ? 'ready' : 'degraded') : 'unready', ...readiness };
  }
}
