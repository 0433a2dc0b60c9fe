import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { readSettings, type Environment } from '#config';
import type { ProviderRegistry } from '#identity-provider';
import { QuietNestLogger } from '#observability';
import type { DoorbellQueue } from '#queue';
import { openLog, readyFields, type RunningService } from '#service';
import type { Database } from '#store';
import type { WorkerEngine } from './engine.js';
import { DATABASE, ENGINE, QUEUE, REGISTRY } from './tokens.js';
import { WorkerModule } from './worker.module.js';

const CLOSE_GRACE_MS = 2_000;
const LEAST_GRACE_MS = 1_000;

/**
 * Starts a worker: checks that the database is what this code was made for, declares the configured providers, and
 * begins to answer doorbells.
 * @throws SettingsError, MigrationError, RemoteScopeChanged, each naming what to do
 */
export async function startWorker(environment: Environment): Promise<RunningService> {
  const settings = readSettings(environment);
  const { host, workerPort, shutdownMs } = settings;
  const log = openLog(settings, 'worker');
  const app = await NestFactory.create<NestFastifyApplication>(
    WorkerModule.with({ environment, settings, log }),
    new FastifyAdapter(),
    { logger: new QuietNestLogger(log), abortOnError: false },
  );
  await app.listen(workerPort, host);
  const queue = app.get<DoorbellQueue>(QUEUE);
  const url = await app.getUrl();
  log.info('worker ready', readyFields(url, queue, app.get<ProviderRegistry>(REGISTRY)));
  return {
    log,
    url,
    shutdownMs,
    async stop() {
      // The order matters: no new ticks, no new calls, then the doorbells, and the database last, for the settles.
      await app.close();
      await app.get<WorkerEngine>(ENGINE).stop(Math.max(LEAST_GRACE_MS, shutdownMs - 3 * CLOSE_GRACE_MS));
      await queue.close(CLOSE_GRACE_MS);
      await app.get<Database>(DATABASE).close();
    },
  };
}
