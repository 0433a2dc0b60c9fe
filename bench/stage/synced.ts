import { enterPeople } from './people.js';
import { PROVIDERS, type Call, type Provider } from './simulators.js';
import type { Stage } from './stage.js';
import { clear, halt, open, untilSettled } from './state.js';

/** A first sync to one provider, by whatever workers run: they are let in once everything stands ready. */
export interface SyncPlan {
  readonly provider: Provider;
  readonly people: number;
  /** How long each answer takes. */
  readonly latencyMs: number;
}

/** Makes the roster ready: nobody is mirrored, and no worker may begin. */
export async function standReady(
  stage: Stage,
  { people, latencyMs }: Omit<SyncPlan, 'provider'>,
): Promise<void> {
  await halt(stage);
  await clear(stage);
  for (const provider of PROVIDERS) await stage.simulators.setLatency(provider, latencyMs);
  await enterPeople(stage.roster, people);
  await stage.database.sql('VACUUM ANALYZE');
}

/** Lets the workers at one provider until nothing is due there. @returns the calls that it saw */
export async function syncOne(stage: Stage, provider: Provider): Promise<Call[]> {
  const mark = await stage.simulators.mark(provider);
  await open(stage, provider);
  await untilSettled(stage, [provider]);
  return stage.simulators.calls(provider, mark);
}
