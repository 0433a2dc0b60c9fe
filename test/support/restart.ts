import { readProviderInstances } from '#config';
import { ProviderRegistry } from '#identity-provider';
import { PROVIDER_FACTORIES } from '#providers';
import { syncProviders } from '#store';
import { TestWorker, type Mirror } from './mirror.js';

/** What a deployment came up with. */
export interface Restarted {
  readonly worker: TestWorker;
  /** Links that were due when it came up. */
  readonly due: number;
  /** Providers that ran before, and have no settings now. */
  readonly disabled: readonly string[];
}

/**
 * Every process of a mirror's deployment is started again, with these settings beside those of its simulators.
 * @param without providers whose settings are taken away
 */
export async function restartWith(
  mirror: Mirror,
  settings: Readonly<Record<string, string>>,
  without: readonly string[] = [],
): Promise<Restarted> {
  const environment = Object.entries({ ...mirror.simulators.environment, ...settings }).filter(
    ([name]) => !without.some((slug) => name.startsWith(`${slug.toUpperCase()}_`)),
  );
  const defaults = { providers: null, callTimeoutMs: 1_000, allowHttpProviders: true };
  const instances = readProviderInstances(Object.fromEntries(environment), PROVIDER_FACTORIES, defaults);
  const registry = new ProviderRegistry(instances);
  const { disabled } = await syncProviders(mirror.database, registry.all());
  const due = await mirror.database.sql('SELECT FROM links WHERE wanted > handled');
  const room = mirror.worker.rooms[0];
  if (room === undefined) throw new Error('the mirror has no provider');
  return {
    worker: new TestWorker(mirror.roster, registry, room.engine.settings, 'silent'),
    due: due.length,
    disabled,
  };
}
