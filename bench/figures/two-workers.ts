import { measured, type Figure, type Scale } from '../figure.js';
import type { Measurement } from '../measurement.js';
import { callsPerSecondInTheMiddle } from '../rates.js';
import type { App } from '../stage/app.js';
import { startApp } from '../stage/apps.js';
import type { Call } from '../stage/simulators.js';
import type { Stage } from '../stage/stage.js';
import { standReady, syncOne } from '../stage/synced.js';

const LATENCY_MS = 20;

/** Call slots of each worker: what the settings begin with, and so few that two cores are enough for everything. */
const SLOTS = [32, 8] as const;
/** Enough for some seconds of one worker, whatever the roster: a share of two short runs says nothing. */
const PEOPLE_A_SLOT = 400;

/** B15: one worker and two, in turns, at a provider that takes 20 ms for an answer. */
export const twoWorkers: Measurement = { ids: ['B15'], measure: measureTwoWorkers };

async function measureTwoWorkers(stage: Stage, scale: Scale): Promise<Figure[]> {
  const values = [];
  for (const slots of SLOTS) {
    const ratios: number[] = [];
    for (let round = 0; round <= scale.rounds; round += 1) {
      const one = await rateOf(stage, { workers: 1, slots });
      const two = await rateOf(stage, { workers: 2, slots });
      if (round > 0) ratios.push(two / one); // the first is for the database to get warm
      stage.say(`  round ${round}, ${slots} slots: one worker ${one.toFixed(0)}/s, two ${two.toFixed(0)}/s`);
    }
    values.push(measured(`${slots} call slots each`, ratios, { target: { atLeast: 1.8 } }));
  }
  return [{ id: 'B15', values }];
}

interface Shift {
  readonly workers: number;
  readonly slots: number;
}

/** Workers sync once to get warm, and once more. In the middle of the run everybody is at work. */
async function rateOf(stage: Stage, { workers, slots }: Shift): Promise<number> {
  const apps: App[] = [];
  for (let n = 0; n < workers; n += 1)
    apps.push(await startApp(stage, 'worker', { VAULT_CONCURRENCY: String(slots) }));
  let calls: Call[] = [];
  for (let run = 0; run < 2; run += 1) {
    await standReady(stage, { people: slots * PEOPLE_A_SLOT, latencyMs: LATENCY_MS });
    calls = await syncOne(stage, 'vault');
  }
  for (const app of apps) await app.stop();
  return callsPerSecondInTheMiddle(calls);
}
