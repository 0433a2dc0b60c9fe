import { newId } from '#observability';
import { migrate, openDatabase, openRoster, syncProviders, type Database, type Roster } from '#store';
import type { ProviderRegistry } from '#identity-provider';
import type { Stage } from './stage.js';

/** A database of its own whose links are all settled, as if they had been mirrored long ago. */
export interface Filled {
  readonly database: Database;
  readonly roster: Roster;
  drop(): Promise<void>;
}

/** @param name of the database, made of letters alone */
export async function openFilled(
  stage: Stage,
  registry: ProviderRegistry,
  { name, people }: { readonly name: string; readonly people: number },
): Promise<Filled> {
  await stage.database.sql(`CREATE DATABASE ${name}`);
  const url = new URL(stage.databaseUrl);
  url.pathname = `/${name}`;
  await migrate(url.href);
  const database = openDatabase({
    url: url.href,
    poolSize: 4,
    applicationName: `rollcall-bench-${name}`,
    statementTimeoutMs: 600_000,
    onPoolError: () => undefined,
  });
  await syncProviders(database, registry.all());
  await fill(database, people);
  return {
    database,
    roster: await openRoster(database, newId),
    async drop() {
      await database.close();
      await stage.database.sql(`DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function fill({ sql }: Database, people: number): Promise<void> {
  await sql(
    `INSERT INTO users (id, external_key, email, email_key, display_name, created_at)
     SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'hr-' || n, e, e, 'Person ' || n, now() - interval '1 day'
     FROM generate_series(1, $1::int) AS n, LATERAL (SELECT 'person.' || n || '@example.com') AS x (e)`,
    [people],
  );
  await sql(
    `INSERT INTO links (user_id, provider, remote_key, account_id, wanted, handled, certainty, observed_state, observed_at,
       applied_status, applied_status_revision, applied_attribute_revision, settled_at, created_at)
     SELECT u.id, p.slug, u.external_key, u.external_key, 1, 1, 'certain', 'live', now(), 'active', 1, 1, now(),
       now() - interval '1 day'
     FROM users u CROSS JOIN providers p`,
  );
  await sql('VACUUM ANALYZE');
}
