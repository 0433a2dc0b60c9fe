import { Module, type DynamicModule } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { allowancesOf, readProviderInstances, type Environment, type Settings } from '#config';
import { ProviderRegistry, type ProviderFactory } from '#identity-provider';
import { newId, systemClock, type Logger } from '#observability';
import { PROVIDER_FACTORY_REGISTRY, ProvidersModule } from '#providers';
import { DoorbellQueue } from '#queue';
import { openQueue, openStore } from '#service';
import { openRoster, probeAtOnce, type Database, type Roster } from '#store';
import { WorkerEngine } from './engine.js';
import { HealthController } from './health.controller.js';
import { SweepSchedule } from './sweep-schedule.js';
import { Ticker } from './ticker.js';
import { DATABASE, ENGINE, LOGGER, QUEUE, REGISTRY, ROSTER, SETTINGS } from './tokens.js';

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
        SweepSchedule,
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
          useFactory: (registry: ProviderRegistry) => openOwnStore(start, registry),
        },
        {
          provide: QUEUE,
          inject: [REGISTRY, DATABASE],
          useFactory: (registry: ProviderRegistry) => openQueue(settings, registry, log),
        },
        {
          provide: ROSTER,
          inject: [DATABASE],
          useFactory: (database: Database) => openRoster(database, newId),
        },
        {
          provide: ENGINE,
          inject: [REGISTRY, ROSTER, QUEUE],
          useFactory: (registry: ProviderRegistry, roster: Roster, queue: DoorbellQueue) =>
            new WorkerEngine({
              roster,
              registry,
              queue,
              settings: { ...settings, allowances: allowancesOf(settings) },
              retentionDays: settings.retentionDays,
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

/** A new worker may be the one whose settings were mended, so it probes halted providers at once. */
async function openOwnStore({ settings, log }: WorkerStart, registry: ProviderRegistry): Promise<Database> {
  const database = await openStore(settings, registry, { log, name: 'rollcall-worker', mirrors: true });
  await probeAtOnce(database.sql);
  return database;
}
