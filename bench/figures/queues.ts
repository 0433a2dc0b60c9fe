import { findRedisServer, startRedis } from '../../scripts/services/redis.js';
import type { Environment } from '../../scripts/stack/environment.js';
import { LeftOut, measured, type Figure, type Scale } from '../figure.js';
import type { Measurement } from '../measurement.js';
import { callsPerSecond } from '../rates.js';
import { startApp } from '../stage/apps.js';
import type { Stage } from '../stage/stage.js';
import { standReady, syncOne } from '../stage/synced.js';

/** B13: the work of B1 at one provider, rung for by way of Postgres and by way of a Redis, in turns. */
export const queues: Measurement = { ids: ['B13'], measure: measureQueues };

async function measureQueues(stage: Stage, { people, rounds }: Scale): Promise<Figure[]> {
  if ((await findRedisServer()) === null) throw new LeftOut('there is no redis-server on PATH');
  const redis = await startRedis();
  await stage.teardown.add(() => redis.stop());
  const ratios: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const inPostgres = await rateOf(stage, people, {});
    const inRedis = await rateOf(stage, people, { REDIS_URL: redis.url });
    stage.say(`  round ${round}: Postgres ${inPostgres.toFixed(0)}/s, Redis ${inRedis.toFixed(0)}/s`);
    if (round > 0) ratios.push(inPostgres / inRedis); // the first is for the database to get warm
  }
  return [{ id: 'B13', values: [measured('vault', ratios)] }];
}

async function rateOf(stage: Stage, people: number, settings: Environment): Promise<number> {
  const worker = await startApp(stage, 'worker', settings);
  await standReady(stage, { people, latencyMs: 0 });
  const calls = await syncOne(stage, 'vault');
  await worker.stop();
  return callsPerSecond(calls);
}
