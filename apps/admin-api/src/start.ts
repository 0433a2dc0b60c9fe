import { type Environment, readProviderInstances, readSettings, type Settings } from '#config';
import { ProviderRegistry } from '#identity-provider';
import { createLogger, type Logger, newId, sparingly, systemClock } from '#observability';
import { PROVIDER_FACTORIES } from '#providers';
import { DoorbellQueue } from '#queue';
import {
  assertMigrated,
  type Database,
  openDatabase,
  openRoster,
  setBootstrapKey,
  syncProviders,
} from '#store';
import { createAdminApi } from './app.js';
import { secretHashOf } from './auth/authenticator.js';
import { SCOPES } from './auth/scopes.js';
import { ReadinessProbe } from './health/readiness.js';

/** An admin API that runs. */
export interface RunningAdminApi {
  readonly log: Logger;
  readonly url: string;
  readonly shutdownMs: number;
  /** Takes no new request, finishes those under way, and ends. */
  stop(): Promise<void>;
}

const CLOSE_GRACE_MS = 2_000;

interface Parts {
  readonly settings: Settings;
  readonly registry: ProviderRegistry;
  readonly log: Logger;
  readonly database: Database;
}

/**
 * Starts the admin API: checks that the database is what this code was made for, declares the configured providers,
 * sets the bootstrap key and listens.
 * @throws SettingsError, MigrationError, RemoteScopeChanged, each naming what to do
 */
export async function startAdminApi(environment: Environment): Promise<RunningAdminApi> {
  const settings = readSettings(environment);
  const registry = new ProviderRegistry(readProviderInstances(environment, PROVIDER_FACTORIES, settings));
  const log = openLog(settings);
  const database = openPool(settings, log);
  try {
    await assertMigrated(settings.databaseUrl.reveal());
    await syncProviders(database, registry.all());
    await setKey(database, settings);
    return await run({ settings, registry, log, database });
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function run({ settings, registry, log, database }: Parts): Promise<RunningAdminApi> {
  const queue = await openQueue(settings, registry, log);
  const roster = await openRoster(database, newId);
  const probe = new ReadinessProbe({ database, queue, clock: systemClock });
  const app = await createAdminApi({
    roster,
    registry,
    doorbell: queue,
    clock: systemClock,
    log,
    readiness: () => probe.ask(),
  });
  await app.listen(settings.port, settings.host);
  const url = await app.getUrl();
  log.info('admin api ready', {
    backend: queue.backendKind,
    providers: registry
      .all()
      .map((instance) => instance.slug)
      .join(', '),
    hostname: new URL(url).hostname,
    port: Number(new URL(url).port),
  });
  return {
    log,
    url,
    shutdownMs: settings.shutdownMs,
    async stop() {
      await app.close();
      await queue.close(CLOSE_GRACE_MS);
      await database.close();
    },
  };
}

async function setKey(database: Database, { adminKey }: Settings): Promise<void> {
  if (adminKey === null) return;
  await setBootstrapKey(database, {
    id: newId(),
    secretHash: secretHashOf(adminKey.reveal()),
    scopes: SCOPES,
  });
}

function openLog({ logLevel, databaseUrl, redisUrl, adminKey }: Settings): Logger {
  const secrets = [databaseUrl, redisUrl, adminKey].flatMap((secret) => secret?.reveal() ?? []);
  return createLogger({ level: logLevel, name: 'admin-api', secrets });
}

function openPool(settings: Settings, log: Logger): Database {
  const sparing = sparingly(log, systemClock);
  return openDatabase({
    url: settings.databaseUrl.reveal(),
    poolSize: settings.databasePool,
    applicationName: 'rollcall-admin-api',
    onPoolError: (error) => {
      sparing.warn('database connection lost', { error });
    },
  });
}

function openQueue(settings: Settings, registry: ProviderRegistry, log: Logger): Promise<DoorbellQueue> {
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
