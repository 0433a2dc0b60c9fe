import { patchUser } from '#store';
import { measured, type Figure, type Scale } from '../figure.js';
import type { Measurement } from '../measurement.js';
import { startApp } from '../stage/apps.js';
import { someUserIds, standMirrored } from '../stage/mirrored.js';
import { PROVIDERS, type Provider } from '../stage/simulators.js';
import type { Stage } from '../stage/stage.js';
import { untilSettled } from '../stage/state.js';

/** SendAuth replaces whole accounts and Sunshine whole profiles, so each is read before it is written. */
const NECESSARY: Readonly<Record<Provider, number>> = { vault: 1, sunshine: 2, passage: 1, sendauth: 2 };

/** B5: one person in a hundred gets another email address, which every provider holds. */
export const edits: Measurement = { ids: ['B5'], measure: measureEdits };

async function measureEdits(stage: Stage, { people, rounds }: Scale): Promise<Figure[]> {
  await standMirrored(stage, people);
  await startApp(stage, 'worker');
  const perEdit = new Map(PROVIDERS.map((provider) => [provider, [] as number[]]));
  const edited = Math.ceil(people / 100);
  for (let round = 0; round < rounds; round += 1) {
    const marks = new Map<Provider, number>();
    for (const provider of PROVIDERS) marks.set(provider, await stage.simulators.mark(provider));
    await editSome(stage, await someUserIds(stage, edited, round * edited));
    await untilSettled(stage);
    for (const [provider, ratios] of perEdit) {
      const calls = (await stage.simulators.calls(provider, marks.get(provider))).length;
      ratios.push(calls / (edited * NECESSARY[provider]));
    }
  }
  return [
    {
      id: 'B5',
      values: [...perEdit].map(([provider, ratios]) =>
        measured(provider, ratios, { target: { atMost: 1.05 } }),
      ),
    },
  ];
}

async function editSome({ roster }: Stage, userIds: readonly string[]): Promise<void> {
  for (const id of userIds) {
    await patchUser(roster, 'bench', { id, patch: { email: `${id}.${Date.now()}@example.com` } });
  }
}
