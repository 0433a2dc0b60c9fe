import { describeProvider, openBackDoor, type ContractGuest } from '#identity-provider/contract';
import { startVault } from '../../../../test/support/simulated-kinds.js';
import { vaultCapabilities } from './capabilities.js';
import { vaultMapping } from './mapping.js';

const BEHAVIOURS = [
  {},
  { upsertMetadata: 'keep' },
  { patchMetadata: 'replace' },
  { upsertMetadata: 'keep', patchMetadata: 'replace' },
  { deleteThenGetLiveMs: 50 },
];

async function setUp(behaviour: object): Promise<ContractGuest> {
  const service = await startVault();
  return {
    provider: service.build(),
    mapping: vaultMapping,
    stranger: service.build({ API_KEY: 'not-the-key' }),
    astray: service.build({ APP_ID: 'not-the-app' }),
    nobody: { accountId: 'nobody', remoteKey: 'nobody' },
    backDoor: openBackDoor(service.running, {
      idMember: 'consumer_id',
      behaviour: { ...behaviour },
      unmanaged: { services: ['salesforce'], aggregated_request_count: 7 },
      markerPath: null,
      owed: {},
      stranger: (number) => ({ consumer_id: `stranger-${number}` }),
    }),
    close: () => service.close(),
  };
}

for (const behaviour of BEHAVIOURS) {
  describeProvider({
    name: `Vault where ${JSON.stringify(behaviour)}`,
    capabilities: vaultCapabilities,
    setUp: () => setUp(behaviour),
  });
}
