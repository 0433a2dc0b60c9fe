import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { readProviderInstances, readSettings, type Environment, type Settings } from '#config';
import { ProviderRegistry } from '#identity-provider';
import { createLogger, NestLogger, newId, systemClock, type Logger } from '#observability';
import { PROVIDER_FACTORIES } from '#providers';
import { DoorbellQueue } from '#queue';
import { assertMigrated, openDatabase, openRoster, syncProviders, type Database } from '#store';
import { WorkerEngine } from './engine.js';
import { WorkerModule } from './worker.module.js';

/** A worker that runs. */
export interface RunningWorker {
  readonly log: Logger;
  /** Where its health is asked. */
  readonly url: string;
  readonly shutdownMs: number;
  /** Starts no new call, finishes or gives up those under way, and ends; within about `shutdownMs`. */
  stop(): Promise<void>;
}

const SETTLE_GRACE_MS = 1_000;
const CLOSE_GRACE_MS = 2_000;

/**
 * Starts a worker: checks that the database is what this code was made for, declares the configured providers, and
 * begins to answer doorbells.
 * @throws SettingsError, MigrationError, RemoteScopeChanged, each naming what to do
 */
export async function startWorker(environment: Environment): Promise<RunningWorker> {
  const settings = readSettings(environment);
  const registry = new ProviderRegistry(readProviderInstances(environment, PROVIDER_FACTORIES, settings));
  const log = openLog(settings);
  const database = openPool(settings, log);
  try {
    await assertMigrated(settings.databaseUrl.reveal());
    await syncProviders(database, registry.all());
    return await run({ settings, registry, log, database });
  } catch (error) {
    await database.close();
    throw error;
  }
}

interface Parts {
  readonly settings: Settings;
  readonly registry: ProviderRegistry;
  readonly log: Logger;
  readonly database: Database;
}

async function run({ settings, registry, log, database }: Parts): Promise<RunningWorker> {
  const queue = await openQueue(settings, registry, log);
  const roster = await openRoster(database, newId);
  const engine = new WorkerEngine({
    roster,
    registry,
    queue,
    settings,
    clock: systemClock,
    random: Math.random,
    newId,
    log,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    WorkerModule.with({
      engine,
      log,
      tickMs: settings.tickMs,
      readiness: async () => ({ postgres: await answers(database), queue: await queue.isReachable() }),
    }),
    new FastifyAdapter(),
    { logger: new NestLogger(log) },
  );
  await app.listen(settings.workerPort, settings.host);
  log.info('worker ready', { backend: queue.backendKind, count: registry.all().length });
  return {
    log,
    url: await app.getUrl(),
    shutdownMs: settings.shutdownMs,
    async stop() {
      // The order matters: no new ticks, no new calls, then the doorbells, and the database last, for the settles.
      await app.close();
      await engine.stop(
        Math.max(SETTLE_GRACE_MS, settings.shutdownMs - 2 * CLOSE_GRACE_MS - SETTLE_GRACE_MS),
      );
      await queue.close(CLOSE_GRACE_MS);
      await database.close();
    },
  };
}

function openLog(settings: Settings): Logger {
  return createLogger({ level: settings.logLevel, name: 'worker', secrets: [settings.databaseUrl.reveal()] });
}

function openPool(settings: Settings, log: Logger): Database {
  return openDatabase({
    url: settings.databaseUrl.reveal(),
    poolSize: settings.databasePool,
    applicationName: 'rollcall-worker',
    onPoolError: (error) => {
      log.warn('database connection lost', { error });
    },
  });
}

function openQueue(settings: Settings, registry: ProviderRegistry, log: Logger): Promise<DoorbellQueue> {
  return DoorbellQueue.open(
    {
      redisUrl: settings.redisUrl?.reveal() ?? null,
      databaseUrl: settings.databaseUrl.reveal(),
      prefix: settings.queuePrefix,
      onError: (error) => {
        log.warn('queue trouble', { error });
      },
    },
    registry.all().map((instance) => instance.slug),
  );
}

async function answers(database: Database): Promise<boolean> {
  return database.sql('SELECT 1').then(
    () => true,
    () => false,
  );
}
