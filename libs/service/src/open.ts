import type { Settings } from '#config';
import type { ProviderRegistry } from '#identity-provider';
import { createLogger, sparingly, systemClock, type Logger } from '#observability';
import { DoorbellQueue } from '#queue';
import { assertMigrated, openDatabase, syncProviders, type Database } from '#store';

/** A log that shows no secret of the settings. */
export function openLog(settings: Settings, name: string): Logger {
  const { logLevel, databaseUrl, redisUrl, adminKey } = settings;
  const secrets = [databaseUrl, redisUrl, adminKey].flatMap((secret) => secret?.reveal() ?? []);
  return createLogger({ level: logLevel, name, secrets });
}

/**
 * Opens the store only when it is the one that this code was made for, and declares the providers in it.
 * @param name as Postgres shows its connections
 * @param mirrors whether this app is one of those whose settings the accounts follow
 * @throws MigrationError, RemoteScopeChanged, each naming what to do
 */
export async function openStore(
  settings: Settings,
  registry: ProviderRegistry,
  { log, name, mirrors }: { readonly log: Logger; readonly name: string; readonly mirrors: boolean },
): Promise<Database> {
  const url = settings.databaseUrl.reveal();
  const sparing = sparingly(log, systemClock);
  await assertMigrated(url);
  const database = openDatabase({
    url,
    poolSize: settings.databasePool,
    applicationName: name,
    onPoolError: (error) => {
      sparing.warn('database connection lost', { error });
    },
  });
  try {
    const { disabled } = await syncProviders(database, registry.all(), { mirrors });
    // For every process on this database: one that was started with fewer settings than the others must not go unseen.
    for (const provider of disabled) {
      log.warn('provider disabled', { provider, reason: 'no_settings_in_this_process' });
    }
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Opens the doorbells of every provider, on Redis when the settings name one, else in Postgres. */
export function openQueue(
  settings: Settings,
  registry: ProviderRegistry,
  log: Logger,
): Promise<DoorbellQueue> {
  const sparing = sparingly(log, systemClock);
  return DoorbellQueue.open(
    {
      redisUrl: settings.redisUrl?.reveal() ?? null,
      databaseUrl: settings.databaseUrl.reveal(),
      prefix: settings.queuePrefix,
      onError: (error) => {
        sparing.warn('queue trouble', { error });
      },
    },
    registry.all().map((instance) => instance.slug),
  );
}

/** What a process says once it serves: where it listens, by which queue it is rung, and for whom it works. */
export function readyFields(url: string, queue: DoorbellQueue, registry: ProviderRegistry) {
  const { hostname, port } = new URL(url);
  const slugs = registry.all().map((instance) => instance.slug);
  return { backend: queue.backendKind, providers: slugs.join(', '), hostname, port: Number(port) };
}
