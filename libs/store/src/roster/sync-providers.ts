import { CHANGE_CLASSES, LANES } from '#domain';
import type { PolicyStatus } from '#identity-provider';
import type { Database } from '../database.js';
import { markClause } from '../mark.js';
import { changedSince, spellDeclaration, type Declared } from './declared-version.js';

/** What the roster has to know of a configured instance. */
export interface ProviderDeclaration extends Declared {
  readonly slug: string;
  readonly kind: string;
  readonly remoteScope: string;
  /** Calls a second over all workers; `null` means no limit of ours. */
  readonly callsPerSecond: number | null;
}

/** An instance now points somewhere else than its links were made at. */
export class RemoteScopeChanged extends Error {
  override readonly name = 'RemoteScopeChanged';

  constructor(slug: string, what: 'kind' | 'base URL or app id') {
    super(
      `provider "${slug}" has links that were made with another ${what}; every account would look gone. ` +
        'Put the former setting back, or give the new one a slug of its own (ROLLCALL_PROVIDERS)',
    );
  }
}

const ROWS_A_CHUNK = 5_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Brings the providers of the database in line with the configured instances, at the start of an app. New ones get a
 * link for every user; instances that are no longer configured keep their links and are disabled. In an app that mirrors, a
 * new mapping or another scope makes links due, and a new policy those of the statuses that it changes, all in chunks and
 * in the backfill lane. Safe to run in several apps at once, and again after a crash.
 * @param mirrors what this app would have the accounts look like is what they shall
 * @returns the slugs that ran until now
 * @throws RemoteScopeChanged
 */
export async function syncProviders(
  database: Database,
  instances: readonly ProviderDeclaration[],
  { mirrors }: { readonly mirrors: boolean } = { mirrors: true },
): Promise<{ readonly disabled: readonly string[] }> {
  const disabled = await database.transaction(async (sql) => {
    // Waits for writers of users and keeps new ones out until the commit: each of them then either committed before
    // the backfill below reads, or sees the provider when it makes its links. Without this a user would slip between.
    await sql('LOCK TABLE users IN SHARE MODE');
    for (const instance of instances) {
      await enable(sql, instance);
      if (mirrors) await declare(sql, instance);
    }
    const rows = await sql<{ slug: string }>(
      'UPDATE providers SET enabled = false WHERE enabled AND slug <> ALL($1::text[]) RETURNING slug',
      [instances.map((instance) => instance.slug)],
    );
    return rows.map(({ slug }) => slug);
  });
  for (const instance of instances) {
    await createMissingLinks(database, instance.slug);
    if (mirrors) await followDeclaration(database, instance);
  }
  return { disabled };
}

async function enable(sql: Database['sql'], instance: ProviderDeclaration): Promise<void> {
  const { slug, kind, remoteScope, callsPerSecond } = instance;
  const [known] = await sql<{ kind: string; remote_scope: string; has_links: boolean }>(
    `SELECT kind, remote_scope, EXISTS (SELECT FROM links l WHERE l.provider = p.slug) AS has_links
     FROM providers p WHERE slug = $1 FOR UPDATE`,
    [slug],
  );
  if (known?.has_links === true) {
    if (known.kind !== kind) throw new RemoteScopeChanged(slug, 'kind');
    if (known.remote_scope !== remoteScope) throw new RemoteScopeChanged(slug, 'base URL or app id');
  }
  await sql(
    `INSERT INTO providers (slug, kind, remote_scope, mapping_version, declaration, calls_per_second)
     VALUES ($1, $2, $3, $4, $4, $5)
     ON CONFLICT (slug) DO UPDATE SET kind = $2, remote_scope = $3, calls_per_second = $5, enabled = true`,
    [slug, kind, remoteScope, spellDeclaration(instance), callsPerSecond],
  );
  await sql(`INSERT INTO budgets (provider, class) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING`, [
    slug,
    CHANGE_CLASSES,
  ]);
}

/**
 * Says how the accounts shall look from now on, before any link is marked for it: whoever works by something else leaves
 * those marks to others (claim, settle). `mapping_version` is still what all links were marked for. Where not all of them
 * were when somebody else declared something, some are settled by the one and some by the other, and it is nothing.
 */
