import type { AttributeCapability, Capabilities, LoweringCell, Mapping } from '#identity-provider';
import { PROFILE_MAX_LENGTH } from './limits.js';

/** Our own key in `metadata`. Absent or empty: the user is active. */
export const MARKER_KEY = 'rollcallStatus';

const PROFILE_SOURCE = 'sunshine.openapi.yaml `profile`, checked 2026-11-20';
const METADATA_SOURCE = 'sunshine.openapi.yaml `metadata`, checked 2026-11-20';

const PROFILE_ATTRIBUTES: readonly AttributeCapability[] = Object.entries(PROFILE_MAX_LENGTH).map(
  ([name, maxLength]) => ({ path: `profile.${name}`, minLength: 1, maxLength, source: PROFILE_SOURCE }),
);

/** What Sunshine Conversations can do, with the attributes that a mapping carries there. */
export function sunshineCapabilities(mapping: Mapping): Capabilities {
  return { ...CAPABILITIES, attributes: [...PROFILE_ATTRIBUTES, ...metadataAttributes(mapping)] };
}

function metadataAttributes(mapping: Mapping): AttributeCapability[] {
  return mapping.lines
    .filter((line) => line.to.startsWith('metadata.'))
    .map((line) => ({ path: line.to, source: METADATA_SOURCE }));
}

/** PROVIDERS.md 2.7 */
const LOST_WITH_USER = ['clients', 'conversations'];

const UNMARKED: LoweringCell = {
  state: 'live',
  support: 'notEnforceable',
  reversible: true,
  note: 'Nothing is marked there: the user stays as it is, and the status is kept by us alone.',
  loses: [],
};

const GONE: LoweringCell = {
  state: 'gone',
  support: 'native',
  reversible: false,
  note: 'The user is deleted with all clients and conversations. That takes a while, and is confirmed by reading.',
  loses: LOST_WITH_USER,
};

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
    loses: LOST_WITH_USER,
  },
  onAbsent: 'recreate', // no login credential is lost with the account
  listPageSize: null, // PROVIDERS.md 2.5: users cannot be enumerated
  listsDeleted: false, // PROVIDERS.md 2.7
  uniqueKeys: ['remoteKey'], // PROVIDERS.md 2.6: email is unique among identities, not in the profile
  mirrorsTags: false, // PROVIDERS.md 2.3: a user has no tags
  erasesProfile: true, // PROVIDERS.md 2.7
  owedOnSuspend: [],
  lowering: {
    active: [
      {
        state: 'live',
        support: 'native',
        reversible: true,
        note: 'The user is there, without our marker.',
        loses: [],
      },
    ],
    deactivated: [
      {
        state: 'suspended',
        support: 'emulated',
        reversible: true,
        marker: 'deactivated',
        note: 'A marker in the metadata says so. It is advisory: the person can still write messages.',
        loses: [],
      },
      UNMARKED,
    ],
    deleted: [
      {
        state: 'suspended',
        support: 'emulated',
        reversible: true,
        marker: 'deleted',
        note: 'A marker in the metadata says so; clients and conversations stay. The deletion is remembered by us alone.',
        loses: [],
      },
      UNMARKED,
      GONE,
    ],
    purged: [GONE],
  },
};
