import type { z } from 'zod';
import { RunningProvider, type SimulatorDefinition } from '../../apps/simulators/src/frame/index.js';
import type { ProviderClient } from '#http';
import type { BuiltProvider, IdentityProvider } from '#identity-provider';
import { trafficWitness } from './traffic.js';

/** How adapters of one kind are built. */
export interface AdapterParts<Settings> {
  readonly settings: z.ZodType<Settings>;
  readonly openClient: (settings: Settings) => ProviderClient;
  readonly create: (settings: Settings, client: ProviderClient) => BuiltProvider;
}

/** One simulated provider, and adapters in front of it. */
export interface SimulatedService<Settings> {
  readonly running: RunningProvider;
  /** An adapter with the simulator's own settings, except as told. */
  build(different?: Partial<Settings>): IdentityProvider;
  /** The same with all that is built beside it. */
  buildAll(different?: Partial<Settings>): BuiltProvider;
  close(): Promise<void>;
}

/**
 * Starts one simulated provider.
 * @param given settings as the environment has them, without the kind's prefix, for every adapter of it
 */
export async function startSimulated<Settings extends object>(
  definition: SimulatorDefinition,
  parts: AdapterParts<Settings>,
  given: Readonly<Record<string, string>> = {},
): Promise<SimulatedService<Settings>> {
  const running = await RunningProvider.start(definition, { witness: trafficWitness() });
  const settings = parts.settings.parse({ ...unprefixed(running.environment, definition.name), ...given });
  const clients: ProviderClient[] = [];
  const buildAll = (different: Partial<Settings> = {}): BuiltProvider => {
    const own = { ...settings, ...different };
    const client = parts.openClient(own);
    clients.push(client);
    return parts.create(own, client);
  };
  return {
    running,
    build: (different) => buildAll(different).provider,
    buildAll,
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await running.close();
    },
  };
}

function unprefixed(
  environment: Readonly<Record<string, string>>,
  kind: string,
): Readonly<Record<string, unknown>> {
  const named = Object.entries(environment).map(([name, value]) => [name.slice(kind.length + 1), value]);
  return Object.fromEntries(named) as Record<string, unknown>; // pairs, which the map above widens
}
