import type pg from 'pg';
import { MigrationError } from './error.js';
import { migrationsFolder, readMigrations, type Migration } from './folder.js';
import { createLedger, pendingMigrations, readLedger, recordApplied } from './ledger.js';
import { onConnection, underMigrationLock, type MigrationTarget } from './session.js';

export interface MigrateOptions {
  /** Holds a folder with a `migration.sql` for each migration. (Default: the package's own) */
  readonly folder?: string;
  /** Told the name of each migration once it is applied. (Default: nobody) */
  readonly log?: (migrationName: string) => void;
  /** How long to wait for another runner, and for a table that somebody uses. (Default: 60 s) */
  readonly lockWaitMs?: number;
}

const DEFAULT_LOCK_WAIT_MS = 60_000;

/**
 * Brings a database to the schema of this code: whole migrations or none of them, one runner at a time.
 * @returns the names of the migrations that this call applied, in order
 * @throws MigrationError
 */
export async function migrate(
  target: MigrationTarget,
  options: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(options.folder ?? migrationsFolder());
  return onConnection(target, (client) =>
    underMigrationLock(client, options.lockWaitMs ?? DEFAULT_LOCK_WAIT_MS, async () => {
      const pending = pendingMigrations(migrations, await readLedger(client));
      if (pending.length > 0) await createLedger(client);
      for (const migration of pending) {
        await apply(client, migration);
        options.log?.(migration.name);
      }
      return { applied: pending.map((migration) => migration.name) };
    }),
  );
}

/**
 * Proves that a database has exactly the schema of this code, and changes nothing. For a service's start.
 * @throws MigrationError `behind`, `ahead`, `altered` or `unfinished`
 */
export async function assertMigrated(
  target: MigrationTarget,
  options: Pick<MigrateOptions, 'folder'> = {},
): Promise<void> {
  const migrations = await readMigrations(options.folder ?? migrationsFolder());
  const pending = await onConnection(target, async (client) =>
    pendingMigrations(migrations, await readLedger(client)),
  );
  if (pending.length === 0) return;
  const names = pending.map((migration) => migration.name).join(', ');
  throw new MigrationError('behind', `the database lacks ${names}: run npm run db:migrate first`);
}

/** Script and ledger entry commit together, so a crash leaves nothing half applied. */
async function apply(client: pg.ClientBase, migration: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(migration.sql);
    await recordApplied(client, migration);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined); // a lost connection has rolled back already
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigrationError('failed', `migration ${migration.name} was rolled back: ${reason}`, {
      cause: error,
    });
  }
}
