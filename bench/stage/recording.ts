import { startApp } from './apps.js';
import { enterPeople } from './people.js';
import { startRecorder, type RecordedRequest, type Recorder } from './recorder.js';
import { PROVIDERS, type Provider } from './simulators.js';
import type { Stage } from './stage.js';
import { clear, untilSettled } from './state.js';

/** What was sent to each provider, oldest first. */
export type Requests = Readonly<Record<Provider, readonly RecordedRequest[]>>;

/** The requests of a first sync as a worker sends them: it is run once with a recorder before every provider. */
export async function recordFirstSync(stage: Stage, people: number): Promise<Requests> {
  stage.say(`  recording the requests of a first sync of ${people} people`);
  const recorders = new Map<Provider, Recorder>();
  for (const provider of PROVIDERS) recorders.set(provider, await startRecorder(stage.urls[provider]));
  const aside = Object.fromEntries(
    [...recorders].map(([provider, { url }]) => [`${provider.toUpperCase()}_BASE_URL`, url]),
  );
  // Its own providers: a worker refuses to start when the place of a provider that it knows has changed.
  await stage.database.sql('TRUNCATE providers CASCADE');
  // Before the worker, which would begin with whoever is left of an earlier measurement.
  await clear(stage);
  const worker = await startApp(stage, 'worker', aside);
  await enterPeople(stage.roster, people);
  await untilSettled(stage);
  await worker.stop();
  for (const recorder of recorders.values()) await recorder.close();
  await stage.database.sql('TRUNCATE providers CASCADE');
  const of = (provider: Provider): readonly RecordedRequest[] => recorders.get(provider)?.requests ?? [];
  return { vault: of('vault'), sunshine: of('sunshine'), passage: of('passage'), sendauth: of('sendauth') };
}
