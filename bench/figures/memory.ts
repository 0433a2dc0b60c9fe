import { measured, type Figure, type Scale } from '../figure.js';
import type { Measurement } from '../measurement.js';
import { startApp } from '../stage/apps.js';
import { peakMemoryMiB } from '../stage/peak-memory.js';
import { enterPeople } from '../stage/people.js';
import { PROVIDERS } from '../stage/simulators.js';
import type { Stage } from '../stage/stage.js';
import { clear, untilSettled } from '../stage/state.js';
import { sweepOnce } from '../stage/sweep-once.js';

const LATENCY_MS = 20;
/** Long enough for a worker to hold whatever it will hold of a backlog. */
const LOOK_AFTER_MS = 20_000;
const SETTLED_WITHIN_MS = 900_000;

/** B12: what a worker needs for a long backlog, and for a sweep of a large roster, over what it needs for small ones. */
export const memory: Measurement = { ids: ['B12'], measure: measureMemory };

async function measureMemory(stage: Stage, { people }: Scale): Promise<Figure[]> {
  const many = await whileDue(stage, Math.ceil(people * 1.25));
  const few = await whileDue(stage, Math.ceil(people / 80));
  const vaultAlone = { ...stage, environment: environmentOfVault(stage) };
  await clear(stage);
  await mirrorMore(vaultAlone, { count: people, from: 1 });
  const small = await whileSweeping(vaultAlone);
  await mirrorMore(vaultAlone, { count: people * 9, from: people + 1 });
  const large = await whileSweeping(vaultAlone);
  await clear(stage);
  stage.say(
    `  due: ${few.toFixed(0)} and ${many.toFixed(0)} MiB, sweep: ${small.toFixed(0)} and ${large.toFixed(0)} MiB`,
  );
  const target = { atMost: 1.3 };
  return [
    {
      id: 'B12',
      values: [
        measured('links due', [many / few], { target }),
        measured('sweep', [large / small], { target }),
        measured('of the long backlog', [many], { unit: 'MiB' }),
        measured('of the large sweep', [large], { unit: 'MiB' }),
      ],
    },
  ];
}

/** A fresh worker finds so many people due at all four. @returns its peak, in MiB */
async function whileDue(stage: Stage, people: number): Promise<number> {
  // For the providers to be known and enabled when people are entered.
  await (await startApp(stage, 'worker')).stop();
  await clear(stage);
  for (const provider of PROVIDERS) await stage.simulators.setLatency(provider, LATENCY_MS);
  await enterPeople(stage.roster, people);
  const worker = await startApp(stage, 'worker');
  await new Promise((resolve) => setTimeout(resolve, LOOK_AFTER_MS));
  const peak = await peakMemoryMiB(worker.pid);
  await worker.stop();
  return peak;
}

/** Everything but what the other providers are configured by: a worker without their settings switches them off. */
function environmentOfVault({ environment }: Stage): Readonly<Record<string, string>> {
  const others = PROVIDERS.filter((provider) => provider !== 'vault');
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !others.some((provider) => name.startsWith(`${provider.toUpperCase()}_`)),
    ),
  );
}

async function mirrorMore(
  stage: Stage,
  { count, from }: { readonly count: number; readonly from: number },
): Promise<void> {
  stage.say(`  mirroring ${count} people to vault`);
  const worker = await startApp(stage, 'worker');
  await enterPeople(stage.roster, count, from);
  await untilSettled(stage, ['vault'], SETTLED_WITHIN_MS);
  await worker.stop();
  await stage.database.sql('VACUUM ANALYZE');
}

/** A fresh worker sweeps vault. @returns its peak, in MiB */
async function whileSweeping(stage: Stage): Promise<number> {
  const worker = await startApp(stage, 'worker');
  await sweepOnce(stage, 'vault', 'preview');
  const peak = await peakMemoryMiB(worker.pid);
  await worker.stop();
  return peak;
}
