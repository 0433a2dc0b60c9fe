import { readEnvironment, SettingsError } from '#config';
import { startWorker, type RunningWorker } from './app.js';

/** The worker as a process: starts, works until told to end, and ends in time whatever hangs. */
async function main(): Promise<void> {
  const worker = await startWorker(readEnvironment());
  let stopping = false;
  const end = (signal: NodeJS.Signals): void => {
    // Told twice means at once.
    if (stopping) process.exit(1);
    stopping = true;
    worker.log.info('stopping', { signal });
    void stopInTime(worker);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

async function stopInTime(worker: RunningWorker): Promise<void> {
  setTimeout(() => {
    worker.log.warn('stopped by deadline');
    process.exit(0);
  }, worker.shutdownMs).unref();
  await worker.stop();
  process.exit(0);
}

try {
  await main();
} catch (error) {
  // Nothing is running yet, so there is no log to write to but this.
  const text = error instanceof SettingsError || !(error instanceof Error) ? String(error) : error.message;
  process.stderr.write(`the worker did not start: ${text}\n`);
  process.exit(1);
}
