import type { ProviderClient } from '#http';
import { describeProvider, openBackDoor, type ContractGuest } from '#identity-provider/contract';
import { RunningProvider } from '../../../../apps/simulators/src/frame/index.js';
import { vaultDefinition } from '../../../../apps/simulators/src/vault/index.js';
import { vaultCapabilities } from './capabilities.js';
import { createVault, createVaultClient, vaultSettings, type VaultSettings } from './config.js';
import { vaultMapping } from './mapping.js';

const BEHAVIOURS = [
  {},
  { upsertMetadata: 'keep' },
  { patchMetadata: 'replace' },
  { upsertMetadata: 'keep', patchMetadata: 'replace' },
  { deleteThenGetLiveMs: 50 },
];

async function setUp(behaviour: object): Promise<ContractGuest> {
  const running = await RunningProvider.start(vaultDefinition);
  const given = Object.entries(running.environment).map(([name, value]) => [
    name.slice('VAULT_'.length),
    value,
  ]);
  const settings = vaultSettings.parse(Object.fromEntries(given));
  const clients: ProviderClient[] = [];
  const build = (different: Partial<VaultSettings> = {}) => {
    const client = createVaultClient({ ...settings, ...different });
    clients.push(client);
    return createVault({ ...settings, ...different }, client).provider;
  };
  return {
    provider: build(),
    mapping: vaultMapping,
    stranger: build({ API_KEY: 'not-the-key' }),
    astray: build({ APP_ID: 'not-the-app' }),
    nobody: { accountId: 'nobody', remoteKey: 'nobody' },
    backDoor: openBackDoor(running, {
      idMember: 'consumer_id',
      behaviour: { ...behaviour },
      unmanaged: { services: ['salesforce'], aggregated_request_count: 7 },
      markerPath: null,
      owed: {},
      stranger: (number) => ({ consumer_id: `stranger-${number}` }),
    }),
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await running.close();
    },
  };
}

for (const behaviour of BEHAVIOURS) {
  describeProvider({
    name: `Vault where ${JSON.stringify(behaviour)}`,
    capabilities: vaultCapabilities,
    setUp: () => setUp(behaviour),
  });
}
