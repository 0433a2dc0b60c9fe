import { readProviderInstances } from '#config';
import type { Account, CallContext, IdentityProvider } from '#identity-provider';
import { PROVIDER_FACTORIES } from '#providers';
import { differingPaths, LINKS_A_PAGE } from '#reconciler';
import type { Asserted, Sql } from '#store';
import { sideBySide } from '../side-by-side.js';
import type { Stage } from '../stage/stage.js';

const CALL_TIMEOUT_MS = 10_000;
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

/** The account of a purged user is nobody's. */
const LINKS = `SELECT l.user_id AS "userId", l.account_id AS "accountId", l.remote_key AS "remoteKey",
    l.observed_state AS "observedState", l.observed_marker AS "observedMarker", l.asserted
  FROM links l JOIN users u ON u.id = l.user_id
  WHERE l.provider = $1 AND l.account_id IS NOT NULL AND u.status <> 'purged'`;

/** A provider whose accounts are looked at. */
export interface Ground {
  readonly sql: Sql;
  readonly slug: string;
  readonly provider: IdentityProvider;
}

/** The adapters as a worker has them; they are opened once, so that each has its connections by the second round. */
export function openGrounds(stage: Stage): ReadonlyMap<string, Ground> {
  const defaults = { providers: null, callTimeoutMs: CALL_TIMEOUT_MS, allowHttpProviders: true };
  const instances = readProviderInstances(stage.environment, PROVIDER_FACTORIES, defaults);
  const { sql } = stage.database;
  return new Map(instances.map(({ slug, provider }) => [slug, { sql, slug, provider }]));
}

/**
 * What says of everybody whether their account is as it was left, put down plainly, one thing after the other: the adapters
 * ask and check, the links of those who were not purged are read by the accounts of each page, both are compared, and
 * whoever was not shown is looked for. It holds no lease, reads nothing ahead, records nothing, and does not care what
 * changes meanwhile.
 * @throws Error unless all of `people` are as they were left
 */
export async function sweepPlainly(
  ground: Ground,
  { people, concurrency }: { readonly people: number; readonly concurrency: number },
): Promise<void> {
  const asLeft = await (ground.provider.list === undefined ? walk(ground, concurrency) : list(ground));
  if (asLeft !== people) throw new Error(`${asLeft} of ${people} are as they were left at ${ground.slug}`);
}

async function list({ sql, slug, provider }: Ground): Promise<number> {
  const shown = new Set<string>();
  let asLeft = 0;
  for (const pages of [provider.list?.(ADMITTED), provider.listDeleted?.(ADMITTED)]) {
    if (pages === undefined) continue;
    for await (const { accounts } of pages) {
      const ids = accounts.map(({ accountId }) => accountId);
      const rows = await sql<Link>(`${LINKS} AND l.account_id = ANY($2::text[])`, [slug, ids]);
      const links = new Map(rows.map((link) => [link.accountId, link]));
      asLeft += accounts.filter((account) => isAsLeft(links.get(account.accountId), account)).length;
      for (const id of ids) shown.add(id);
    }
  }
  const held = await sql<{ id: string }>(
    'SELECT account_id AS id FROM links WHERE provider = $1 AND account_id IS NOT NULL',
    [slug],
  );
  return asLeft - held.filter(({ id }) => !shown.has(id)).length;
}

async function walk({ sql, slug, provider }: Ground, concurrency: number): Promise<number> {
  const page = `${LINKS} AND l.user_id > $2 AND u.id > $2 ORDER BY l.user_id LIMIT ${LINKS_A_PAGE}`;
  let asLeft = 0;
  for (let after: string | undefined = BEFORE_EVERYBODY; after !== undefined;) {
    const links: Link[] = await sql<Link>(page, [slug, after]);
    await sideBySide(links, concurrency, async (link) => {
      const observed = await provider.get(link, ADMITTED);
      if ('account' in observed && isAsLeft(link, observed.account)) asLeft += 1;
    });
    after = links.at(-1)?.userId;
  }
  return asLeft;
}

function isAsLeft(link: Link | undefined, account: Account): boolean {
  if (link === undefined) return false;
  if (account.remoteKey !== null && account.remoteKey !== link.remoteKey) return false;
  if (account.state !== link.observedState || account.marker !== link.observedMarker) return false;
  const asserted = link.asserted?.attributes ?? null;
  return asserted === null || differingPaths(asserted, account.attributes).length === 0;
}
