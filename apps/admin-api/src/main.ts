import { readEnvironment, SettingsError } from '#config';
import { type RunningAdminApi, startAdminApi } from './start.js';

/** The admin API as a process: starts, says where it listens, serves until told to end, and ends in time whatever hangs. */
async function main(): Promise<void> {
  const api = await startAdminApi(readEnvironment());
  let stopping = false;
  const end = (signal: NodeJS.Signals): void => {
    // Told twice means at once.
    if (stopping) process.exit(1);
    stopping = true;
    api.log.info('stopping', { signal });
    void stopInTime(api);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

async function stopInTime(api: RunningAdminApi): Promise<void> {
  setTimeout(() => {
    api.log.warn('stopped by deadline');
    process.exit(0);
  }, api.shutdownMs).unref();
  await api.stop();
  process.exit(0);
}

try {
  await main();
} catch (error) {
  // Nothing is running yet, so there is no log to write to but this.
  const text = error instanceof SettingsError || !(error instanceof Error) ? String(error) : error.message;
  process.stderr.write(`the admin API did not start: ${text}\n`);
  process.exit(1);
}
