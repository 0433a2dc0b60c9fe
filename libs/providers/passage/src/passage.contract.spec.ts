import {
  CUSTOM_ATTRIBUTES,
  describeProvider,
  openBackDoor,
  type ContractGuest,
} from '#identity-provider/contract';
import { passageCapabilities } from './capabilities.js';
import { passageMapping } from './mapping.js';
import { startPassage } from '../../../../test/support/simulated-kinds.js';

const FIELDS = ['displayName', ...CUSTOM_ATTRIBUTES];
const SCHEMA = { metadataFields: [...FIELDS, 'tier'].join(',') };
const BEHAVIOURS = [
  SCHEMA,
  { ...SCHEMA, patchMetadata: 'replace' },
  { ...SCHEMA, duplicateStatus: 409 },
  { ...SCHEMA, unknownMetadataStatus: 404 },
  { ...SCHEMA, emailChangeUnverifies: false },
  { ...SCHEMA, storedEmail: 'asSent' },
  { ...SCHEMA, createdStatus: 'pending' },
  { ...SCHEMA, deleteThenGetLiveMs: 50 },
];

async function setUp(behaviour: object, fields: readonly string[]): Promise<ContractGuest> {
  const service = await startPassage(fields);
  return {
    provider: service.build(),
    mapping: passageMapping(fields),
    stranger: service.build({ API_KEY: 'not-the-key' }),
    astray: service.build({ APP_ID: 'not-the-app' }),
    nobody: { accountId: 'nobodyNobodyNobodyNobody', remoteKey: 'nobody' },
    backDoor: openBackDoor(service.running, {
      idMember: 'id',
      behaviour: { ...behaviour },
      unmanaged: { login_count: 7, ...(fields.length === 0 ? {} : { user_metadata: { tier: 'gold' } }) },
      markerPath: null,
      owed: {
        revokeTokens: { due: { refreshTokens: 2 }, isPaid: ({ raw }) => raw['refreshTokens'] === 0 },
      },
      stranger: (number) => ({ email: `stranger-${number}@example.net`, created_at: createdAt(number) }),
    }),
    close: () => service.close(),
  };
}

/** A second apart, so that creation has an order. */
function createdAt(number: number): string {
  return new Date(Date.UTC(2024, 0) + number * 1000).toISOString().replace('Z', '000Z');
}

for (const behaviour of BEHAVIOURS) {
  describeProvider({
    name: `Passage where ${JSON.stringify(behaviour)}`,
    capabilities: passageCapabilities(passageMapping(FIELDS)),
    setUp: () => setUp(behaviour, FIELDS),
  });
}

describeProvider({
  name: 'Passage with email and phone alone',
  capabilities: passageCapabilities(passageMapping([])),
  setUp: () => setUp({}, []),
});
