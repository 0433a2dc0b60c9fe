import { CHANGE_CLASSES, LANES } from '#domain';
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
 * link for every user, a new mapping or another scope makes links due, and a new policy those of the statuses that it changes, all in
 * chunks and in the backfill lane; instances that are no longer configured keep their links and are disabled. Safe to run in several apps at once, and again after a crash.
 * @returns the slugs that ran until now
 * @throws RemoteScopeChanged
 */
export async function syncProviders(
  database: Database,
  instances: readonly ProviderDeclaration[],
): Promise<{ readonly disabled: readonly string[] }> {
  const disabled = await database.transaction(async (sql) => {
    // Waits for writers of users and keeps new ones out until the commit: each of them then either committed before
    // the backfill below reads, or sees the provider when it makes its links. Without this a user would slip between.
    await sql('LOCK TABLE users IN SHARE MODE');
    for (const instance of instances) await declare(sql, instance);
    const rows = await sql<{ slug: string }>(
      'UPDATE providers SET enabled = false WHERE enabled AND slug <> ALL($1::text[]) RETURNING slug',
      [instances.map((instance) => instance.slug)],
    );
    return rows.map(({ slug }) => slug);
  });
  for (const instance of instances) {
    await createMissingLinks(database, instance.slug);
    await followDeclaration(database, instance);
  }
  return { disabled };
}

async function declare(sql: Database['sql'], instance: ProviderDeclaration): Promise<void> {
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
  // The version of a known provider changes last, when every link has been marked for it. The declaration comes first:
  // whoever works by another one from now on leaves the marks below to others (claim, settle).
  await sql(
    `INSERT INTO providers (slug, kind, remote_scope, mapping_version, declaration, calls_per_second)
     VALUES ($1, $2, $3, $4, $4, $5)
     ON CONFLICT (slug) DO UPDATE
     SET kind = $2, remote_scope = $3, declaration = $4, calls_per_second = $5, enabled = true`,
    [slug, kind, remoteScope, spellDeclaration(instance), callsPerSecond],
  );
  await sql(`INSERT INTO budgets (provider, class) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING`, [
    slug,
    CHANGE_CLASSES,
  ]);
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
  const [known] = await database.sql<{ mapping_version: string }>(
    'SELECT mapping_version FROM providers WHERE slug = $1',
    [slug],
  );
  const changed = changedSince(known?.mapping_version ?? '', instance);
  if (changed === 'nothing') return;
  const statuses = changed === 'everything' ? null : changed;
  await inChunks(async (after) =>
    database.sql<{ last: string | null }>(
      `WITH chunk AS (
         SELECT l.user_id FROM links l JOIN users u ON u.id = l.user_id
         WHERE l.provider = $1 AND l.user_id > $2 AND ($3::text[] IS NULL OR ${LOWERED_STATUS} = ANY($3))
         ORDER BY l.user_id LIMIT ${ROWS_A_CHUNK}
       ), marked AS (
         UPDATE links l SET ${markClause({ lane: 'backfill' })}
         FROM chunk WHERE l.provider = $1 AND l.user_id = chunk.user_id
       )
       SELECT max(user_id::text) AS last FROM chunk`,
      [slug, after, statuses],
    ),
  );
  // Not where somebody has declared something else meanwhile: links are settled by that one already.
  await database.sql('UPDATE providers SET mapping_version = $2 WHERE slug = $1 AND declaration = $2', [
    slug,
    spellDeclaration(instance),
  ]);
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
