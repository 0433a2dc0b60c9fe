import { readEnvironment, type Environment } from '#config';
import type { Logger } from '#observability';
import { whyNotStarted } from './why-not-started.js';

/** Something that serves until it is told to end. */
export interface RunningService {
  readonly log: Logger;
  /** Where it listens. */
  readonly url: string;
  readonly shutdownMs: number;
  /** Takes nothing new, finishes what is under way, and ends; within about `shutdownMs`. */
  stop(): Promise<void>;
}

/**
 * Runs a service as this process: starts it, lets it serve until SIGTERM or SIGINT, and ends in time whatever hangs.
 * Told twice, it ends at once.
 * @param name as the message says it when it does not start
 */
export async function runProcess(
  name: string,
  start: (environment: Environment) => Promise<RunningService>,
): Promise<void> {
  try {
    endOnSignal(await start(readEnvironment()));
  } catch (error) {
    // Nothing is running yet, so there is no log to write to but this.
    process.stderr.write(`the ${name} did not start: ${whyNotStarted(error)}\n`);
    process.exit(1);
  }
}

function endOnSignal(service: RunningService): void {
  let stopping = false;
  const end = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    service.log.info('stopping', { signal });
    void stopInTime(service);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

async function stopInTime(service: RunningService): Promise<void> {
  setTimeout(() => {
    service.log.warn('stopped by deadline');
    process.exit(0);
  }, service.shutdownMs).unref();
  await service.stop();
  process.exit(0);
}
