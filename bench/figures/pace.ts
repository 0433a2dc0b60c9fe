import { measured, type Figure, type Scale } from '../figure.js';
import type { Measurement } from '../measurement.js';
import { afterWarmUp, callsPerSecond, mostInASecond } from '../rates.js';
import { startApp } from '../stage/apps.js';
import { enterPeople } from '../stage/people.js';
import type { Stage } from '../stage/stage.js';
import { clear, halt, open } from '../stage/state.js';

const CALLS_PER_SECOND = 200;
const WARM_UP_MS = 2_000;
const MEASURED_MS = 6_000;

/** More than can be called for meanwhile, so that there is always work. */
const PEOPLE = (CALLS_PER_SECOND * (WARM_UP_MS + MEASURED_MS) * 2) / 1_000;

/** B7: how much of an allowed rate is used, and whether any second sees more than that, by one worker and by three. */
export const pace: Measurement = { ids: ['B7'], measure: measurePace };

async function measurePace(stage: Stage, { rounds }: Scale): Promise<Figure[]> {
  const values = [];
  for (const workers of [1, 3]) {
    const used: number[] = [];
    const most: number[] = [];
    for (let n = 0; n < workers; n += 1)
      await startApp(stage, 'worker', { VAULT_CALLS_PER_SECOND: String(CALLS_PER_SECOND) });
    for (let round = 0; round < rounds; round += 1) {
      const came = await play(stage);
      used.push(came.used);
      most.push(came.most / CALLS_PER_SECOND);
      stage.say(
        `  round ${round + 1}, ${workers} workers: ${came.used.toFixed(3)} used, ${came.most} calls in the fullest second`,
      );
    }
    for (const app of [...stage.apps]) await app.stop();
    const who = workers === 1 ? '1 worker' : `${workers} workers`;
    values.push(
      measured(`used, ${who}`, used, { target: { atLeast: 0.9, atMost: 1 } }),
      measured(`fullest second / allowed, ${who}`, most, { target: { atMost: 1 } }),
    );
  }
  return [{ id: 'B7', values }];
}

async function play(stage: Stage): Promise<{ readonly used: number; readonly most: number }> {
  await halt(stage);
  await clear(stage);
  await enterPeople(stage.roster, PEOPLE);
  await open(stage, 'vault');
  await untilCalled(stage);
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS + MEASURED_MS));
  const calls = afterWarmUp(await stage.simulators.calls('vault'), WARM_UP_MS);
  await halt(stage);
  return { used: callsPerSecond(calls) / CALLS_PER_SECOND, most: mostInASecond(calls) };
}

const FIRST_CALL_WITHIN_MS = 10_000;

async function untilCalled({ simulators }: Stage): Promise<void> {
  const endMs = Date.now() + FIRST_CALL_WITHIN_MS;
  while ((await simulators.mark('vault')) === 0) {
    if (Date.now() > endMs) throw new Error(`no call within ${FIRST_CALL_WITHIN_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
