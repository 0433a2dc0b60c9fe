import type { AttributeCapability, Capabilities, Mapping } from '#identity-provider';

/** Our own key in `metadata`. Absent or empty: the user is active. */
export const MARKER_KEY = 'rollcallStatus';

/** Bytes of `metadata` in all, measured as JSON (that JSON is what counts is inferred). @see PROVIDERS.md 2.3 */
export const METADATA_MAX_BYTES = 4096;

/** Length of `externalId`. @see sunshine.openapi.yaml `userCreateBody`, checked 2026-11-20 */
export const EXTERNAL_ID_MAX_LENGTH = 1024;

const PROFILE_SOURCE = 'sunshine.openapi.yaml `profile`, checked 2026-11-20';
const METADATA_SOURCE = 'sunshine.openapi.yaml `metadata`, checked 2026-11-20';

const PROFILE_ATTRIBUTES: readonly AttributeCapability[] = [
  { path: 'profile.givenName', minLength: 1, maxLength: 128, source: PROFILE_SOURCE },
  { path: 'profile.surname', minLength: 1, maxLength: 128, source: PROFILE_SOURCE },
  { path: 'profile.email', minLength: 1, maxLength: 128, source: PROFILE_SOURCE },
  { path: 'profile.avatarUrl', minLength: 1, maxLength: 2048, source: PROFILE_SOURCE },
  { path: 'profile.locale', minLength: 1, maxLength: 64, source: PROFILE_SOURCE },
];

/** What Sunshine Conversations can do, with the attributes that a mapping carries there. */
export function sunshineCapabilities(mapping: Mapping): Capabilities {
  return { ...CAPABILITIES, attributes: [...PROFILE_ATTRIBUTES, ...metadataAttributes(mapping)] };
}

function metadataAttributes(mapping: Mapping): AttributeCapability[] {
  return mapping.lines
    .filter((line) => line.to.startsWith('metadata.'))
    .map((line) => ({ path: line.to, source: METADATA_SOURCE }));
}

const CAPABILITIES: Omit<Capabilities, 'attributes'> = {
  // Theirs exists too, but ours addresses every call and a second create with it is refused. PROVIDERS.md 2.6
  accountIdAssignedBy: 'us',
  update: 'patch', // PROVIDERS.md 2.2
  suspend: 'marker', // no deactivation exists. PROVIDERS.md 2.7
  softDelete: false, // PROVIDERS.md 2.7
  restore: false, // PROVIDERS.md 2.7
  writableWhileSuspended: true, // the marker is metadata and blocks nothing
  purge: {
    confirmed: 'later', // PROVIDERS.md 2.5: the 200 only accepts
    loses: ['clients', 'conversations'], // PROVIDERS.md 2.7
  },
  onAbsent: 'recreate', // no login credential is lost with the account
  listPageSize: null, // PROVIDERS.md 2.5: users cannot be enumerated
  listsDeleted: false, // PROVIDERS.md 2.7
  uniqueKeys: ['remoteKey'], // PROVIDERS.md 2.6: email is unique among identities, not in the profile
  mirrorsTags: false, // PROVIDERS.md 2.3: a user has no tags
  erasesProfile: true, // PROVIDERS.md 2.7
  owedOnSuspend: [],
  lowering: {
    active: {
      state: 'live',
      support: 'native',
      reversible: true,
      note: 'The user is there, without our marker.',
    },
    deactivated: {
      state: 'suspended',
      support: 'emulated',
      reversible: true,
      marker: 'deactivated',
      note: 'A marker in the metadata says so. It is advisory: the person can still write messages.',
    },
    deleted: {
      state: 'suspended',
      support: 'emulated',
      reversible: true,
      marker: 'deleted',
      note: 'A marker in the metadata says so; clients and conversations stay. The deletion is remembered by us alone.',
    },
    purged: {
      state: 'gone',
      support: 'native',
      reversible: false,
      note: 'The user is deleted with all clients and conversations. That takes a while, and is confirmed by reading.',
    },
  },
};
