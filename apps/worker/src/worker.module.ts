import { Module, type DynamicModule } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { readProviderInstances, type Environment, type Settings } from '#config';
import { ProviderRegistry, type ProviderFactory } from '#identity-provider';
import { newId, sparingly, systemClock, type Logger } from '#observability';
import { PROVIDER_FACTORY_REGISTRY, ProvidersModule } from '#providers';
import { DoorbellQueue } from '#queue';
import { assertMigrated, openDatabase, openRoster, probeAtOnce, syncProviders, type Database } from '#store';
import { WorkerEngine } from './engine.js';
import { HealthController } from './health.controller.js';
import { Ticker } from './ticker.js';
import { DATABASE, ENGINE, LOGGER, QUEUE, REGISTRY, SETTINGS } from './tokens.js';

/** What a worker is started with. */
export interface WorkerStart {
  readonly environment: Environment;
  readonly settings: Settings;
  readonly log: Logger;
}

/** The worker's parts and what each is made from. */
@Module({})
export class WorkerModule {
  static with(start: WorkerStart): DynamicModule {
    const { environment, settings, log } = start;
    return {
      module: WorkerModule,
      imports: [ScheduleModule.forRoot(), ProvidersModule],
      controllers: [HealthController],
      providers: [
        Ticker,
        { provide: SETTINGS, useValue: settings },
        { provide: LOGGER, useValue: log },
        {
          provide: REGISTRY,
          inject: [PROVIDER_FACTORY_REGISTRY],
          useFactory: (factories: readonly ProviderFactory[]) =>
            new ProviderRegistry(readProviderInstances(environment, factories, settings)),
        },
        {
          provide: DATABASE,
          inject: [REGISTRY],
          useFactory: (registry: ProviderRegistry) => openStore(start, registry),
        },
        {
          provide: QUEUE,
          inject: [REGISTRY, DATABASE],
          useFactory: (registry: ProviderRegistry) => openQueue(start, registry),
        },
        {
          provide: ENGINE,
          inject: [REGISTRY, DATABASE, QUEUE],
          useFactory: async (registry: ProviderRegistry, database: Database, queue: DoorbellQueue) =>
            new WorkerEngine({
              roster: await openRoster(database, newId),
              registry,
              queue,
              settings,
              clock: systemClock,
              random: Math.random,
              newId,
              log,
            }),
        },
      ],
    };
  }
}

/** Opens the store only when it is the one that this code was made for, and declares the providers in it. */
async function openStore({ settings, log }: WorkerStart, registry: ProviderRegistry): Promise<Database> {
  const sparing = sparingly(log, systemClock);
  await assertMigrated(settings.databaseUrl.reveal());
  const database = openDatabase({
    url: settings.databaseUrl.reveal(),
    poolSize: settings.databasePool,
    applicationName: 'rollcall-worker',
    onPoolError: (error) => {
      sparing.warn('database connection lost', { error });
    },
  });
  await syncProviders(database, registry.all());
  await probeAtOnce(database.sql);
  return database;
}

function openQueue({ settings, log }: WorkerStart, registry: ProviderRegistry): Promise<DoorbellQueue> {
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
