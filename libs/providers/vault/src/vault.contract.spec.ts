import { describeProvider } from '#identity-provider/contract';
import { plan } from '#reconciler';
import { vaultCapabilities } from './capabilities.js';
import { openVaultGuest } from './guest.harness.js';

const BEHAVIOURS = [
  {},
  { upsertMetadata: 'keep' },
  { patchMetadata: 'replace' },
  { upsertMetadata: 'keep', patchMetadata: 'replace' },
  { deleteThenGetLiveMs: 50 },
];

for (const behaviour of BEHAVIOURS) {
  describeProvider({
    name: `Vault where ${JSON.stringify(behaviour)}`,
    capabilities: vaultCapabilities,
    plan,
    setUp: () => openVaultGuest(behaviour),
  });
}
