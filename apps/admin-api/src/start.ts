import { type Environment, readProviderInstances, readSettings, type Settings } from '#config';
import { ProviderRegistry } from '#identity-provider';
import { type Logger, newId, systemClock } from '#observability';
import { PROVIDER_FACTORIES } from '#providers';
import { openLog, openQueue, openStore, readyFields, type RunningService } from '#service';
import { type Database, openRoster, setBootstrapKey } from '#store';
import { createAdminApi } from './app.js';
import { secretHashOf } from './auth/authenticator.js';
import { SCOPES } from './auth/scopes.js';
import { ReadinessProbe } from './health/readiness.js';

const NAME = 'admin-api';
const CLOSE_GRACE_MS = 2_000;
const DAY_MS = 86_400_000;

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
export async function startAdminApi(environment: Environment): Promise<RunningService> {
  const settings = readSettings(environment);
  const registry = new ProviderRegistry(readProviderInstances(environment, PROVIDER_FACTORIES, settings));
  const log = openLog(settings, NAME);
  const database = await openStore(settings, registry, { log, name: `rollcall-${NAME}`, mirrors: false });
  try {
    await setKey(database, settings);
    return await run({ settings, registry, log, database });
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function run({ settings, registry, log, database }: Parts): Promise<RunningService> {
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
    budget: {
      approvalMs: settings.budgetApprovalMs,
      fourEyes: settings.budgetFourEyes,
      syncDeletions: settings.syncDeletions,
    },
    erasure: { periodMs: settings.erasureDays * DAY_MS },
  });
  await app.listen(settings.port, settings.host);
  const url = await app.getUrl();
  log.info('admin api ready', readyFields(url, queue, registry));
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
