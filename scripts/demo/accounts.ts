import type { HeldAttributes, Provider } from './expect.js';

/** An account as a simulator's control API shows it: the provider's own shape, and `state` beside it. */
export type RawAccount = Readonly<Record<string, unknown>> & { readonly state: string };

/** An account, reduced to what can be compared over the providers. */
export interface HeldAccount {
  readonly accountId: string;
  /** The key that we gave it, where the provider has a place for one. */
  readonly remoteKey: string | null;
  /** `live`, `suspended`, `softDeleted`; one that is being deleted or is gone is not held. */
  readonly state: string;
  /** The status that our marker spells, at providers that have no better way to say it. */
  readonly marker: string | null;
  readonly attributes: HeldAttributes;
}

/** Where an account keeps its ids. PROVIDERS.md 1.3, 2.3, 3.3, 4.3 */
const ID_FIELDS: Readonly<
  Record<Provider, { readonly accountId: string; readonly remoteKey: string | null }>
> = {
  vault: { accountId: 'consumer_id', remoteKey: 'consumer_id' },
  sunshine: { accountId: 'id', remoteKey: 'externalId' },
  passage: { accountId: 'id', remoteKey: null },
  sendauth: { accountId: 'id', remoteKey: null },
};

/** Ends the accounts that a simulator still lists to tell what became of them. */
const NOT_HELD = new Set(['deleting', 'deleted', 'purged']);
const MARKER_PATH = 'metadata.rollcallStatus';

/** The accounts that are held, soft-deleted ones too. */
export function heldAccounts(provider: Provider, raw: readonly RawAccount[]): HeldAccount[] {
  return raw.filter(({ state }) => !NOT_HELD.has(state)).map((account) => readAccount(provider, account));
}

function readAccount(provider: Provider, raw: RawAccount): HeldAccount {
  const fields = ID_FIELDS[provider];
  const attributes = flatten(raw);
  return {
    accountId: attributes[fields.accountId] ?? '',
    remoteKey: fields.remoteKey === null ? null : (attributes[fields.remoteKey] ?? null),
    state: raw.state,
    marker: attributes[MARKER_PATH] ?? null,
    attributes,
  };
}

/** Native paths to texts; the empty text is how some providers spell "no value". */
function flatten(value: object, prefix = ''): Record<string, string | null> {
  const flat: Record<string, string | null> = {};
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    const path = `${prefix}${key}`;
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner))
      Object.assign(flat, flatten(inner, `${path}.`));
    else flat[path] = inner === '' || inner === null || inner === undefined ? null : spell(inner);
  }
  return flat;
}

function spell(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
