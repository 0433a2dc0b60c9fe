import type { ProviderClient } from '#http';
import {
  CUSTOM_ATTRIBUTES,
  describeProvider,
  openBackDoor,
  type ContractGuest,
} from '#identity-provider/contract';
import { RunningProvider } from '../../../../apps/simulators/src/frame/index.js';
import { sunshineDefinition } from '../../../../apps/simulators/src/sunshine/index.js';
import { sunshineCapabilities } from './capabilities.js';
import { createSunshine, createSunshineClient, sunshineSettings, type SunshineSettings } from './config.js';
import { sunshineMapping } from './mapping.js';

const PROMPT = { deletionDelayMs: 30 };
const BEHAVIOURS = [
  PROMPT,
  { ...PROMPT, patchProfile: 'replace' },
  { ...PROMPT, patchMetadata: 'replace' },
  { ...PROMPT, patchProfile: 'replace', patchMetadata: 'replace' },
  { ...PROMPT, metadataNull: 'refuse' },
  { ...PROMPT, accountLocale: 'en-US' },
  { ...PROMPT, getWhileDeleting: 404 },
  { ...PROMPT, deleteThenGetLiveMs: 50 },
];

async function setUp(behaviour: object, fields: readonly string[]): Promise<ContractGuest> {
  const running = await RunningProvider.start(sunshineDefinition);
  const given = Object.entries(running.environment).map(([name, value]) => [
    name.slice('SUNSHINE_'.length),
    value,
  ]);
  const settings = sunshineSettings.parse({
    ...Object.fromEntries(given),
    METADATA_FIELDS: fields.join(','),
  });
  const clients: ProviderClient[] = [];
  const build = (different: Partial<SunshineSettings> = {}) => {
    const client = createSunshineClient({ ...settings, ...different });
    clients.push(client);
    return createSunshine({ ...settings, ...different }, client).provider;
  };
  return {
    provider: build(),
    mapping: sunshineMapping(fields),
    stranger: build({ KEY_SECRET: 'not-the-secret' }),
    astray: build({ APP_ID: 'not-the-app' }),
    nobody: { accountId: 'ffffffffffffffffffffffff', remoteKey: 'nobody' },
    backDoor: openBackDoor(running, {
      idMember: 'id',
      behaviour: { ...behaviour },
      unmanaged: {
        metadata: { tier: 'gold', visits: 3, consent: false },
        signedUpAt: '2020-01-01T00:00:00.000Z',
      },
      markerPath: 'metadata.rollcallStatus',
      owed: {},
      stranger: (number) => ({ externalId: `stranger-${number}` }),
    }),
    close: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await running.close();
    },
  };
}

for (const behaviour of BEHAVIOURS) {
  describeProvider({
    name: `Sunshine where ${JSON.stringify(behaviour)}`,
    capabilities: sunshineCapabilities(sunshineMapping(CUSTOM_ATTRIBUTES)),
    setUp: () => setUp(behaviour, CUSTOM_ATTRIBUTES),
  });
}

describeProvider({
  name: 'Sunshine without custom attributes',
  capabilities: sunshineCapabilities(sunshineMapping([])),
  setUp: () => setUp({ ...PROMPT, patchMetadata: 'replace' }, []),
});
