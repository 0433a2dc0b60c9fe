import type { Capabilities, LoweringCell } from '#identity-provider';
import { PAGE_LIMIT } from './query.js';

const USER_SOURCE = 'sendauth.openapi.yaml `User`, checked 2026-11-20';
const COMPANY_SOURCE = 'sendauth.openapi.yaml `Company`, checked 2026-11-20';

const SHUT_OUT =
  'The user is soft-deleted: it cannot log in, and a restore brings it back as it was (inferred).';

/** PROVIDERS.md 4.7 (inferred) */
const LOST_WITH_USER = ['passkeys', 'tags', 'role and permissions'];

const OPEN: LoweringCell = {
  state: 'live',
  support: 'notEnforceable',
  reversible: true,
  note: 'The user stays live and can log in. The status is kept by us alone.',
  loses: [],
};

const GONE: LoweringCell = {
  state: 'gone',
  support: 'native',
  reversible: false,
  note: 'The user is soft-deleted and then destroyed, with passkeys, tags and permissions.',
  loses: LOST_WITH_USER,
};

/** What SendAuth can do with users. */
export const sendauthCapabilities: Capabilities = {
  accountIdAssignedBy: 'provider', // PROVIDERS.md 4.6: there is no field for our key
  update: 'replace', // PROVIDERS.md 4.3: fields left out of a PUT may be reset
  suspend: 'softDelete', // PROVIDERS.md 4.7: no deactivation exists
  softDelete: true, // PROVIDERS.md 4.7
  restore: true, // PROVIDERS.md 4.7
  writableWhileSuspended: false, // PROVIDERS.md 4.2: an update of a soft-deleted user is 404 (inferred)
  purge: {
    confirmed: 'atOnce', // inferred: nothing says that it takes time. PROVIDERS.md 5.1
    loses: LOST_WITH_USER,
  },
  onAbsent: 'park', // a new user has no passkeys. PROVIDERS.md 4.7
  listPageSize: PAGE_LIMIT,
  listsDeleted: true, // PROVIDERS.md 4.7
  uniqueKeys: ['email'], // inferred: the description does not name what "already exists". PROVIDERS.md 4.6
  mirrorsTags: true, // PROVIDERS.md 4.3: tags are write-only
  erasesProfile: false, // PROVIDERS.md 4.2
  owedOnSuspend: [],
  attributes: [
    { path: 'firstName', minLength: 2, maxLength: 50, required: true, source: USER_SOURCE },
    { path: 'lastName', minLength: 2, maxLength: 50, required: true, source: USER_SOURCE },
    { path: 'email', maxLength: 256, source: USER_SOURCE },
    { path: 'phone', maxLength: 20, source: USER_SOURCE },
    { path: 'company.name', minLength: 2, maxLength: 100, source: COMPANY_SOURCE },
  ],
  lowering: {
    active: [{ state: 'live', support: 'native', reversible: true, note: 'The user is live.', loses: [] }],
    deactivated: [
      {
        state: 'softDeleted',
        support: 'emulated',
        reversible: true,
        note: `${SHUT_OUT} Over there it looks like a deletion; the reason is kept by us.`,
        loses: [],
      },
      OPEN,
    ],
    deleted: [
      { state: 'softDeleted', support: 'native', reversible: true, note: SHUT_OUT, loses: [] },
      OPEN,
      GONE,
    ],
    purged: [GONE],
  },
};
