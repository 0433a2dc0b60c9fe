import { describeProvider } from '#identity-provider/contract';
import { plan } from '#reconciler';
import { passageCapabilities } from './capabilities.js';
import { METADATA_FIELDS, METADATA_SCHEMA, openPassageGuest } from './guest.harness.js';
import { passageMapping } from './mapping.js';

const BEHAVIOURS = [
  METADATA_SCHEMA,
  { ...METADATA_SCHEMA, patchMetadata: 'replace' },
  { ...METADATA_SCHEMA, duplicateStatus: 409 },
  { ...METADATA_SCHEMA, unknownMetadataStatus: 404 },
  { ...METADATA_SCHEMA, emailChangeUnverifies: false },
  { ...METADATA_SCHEMA, storedEmail: 'asSent' },
  { ...METADATA_SCHEMA, createdStatus: 'pending' },
  { ...METADATA_SCHEMA, deleteThenGetLiveMs: 50 },
];

for (const behaviour of BEHAVIOURS) {
  describeProvider({
    name: `Passage where ${JSON.stringify(behaviour)}`,
    capabilities: passageCapabilities(passageMapping(METADATA_FIELDS)),
    plan,
    setUp: () => openPassageGuest(behaviour, METADATA_FIELDS),
  });
}

describeProvider({
  name: 'Passage with email and phone alone',
  capabilities: passageCapabilities(passageMapping([])),
  plan,
  setUp: () => openPassageGuest({}, []),
});
