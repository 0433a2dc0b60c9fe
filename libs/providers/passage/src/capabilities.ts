import type { AttributeCapability, Capabilities, LoweringCell, Mapping } from '#identity-provider';

/** The most that one page may hold. @see PROVIDERS.md 3.5 */
export const PAGE_LIMIT = 500;

const USER_SOURCE = 'passage.openapi.yaml `CreateUserRequest`: no lengths, checked 2026-11-20';
const METADATA_SOURCE = 'passage.openapi.yaml `UserMetadataField`: the schema is per app, checked 2026-11-20';

/** What Passage can do, with the attributes that a mapping carries there. */
export function passageCapabilities(mapping: Mapping): Capabilities {
  return { ...CAPABILITIES, attributes: mapping.lines.map(({ to }) => attributeAt(to)) };
}

function attributeAt(path: string): AttributeCapability {
  return { path, source: path.startsWith('user_metadata.') ? METADATA_SOURCE : USER_SOURCE };
}

const LOCKED_OUT = 'The account is inactive: the person cannot log in, and refresh tokens are revoked.';

/** What a person gets back by logging in again. */
const SESSIONS = ['sessions'];
/** PROVIDERS.md 3.7 */
const LOST_WITH_USER = ['passkeys', 'social connections'];

const OPEN: LoweringCell = {
  state: 'live',
  support: 'notEnforceable',
  reversible: true,
  note: 'The account stays active: the person can still log in. The status is kept by us alone.',
  loses: [],
};

const GONE: LoweringCell = {
  state: 'gone',
  support: 'native',
  reversible: false,
  note: 'The account is deleted with its passkeys and social connections.',
  loses: LOST_WITH_USER,
};

const CAPABILITIES: Omit<Capabilities, 'attributes'> = {
  accountIdAssignedBy: 'provider', // PROVIDERS.md 3.6: no field for our key that could be searched
  update: 'patch', // PROVIDERS.md 3.2
  suspend: 'native', // PROVIDERS.md 3.7
  softDelete: false, // PROVIDERS.md 3.7
  restore: false, // PROVIDERS.md 3.7
  writableWhileSuspended: true, // no operation says that it wants an active user (inferred). PROVIDERS.md 3.2
  purge: {
    confirmed: 'atOnce', // inferred: nothing says that it takes time. PROVIDERS.md 5.1
    loses: LOST_WITH_USER,
  },
  onAbsent: 'park', // a new account has no passkeys. PROVIDERS.md 3.7
  listPageSize: PAGE_LIMIT,
  listsDeleted: false, // PROVIDERS.md 3.7
  uniqueKeys: ['email', 'phone'], // login identifiers, hence unique (inferred). PROVIDERS.md 3.6
  mirrorsTags: false, // PROVIDERS.md 3.3: a user has no tags
  erasesProfile: false, // PROVIDERS.md 3.2
  owedOnSuspend: ['revokeTokens'], // deactivation does not say that sessions end. PROVIDERS.md 3.7
  lowering: {
    active: [
      { state: 'live', support: 'native', reversible: true, note: 'The account is active.', loses: [] },
    ],
    deactivated: [
      { state: 'suspended', support: 'native', reversible: true, note: LOCKED_OUT, loses: SESSIONS },
      OPEN,
    ],
    deleted: [
      {
        state: 'suspended',
        support: 'emulated',
        reversible: true,
        note: `${LOCKED_OUT} The deletion is remembered by us alone.`,
        loses: SESSIONS,
      },
      OPEN,
      GONE,
    ],
    purged: [GONE],
  },
};
