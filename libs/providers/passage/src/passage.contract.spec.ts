import type { ProviderClient } from '#http';
import {
  CUSTOM_ATTRIBUTES,
  describeProvider,
  openBackDoor,
  type ContractGuest,
} from '#identity-provider/contract';
import { RunningProvider } from '../../../../apps/simulators/src/frame/index.js';
import { passageDefinition } from '../../../../apps/simulators/src/passage/index.js';
import { passageCapabilities } from './capabilities.js';
import { createPassage, createPassageClient, passageSettings, type PassageSettings } from './config.js';
import { passageMapping } from './mapping.js';

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
  const running = await RunningProvider.start(passageDefinition);
  const given = Object.entries(running.environment).map(([name, value]) => [
    name.slice('PASSAGE_'.length),
    value,
  ]);
  const settings = passageSettings.parse({ ...Object.fromEntries(given), METADATA_FIELDS: fields.join(',') });
  const clients: ProviderClient[] = [];
  const build = (different: Partial<PassageSettings> = {}) => {
    const client = createPassageClient({ ...settings, ...different });
    clients.push(client);
    return createPassage({ ...settings, ...different }, client).provider;
  };
  return {
    provider: build(),
    mapping: passageMapping(fields),
    stranger: build({ API_KEY: 'not-the-key' }),
    astray: build({ APP_ID: 'not-the-app' }),
    nobody: { accountId: 'nobodyNobodyNobodyNobody', remoteKey: 'nobody' },
    backDoor: openBackDoor(running, {
      idMember: 'id',
      behaviour: { ...behaviour },
      unmanaged: { login_count: 7, ...(fields.length === 0 ? {} : { user_metadata: { tier: 'gold' } }) },
      markerPath: null,
      owed: {
        revokeTokens: { due: { refreshTokens: 2 }, isPaid: ({ raw }) => raw['refreshTokens'] === 0 },
      },
      stranger: (number) => ({ email: `stranger-${number}@example.net`, created_at: createdAt(number) }),
    }),
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await running.close();
    },
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
