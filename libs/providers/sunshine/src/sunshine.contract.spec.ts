import { CUSTOM_ATTRIBUTES, describeProvider } from '#identity-provider/contract';
import { plan } from '#reconciler';
import { sunshineCapabilities } from './capabilities.js';
import { openSunshineGuest } from './guest.harness.js';
import { sunshineMapping } from './mapping.js';

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

for (const behaviour of BEHAVIOURS) {
  describeProvider({
    name: `Sunshine where ${JSON.stringify(behaviour)}`,
    capabilities: sunshineCapabilities(sunshineMapping(CUSTOM_ATTRIBUTES)),
    plan,
    setUp: () => openSunshineGuest(behaviour, CUSTOM_ATTRIBUTES),
  });
}

describeProvider({
  name: 'Sunshine without custom attributes',
  capabilities: sunshineCapabilities(sunshineMapping([])),
  plan,
  setUp: () => openSunshineGuest({ ...PROMPT, patchMetadata: 'replace' }, []),
});

describeProvider({
  name: 'Sunshine called with signed tokens',
  capabilities: sunshineCapabilities(sunshineMapping(CUSTOM_ATTRIBUTES)),
  plan,
  setUp: () => openSunshineGuest(PROMPT, CUSTOM_ATTRIBUTES, { AUTH: 'jwt' }),
});
