import {
  CUSTOM_ATTRIBUTES,
  describeProvider,
  openBackDoor,
  type ContractGuest,
} from '#identity-provider/contract';
import { sunshineCapabilities } from './capabilities.js';
import type { SunshineSettings } from './config.js';
import { sunshineMapping } from './mapping.js';
import { startSunshine } from '../../../../test/support/simulated-kinds.js';

const PROMPT = { deletionDelayMs: 30 };
const BEHAVIOURS = [
  PROMPT,
  { ...PROMPT, patchProfile: 'replace' },
  { ...PROMPT, patchMetadata: 'replace' },
  { ...PROMPT, patchProfile: 'replace', patchMetadata: 'replace' },
  { ...PROMPT, metadataNull: 'refuse' },
  { ...PROMPT, accountLocale: 'en-US', erasureLocale: 'clear' },
  { ...PROMPT, getWhileDeleting: 404 },
  { ...PROMPT, deleteThenGetLiveMs: 50 },
];

async function setUp(
  behaviour: object,
  fields: readonly string[],
  auth: Pick<SunshineSettings, 'AUTH'> = { AUTH: 'basic' },
): Promise<ContractGuest> {
  const service = await startSunshine(fields);
  return {
    provider: service.build(auth),
    mapping: sunshineMapping(fields),
    stranger: service.build({ ...auth, KEY_SECRET: 'not-the-secret' }),
    astray: service.build({ ...auth, APP_ID: 'not-the-app' }),
    nobody: { accountId: 'ffffffffffffffffffffffff', remoteKey: 'nobody' },
    backDoor: openBackDoor(service.running, {
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
    close: () => service.close(),
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

describeProvider({
  name: 'Sunshine called with signed tokens',
  capabilities: sunshineCapabilities(sunshineMapping(CUSTOM_ATTRIBUTES)),
  setUp: () => setUp(PROMPT, CUSTOM_ATTRIBUTES, { AUTH: 'jwt' }),
});