async function declare(sql: Database['sql'], instance: ProviderDeclaration): Promise<void> {
  await sql(
    `UPDATE providers SET declaration = $2, declaration_revision = declaration_revision + 1,
       mapping_version = CASE WHEN declaration = mapping_version THEN mapping_version ELSE '' END
     WHERE slug = $1 AND declaration <> $2`,
    [instance.slug, spellDeclaration(instance)],
  );
}

async function createMissingLinks(database: Database, slug: string): Promise<void> {
  await inChunks(async (after) =>
    database.sql<{ last: string | null }>(
      `WITH missing AS (
         SELECT u.id, u.external_key FROM users u
         WHERE u.id > $2 AND u.status NOT IN ('purging', 'purged')
           AND NOT EXISTS (SELECT FROM links l WHERE l.user_id = u.id AND l.provider = $1)
         ORDER BY u.id LIMIT ${ROWS_A_CHUNK}
       ), made AS (
         INSERT INTO links (user_id, provider, remote_key, lane)
         SELECT id, $1, external_key, ${LANES.backfill} FROM missing ON CONFLICT DO NOTHING
       )
       SELECT max(id::text) AS last FROM missing`,
      [slug, after],
    ),
  );
}

async function followDeclaration(database: Database, instance: ProviderDeclaration): Promise<void> {
  const { slug } = instance;
  const [known] = await database.sql<{ mapping_version: string; declaration_revision: number }>(
    'SELECT mapping_version, declaration_revision FROM providers WHERE slug = $1',
    [slug],
  );
  const changed = changedSince(known?.mapping_version ?? '', instance);
  if (changed === 'nothing') return;
  await markFor(database, slug, changed === 'everything' ? null : changed);
  // Not where somebody has declared something else meanwhile, though they may have come back to this.
  await database.sql(
    `UPDATE providers SET mapping_version = $2
     WHERE slug = $1 AND declaration = $2 AND declaration_revision = $3`,
    [slug, spellDeclaration(instance), known?.declaration_revision ?? null],
  );
}

/**
 * Makes the links of these statuses due, or all. What is in flight counts as concerned: what its settle will say of the
 * status is not known yet. What was approved was approved under other rules, and is stale.
 */
async function markFor(
  database: Database,
  slug: string,
  statuses: readonly PolicyStatus[] | null,
): Promise<void> {
  await inChunks(async (after) =>
    database.sql<{ last: string | null }>(
      `WITH chunk AS (
         SELECT l.user_id, l.approved_plan FROM links l JOIN users u ON u.id = l.user_id
         WHERE l.provider = $1 AND l.user_id > $2
           AND ($3::text[] IS NULL OR l.in_flight OR ${LOWERED_STATUS} = ANY($3))
         ORDER BY l.user_id LIMIT ${ROWS_A_CHUNK}
       ), voided AS (
         UPDATE plan_steps p SET state = 'stale' FROM chunk
         WHERE p.plan_id = chunk.approved_plan AND p.user_id = chunk.user_id AND p.provider = $1
           AND p.state = 'approved'
       ), marked AS (
         UPDATE links l SET ${markClause({ lane: 'backfill' })}, approved_plan = NULL
         FROM chunk WHERE l.provider = $1 AND l.user_id = chunk.user_id
       )
       SELECT max(user_id::text) AS last FROM chunk`,
      [slug, after, statuses],
    ),
  );
}

/** As the engine lowers it: whoever is out of scope is shown as deactivated. */
const LOWERED_STATUS = `CASE WHEN u.status = 'active' AND NOT COALESCE(l.assigned_override, l.assigned)
  THEN 'deactivated' ELSE u.status END`;

/** Runs a chunk after another until one is empty; each is a transaction of its own and answers its last id. */
async function inChunks(run: (after: string) => Promise<readonly { last: string | null }[]>): Promise<void> {
  let after: string | null = FIRST_ID;
  while (after !== null) {
    const [chunk]: readonly { last: string | null }[] = await run(after);
    after = chunk?.last ?? null;
  }
}
