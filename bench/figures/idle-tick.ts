import { readProviderInstances } from '#config';
import { ProviderRegistry } from '#identity-provider';
import { createLogger, newId, systemClock } from '#observability';
import { PROVIDER_FACTORIES } from '#providers';
import { keep, ProviderRoom, type EngineSettings } from '#reconciler';
import { upkeep } from '#store';
import { measured, type Figure, type Scale } from '../figure.js';
import type { Measurement } from '../measurement.js';
import { spreadOf } from '../spread.js';
import { openFilled, type Filled } from '../stage/filled.js';
import type { Stage } from '../stage/stage.js';

/** Ticks of a round, in turns with those on the small roster. */
const TICKS = 50;
const NO_LIMIT = { atLeast: 0, percent: 100 };

/** What a deployment begins with. */
const SETTINGS: EngineSettings = {
  leaseMs: 60_000,
  callTimeoutMs: 10_000,
  batchSize: 1_500,
  coalesceMs: 400,
  lateArrivalMs: 60_000,
  allowances: { suspend: NO_LIMIT, remove: NO_LIMIT, overwrite: NO_LIMIT, create: NO_LIMIT },
};
const RETENTION = { days: 30, remove: NO_LIMIT };

/** B11: what a worker does on each tick, where nothing is due among a hundred times as many links. */
export const idleTick: Measurement = { ids: ['B11'], measure: measureIdleTick };

async function measureIdleTick(stage: Stage, { people, rounds }: Scale): Promise<Figure[]> {
  const registry = new ProviderRegistry(
    readProviderInstances(stage.environment, PROVIDER_FACTORIES, {
      providers: [],
      callTimeoutMs: SETTINGS.callTimeoutMs,
      allowHttpProviders: true,
    }),
  );
  const largePeople = Math.ceil(people * 12.5);
  stage.say(`  filling a roster of ${largePeople} people`);
  const large = await openFilled(stage, registry, { name: 'large', people: largePeople });
  const small = await openFilled(stage, registry, { name: 'small', people: Math.ceil(largePeople / 100) });
  const ratios: number[] = [];
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const came = await play([ticker(large, registry), ticker(small, registry)]);
    stage.say(`  round ${round}: ${came.large.toFixed(1)} ms, small ${came.small.toFixed(1)} ms`);
    if (round === 0) continue; // for the code and the caches to get warm
    ratios.push(came.large / came.small);
    times.push(came.large);
  }
  await large.drop();
  await small.drop();
  return [
    {
      id: 'B11',
      values: [
        measured('time', ratios, { target: { atMost: 1.5 } }),
        measured('time of the large', times, { unit: 'ms' }),
      ],
    },
  ];
}

type Tick = () => Promise<void>;

function ticker({ database, roster }: Filled, registry: ProviderRegistry): Tick {
  const engine = {
    database,
    hashKey: roster.hashKey,
    settings: SETTINGS,
    clock: systemClock,
    random: Math.random,
    newId,
    log: createLogger({ level: 'silent', name: 'bench' }),
  };
  const rooms = registry.all().map((instance) => new ProviderRoom(instance, engine));
  const { signal } = new AbortController();
  return async () => {
    await upkeep(roster, { now: new Date(), retention: RETENTION });
    const due = await keep(rooms, signal);
    if (due.length > 0) throw new Error('something was due');
  };
}

/** The median of both, in milliseconds. */
async function play([large, small]: readonly [Tick, Tick]): Promise<{ large: number; small: number }> {
  const times: { large: number[]; small: number[] } = { large: [], small: [] };
  for (let n = 0; n < TICKS; n += 1) {
    times.large.push(await timeOf(large));
    times.small.push(await timeOf(small));
  }
  return { large: spreadOf(times.large).median, small: spreadOf(times.small).median };
}

async function timeOf(tick: Tick): Promise<number> {
  const beganMs = performance.now();
  await tick();
  return performance.now() - beganMs;
}
