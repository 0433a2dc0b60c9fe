import type { ProviderClient } from '#http';
import type { IdentityProvider } from '#identity-provider';
import { RunningProvider } from '../../../../apps/simulators/src/frame/index.js';
import { sunshineDefinition } from '../../../../apps/simulators/src/sunshine/index.js';
import { createSunshine, createSunshineClient, sunshineSettings, type SunshineSettings } from './config.js';

/** A simulated Sunshine, and adapters in front of it. */
export interface SunshineService {
  readonly running: RunningProvider;
  /** An adapter with the simulator's own settings, except as told. */
  build(different?: Partial<SunshineSettings>): IdentityProvider;
  close(): Promise<void>;
}

/** Starts a simulated Sunshine; adapters of it carry the named metadata fields. */
export async function startSunshine(fields: readonly string[] = []): Promise<SunshineService> {
  const running = await RunningProvider.start(sunshineDefinition);
  const settings = sunshineSettings.parse({ ...settingsOf(running), METADATA_FIELDS: fields.join(',') });
  const clients: ProviderClient[] = [];
  return {
    running,
    build: (different = {}) => {
      const client = createSunshineClient({ ...settings, ...different });
      clients.push(client);
      return createSunshine({ ...settings, ...different }, client).provider;
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await running.close();
    },
  };
}

function settingsOf({ environment }: RunningProvider): Record<string, string> {
  const given = Object.entries(environment).map(([name, value]) => [name.slice('SUNSHINE_'.length), value]);
  return Object.fromEntries(given) as Record<string, string>; // pairs of texts, which the map above widens
}
