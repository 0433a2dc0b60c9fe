import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { assertMigrated, migrate, MigrationError, openDatabase, type MigrationProblem } from '#store';
import { createEmptyDatabase, type TestDatabase } from '../../../../test/support/database.js';
import { checksum } from './folder.js';
import { MIGRATION_LOCK } from './session.js';

const OWN_FOLDER = resolve(import.meta.dirname, '../../../../prisma/migrations');
const FIRST = 'CREATE TABLE first_table (id integer PRIMARY KEY);\nINSERT INTO first_table VALUES (1);\n';
const SECOND = 'CREATE TABLE second_table (id integer PRIMARY KEY);\n';

describe('the migration runner', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let folder: string;

  beforeEach(async () => {
    database = await createEmptyDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    folder = await mkdtemp(join(tmpdir(), 'rollcall-migrations-'));
    await writeMigration('20260101000000_first', FIRST);
  });

  afterEach(async () => {
    await client.end();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  async function writeMigration(name: string, sql: string): Promise<void> {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, 'migration.sql'), sql);
  }

  async function tables(): Promise<string[]> {
    const rows = await client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
    );
    return rows.rows.map((row) => row.name);
  }

  async function ledger(): Promise<Record<string, unknown>[]> {
    const rows = await client.query<Record<string, unknown>>(
      `SELECT *, finished_at >= started_at AS in_order FROM _prisma_migrations ORDER BY started_at`,
    );
    return rows.rows;
  }

  async function refusal(work: Promise<unknown>): Promise<MigrationProblem | null> {
    try {
      await work;
      return null;
    } catch (error) {
      if (error instanceof MigrationError) return error.problem;
      throw error;
    }
  }

  it('applies what is pending in the order of the names, and then nothing', async () => {
    await writeMigration(
      '20260102000000_second',
      `${SECOND}INSERT INTO second_table SELECT id FROM first_table;`,
    );
    const told: string[] = [];
    const { applied } = await migrate(database.url, { folder, log: (name) => told.push(name) });
    expect(applied).toEqual(['20260101000000_first', '20260102000000_second']);
    expect(told).toEqual(applied);
    expect((await client.query('SELECT id FROM second_table')).rows).toEqual([{ id: 1 }]);
    expect(await migrate(database.url, { folder })).toEqual({ applied: [] });
  });

  it('keeps the ledger as Prisma keeps it', async () => {
    await migrate(database.url, { folder });
    const columns = await client.query<{ spelled: string }>(
      `SELECT column_name || ' ' || data_type || coalesce('(' || character_maximum_length || ')', '') ||
              CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END AS spelled
       FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`,
    );
    expect(columns.rows.map((row) => row.spelled)).toEqual([
      'id character varying(36) not null',
      'checksum character varying(64) not null',
      'finished_at timestamp with time zone',
      'migration_name character varying(255) not null',
      'logs text',
      'rolled_back_at timestamp with time zone',
      'started_at timestamp with time zone not null',
      'applied_steps_count integer not null',
    ]);
    expect(await ledger()).toEqual([
      expect.objectContaining({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        checksum: checksum(FIRST),
        migration_name: '20260101000000_first',
        logs: null,
        rolled_back_at: null,
        applied_steps_count: 1,
        in_order: true,
      }),
    ]);
  });

  it('applies the migrations of this package to an empty database, by URL and by pool', async () => {
    const opened = openDatabase({
      url: database.url,
      poolSize: 2,
      applicationName: 'migrate-spec',
      statementTimeoutMs: 1_000,
      // A pool says that it has ended before its connections have: dropping the database then cuts one off.
      onPoolError: () => undefined,
    });
    try {
      const { applied } = await migrate(opened);
      expect(applied).toContain('20261121000000_roster');
      await assertMigrated(opened);
      await assertMigrated(database.url);
      const timeout = await opened.sql<{ statement_timeout: string }>('SHOW statement_timeout');
      expect(timeout).toEqual([{ statement_timeout: '1s' }]); // the pool's own connections are as they were
    } finally {
      await opened.close();
    }
    expect(await tables()).toContain('users');
  });

  it('F18 three replicas start at once: one of them migrates, and all find the schema whole', async () => {
    await writeMigration(
      '20260102000000_slow',
      'SELECT pg_sleep(0.3); CREATE TABLE slow_table (id integer);',
    );
    const outcomes = await Promise.all([1, 2, 3].map(() => migrate(database.url, { folder })));
    expect(outcomes.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 2]);
    expect(await ledger()).toHaveLength(2);
    await assertMigrated(database.url, { folder });
  });

  it('F18 a runner that holds the lock for ever is not waited for for ever, and nothing is changed', async () => {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    expect(await refusal(migrate(database.url, { folder, lockWaitMs: 100 }))).toBe('busy');
    expect(await tables()).toEqual([]);
    await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    expect(await refusal(migrate(database.url, { folder, lockWaitMs: 100 }))).toBeNull();
  });

  it('F18 a runner that dies in the middle gives up the lock and leaves nothing half applied', async () => {
    await writeMigration('20260102000000_slow', `${SECOND}SELECT pg_sleep(30);`);
    const doomed = refusal(migrate(database.url, { folder }));
    await untilSleeping();
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rollcall-migrate' AND datname = current_database()`,
    );
    expect(await doomed).toBe('failed');
    expect(await tables()).toEqual(['_prisma_migrations', 'first_table']);
    await writeMigration('20260102000000_slow', SECOND);
    expect(await migrate(database.url, { folder })).toEqual({ applied: ['20260102000000_slow'] });
  });

  async function untilSleeping(): Promise<void> {
    for (;;) {
      const asleep = await client.query(
        `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`,
      );
      if (asleep.rowCount === 1) return;
    }
  }

  it('F19 a migration whose second statement fails leaves nothing, not even its first, and can be mended', async () => {
    await writeMigration('20260102000000_second', `${SECOND}INSERT INTO no_such_table VALUES (1);`);
    expect(await refusal(migrate(database.url, { folder }))).toBe('failed');
    expect(await tables()).toEqual(['_prisma_migrations', 'first_table']);
    expect(await ledger()).toHaveLength(1);
    await writeMigration('20260102000000_second', SECOND);
    expect(await migrate(database.url, { folder })).toEqual({ applied: ['20260102000000_second'] });
  });

  it('F19 a migration that was changed after it was applied stops everything', async () => {
    await migrate(database.url, { folder });
    await writeMigration('20260101000000_first', `${FIRST}-- a change`);
    await writeMigration('20260102000000_second', SECOND);
    expect(await refusal(migrate(database.url, { folder }))).toBe('altered');
    expect(await refusal(assertMigrated(database.url, { folder }))).toBe('altered');
    expect(await tables()).toEqual(['_prisma_migrations', 'first_table']);
  });

  it('F19 line endings that git changed are no change', async () => {
    await migrate(database.url, { folder });
    await writeMigration('20260101000000_first', FIRST.replaceAll('\n', '\r\n'));
    await assertMigrated(database.url, { folder });
  });

  it('F19 an entry that was begun and never finished stops everything until a person has looked', async () => {
    await migrate(database.url, { folder });
    await writeMigration('20260102000000_second', SECOND);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, logs)
       VALUES ('half', $1, '20260102000000_second', 'ERROR: out of disk')`,
      [checksum(SECOND)],
    );
    expect(await refusal(migrate(database.url, { folder }))).toBe('unfinished');
    expect(await refusal(assertMigrated(database.url, { folder }))).toBe('unfinished');
    await client.query(`UPDATE _prisma_migrations SET rolled_back_at = now() WHERE id = 'half'`);
    expect(await migrate(database.url, { folder })).toEqual({ applied: ['20260102000000_second'] });
  });

  it('F20 a database newer than the code is left alone', async () => {
    const newer = await mkdtemp(join(tmpdir(), 'rollcall-migrations-'));
    try {
      await cp(folder, newer, { recursive: true });
      await mkdir(join(newer, '20270101000000_newer'));
      await writeFile(join(newer, '20270101000000_newer', 'migration.sql'), SECOND);
      await migrate(database.url, { folder: newer });
    } finally {
      await rm(newer, { recursive: true });
    }
    expect(await refusal(migrate(database.url, { folder }))).toBe('ahead');
    expect(await refusal(assertMigrated(database.url, { folder }))).toBe('ahead');
  });

  it('a service does not start on a schema that is behind, and looking changes nothing', async () => {
    expect(await refusal(assertMigrated(database.url, { folder }))).toBe('behind');
    expect(await tables()).toEqual([]);
    await migrate(database.url, { folder });
    expect(await refusal(assertMigrated(database.url, { folder }))).toBeNull();
  });

  it('every migration of this package is a folder that starts with a time and holds SQL alone', async () => {
    const { applied } = await migrate(database.url, { folder: OWN_FOLDER });
    expect(applied.filter((name) => !/^\d{14}_[a-z0-9_]+$/.test(name))).toEqual([]);
  });
});
