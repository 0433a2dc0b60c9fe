import type { ProviderClient } from '#http';
import type { IdentityProvider } from '#identity-provider';
import { RunningProvider } from '../../../../apps/simulators/src/frame/index.js';
import { passageDefinition } from '../../../../apps/simulators/src/passage/index.js';
import { createPassage, createPassageClient, passageSettings, type PassageSettings } from './config.js';

/** A simulated Passage, and adapters in front of it. */
export interface PassageService {
  readonly running: RunningProvider;
  /** An adapter with the simulator's own settings, except as told. */
  build(different?: Partial<PassageSettings>): IdentityProvider;
  close(): Promise<void>;
}

/** Starts a simulated Passage; adapters of it carry the named metadata fields. */
export async function startPassage(fields: readonly string[] = []): Promise<PassageService> {
  const running = await RunningProvider.start(passageDefinition);
  const settings = passageSettings.parse({ ...settingsOf(running), METADATA_FIELDS: fields.join(',') });
  const clients: ProviderClient[] = [];
  return {
    running,
    build: (different = {}) => {
      const client = createPassageClient({ ...settings, ...different });
      clients.push(client);
      return createPassage({ ...settings, ...different }, client).provider;
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await running.close();
    },
  };
}

function settingsOf({ environment }: RunningProvider): Record<string, string> {
  const given = Object.entries(environment).map(([name, value]) => [name.slice('PASSAGE_'.length), value]);
  return Object.fromEntries(given) as Record<string, string>; // pairs of texts, which the map above widens
}
