import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';

/** Lets Nest write into our log. Its messages are texts of its own; errors are taken apart like all others. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...details: unknown[]): void {
    this.write('info', message, details);
  }

  error(message: unknown, ...details: unknown[]): void {
    this.write('error', message, details);
  }

  warn(message: unknown, ...details: unknown[]): void {
    this.write('warn', message, details);
  }

  debug(message: unknown, ...details: unknown[]): void {
    this.write('debug', message, details);
  }

  verbose(message: unknown, ...details: unknown[]): void {
    this.write('trace', message, details);
  }

  fatal(message: unknown, ...details: unknown[]): void {
    this.write('fatal', message, details);
  }

  /** Nest gives the name of the writing class as the last detail; before it may stand a stack, which may quote values. */
  private write(
    level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace',
    message: unknown,
    details: readonly unknown[],
  ): void {
    const last = details.at(-1);
    const component = typeof last === 'string' && !last.includes('\n') ? { component: last } : {};
    const error = [message, ...details].find((value) => value instanceof Error);
    const text = typeof message === 'string' ? message : 'nest';
    this.logger[level](text, error === undefined ? component : { ...component, error });
  }
}

/** Nest's own progress, a line for each module and route at each start, says nothing about this deployment. */
export class QuietNestLogger extends NestLogger {
  override log(): void {
    // Warnings and errors are passed on.
  }
}
