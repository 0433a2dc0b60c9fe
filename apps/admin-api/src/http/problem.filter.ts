import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sparingly, systemClock, type Logger } from '#observability';
import { LOGGER } from '../tokens.js';
import { type Problem } from './problem.js';
import { toProblem } from './to-problem.js';

/** Answers every error as a problem, and logs those that are ours. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly sparing: Pick<Logger, 'error'>;

  constructor(@Inject(LOGGER) private readonly log: Logger) {
    this.sparing = sparingly(log, systemClock);
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const problem = toProblem(error);
    if (isOurTrouble(problem)) this.report(problem, request);
    sendProblem(http.getResponse<FastifyReply>(), problem, request.id);
  }

  private report(problem: Problem, request: FastifyRequest): void {
    // While a database or a provider is away every request fails alike; what nobody foresaw is told each time.
    const log = problem.code === 'internal' ? this.log : this.sparing;
    log.error('request failed', {
      requestId: request.id,
      method: request.method,
      // The pattern, never the URL: queries hold emails.
      route: request.routeOptions.url,
      code: problem.code,
      reason: problem.code,
      error: problem.cause,
    });
  }
}

/** What a provider never offered is a caller's mistake, whatever its number. */
function isOurTrouble(problem: Problem): boolean {
  const status = problem.getStatus();
  return status >= 500 && status !== 501;
}

/** Sends a problem, unless the answer has begun or the caller is gone. */
export function sendProblem(reply: FastifyReply, problem: Problem, requestId: string): void {
  if (reply.sent || reply.raw.destroyed) return;
  const { retryAfterS } = problem.more;
  if (retryAfterS !== undefined) void reply.header('retry-after', String(retryAfterS));
  if (problem.getStatus() === 401) void reply.header('www-authenticate', 'Bearer realm="rollcall"');
  void reply
    .status(problem.getStatus())
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem.toBody(requestId)));
}
