import type { Capabilities, LoweringCell } from '#identity-provider';

/** Consumers a page at most. @see vault.openapi.yml parameter `limit`, checked 2026-11-20 */
export const PAGE_LIMIT = 200;

const METADATA_SOURCE = 'vault.openapi.yml `ConsumerMetadata`: no lengths, checked 2026-11-20';

const OPEN =
  'The consumer and its connections stay usable: Vault cannot shut one out. The status is kept by us alone.';

/** PROVIDERS.md 1.7 */
const LOST_WITH_CONSUMER = ['connections', 'stored credentials'];

const GONE: LoweringCell = {
  state: 'gone',
  support: 'native',
  reversible: false,
  note: 'The consumer is deleted with all its connections and stored credentials.',
  loses: LOST_WITH_CONSUMER,
};

/** What Apideck Vault can do with consumers. */
export const vaultCapabilities: Capabilities = {
  accountIdAssignedBy: 'us', // PROVIDERS.md 1.6: consumer_id is chosen by us and is the path
  update: 'patch', // PROVIDERS.md 1.2
  suspend: 'none', // PROVIDERS.md 1.7
  softDelete: false, // PROVIDERS.md 1.7
  restore: false, // PROVIDERS.md 1.7
  writableWhileSuspended: true, // there is nothing that could be suspended
  purge: {
    confirmed: 'atOnce', // inferred: nothing says that it takes time. PROVIDERS.md 5.1
    loses: LOST_WITH_CONSUMER,
  },
  onAbsent: 'recreate', // whoever is absent has lost the connections already; a new consumer loses no more
  listPageSize: PAGE_LIMIT,
  listsDeleted: false, // PROVIDERS.md 1.7
  uniqueKeys: ['remoteKey'], // PROVIDERS.md 1.6: emails are not unique
  mirrorsTags: false, // PROVIDERS.md 1.3: a consumer has no tags
  erasesProfile: false, // PROVIDERS.md 1.2
  owedOnSuspend: [],
  attributes: [
    { path: 'metadata.account_name', source: METADATA_SOURCE },
    { path: 'metadata.user_name', source: METADATA_SOURCE },
    { path: 'metadata.email', source: METADATA_SOURCE },
    {
      path: 'metadata.image',
      source: 'vault.openapi.yml `ConsumerMetadata`: a valid URL, checked 2026-11-20',
    },
  ],
  lowering: {
    active: [
      { state: 'live', support: 'native', reversible: true, note: 'The consumer is there.', loses: [] },
    ],
    deactivated: [{ state: 'live', support: 'notEnforceable', reversible: true, note: OPEN, loses: [] }],
    deleted: [
      {
        state: 'live',
        support: 'notEnforceable',
        reversible: true,
        note: `${OPEN} A deletion there could not be undone, so the consumer stays until it is purged.`,
        loses: [],
      },
      GONE,
    ],
    purged: [GONE],
  },
};
