import { readProviderInstances } from '#config';
import type { Account, AccountPage, CallContext, IdentityProvider } from '#identity-provider';
import { PROVIDER_FACTORIES } from '#providers';
import { differingPaths } from '#reconciler';
import type { Asserted, Sql } from '#store';
import type { Provider } from '../stage/simulators.js';
import type { Stage } from '../stage/stage.js';

const CALL_TIMEOUT_MS = 10_000;
const LINKS_A_PAGE = 100;
const BEFORE_EVERYBODY = '00000000-0000-0000-0000-000000000000';

/** Admits every call: no lease, no call slot, no pace. */
const ADMITTED: CallContext = {
  signal: new AbortController().signal,
  admit: () => Promise.resolve(() => undefined),
  readOnly: true,
};

interface Link {
  readonly userId: string;
  readonly accountId: string;
  readonly remoteKey: string;
  readonly observedState: string;
  readonly observedMarker: string | null;
  readonly asserted: Asserted | null;
}

const COMPARABLE = `SELECT l.user_id AS "userId", l.account_id AS "accountId", l.remote_key AS "remoteKey",
    l.observed_state AS "observedState", l.observed_marker AS "observedMarker", l.asserted
  FROM links l JOIN users u ON u.id = l.user_id
  WHERE l.provider = $1 AND NOT (l.wanted > l.handled) AND NOT l.in_flight AND l.doubtful_write_at IS NULL
    AND u.status <> 'purged'`;

/**
 * The least that can say of everybody whether their account is as it was left: the adapters ask and check, the links of
 * those who were not purged are read by the accounts of each page, both are compared, and whoever was not shown is looked
 * for. It holds no lease, reads nothing ahead, records nothing, and does not care what changes meanwhile.
 * @throws Error when anybody differs, for nobody does
 */
export async function sweepPlainly(stage: Stage, slug: Provider, concurrency: number): Promise<void> {
  const defaults = { providers: null, callTimeoutMs: CALL_TIMEOUT_MS, allowHttpProviders: true };
  const instances = readProviderInstances(stage.environment, PROVIDER_FACTORIES, defaults);
  const provider = instances.find((instance) => instance.slug === slug)?.provider;
  if (provider === undefined) throw new Error(`the simulators do not say where ${slug} is`);
  const ground = { sql: stage.database.sql, slug, provider };
  const differing = await (provider.list === undefined ? walk(ground, concurrency) : list(ground));
  if (differing > 0) throw new Error(`${differing} differ at ${slug} where nobody should`);
}

interface Ground {
  readonly sql: Sql;
  readonly slug: Provider;
  readonly provider: IdentityProvider;
}

async function list({ sql, slug, provider }: Ground): Promise<number> {
  const shown = new Set<string>();
  let differing = 0;
  for (const pages of [provider.list?.(ADMITTED), provider.listDeleted?.(ADMITTED)]) {
    for await (const { accounts } of pages ?? noPages()) {
      const ids = accounts.map(({ accountId }) => accountId);
      const rows = await sql<Link>(`${COMPARABLE} AND l.account_id = ANY($2::text[])`, [slug, ids]);
      const links = new Map(rows.map((link) => [link.accountId, link]));
      differing += accounts.filter((account) => !isAsLeft(links.get(account.accountId), account)).length;
      for (const id of ids) shown.add(id);
    }
  }
  const held = await sql<{ id: string }>(
    'SELECT account_id AS id FROM links WHERE provider = $1 AND account_id IS NOT NULL',
    [slug],
  );
  return differing + held.filter(({ id }) => !shown.has(id)).length;
}

async function* noPages(): AsyncGenerator<AccountPage> {
  // Not every provider lists, or keeps, who is deleted.
}

async function walk({ sql, slug, provider }: Ground, concurrency: number): Promise<number> {
  let differing = 0;
  const look = async (links: Iterator<Link>): Promise<void> => {
    for (let next = links.next(); next.done !== true; next = links.next()) {
      const observed = await provider.get(next.value, ADMITTED);
      if (!('account' in observed) || !isAsLeft(next.value, observed.account)) differing += 1;
    }
  };
  for (let after: string | undefined = BEFORE_EVERYBODY; after !== undefined;) {
    const behind = `AND l.user_id > $2 AND u.id > $2 ORDER BY l.user_id LIMIT ${LINKS_A_PAGE}`;
    const links: Link[] = await sql<Link>(`${COMPARABLE} ${behind}`, [slug, after]);
    const left = links.values();
    await Promise.all(Array.from({ length: concurrency }, () => look(left)));
    after = links.at(-1)?.userId;
  }
  return differing;
}

function isAsLeft(link: Link | undefined, account: Account): boolean {
  if (link === undefined) return false;
  const { remoteKey, observedState, observedMarker, asserted } = link;
  if (account.remoteKey !== null && account.remoteKey !== remoteKey) return false;
  if (account.state !== observedState || account.marker !== observedMarker) return false;
  return asserted?.attributes == null || differingPaths(asserted.attributes, account.attributes).length === 0;
}
