import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { MigrationError } from './error.js';
import { checksum, matchesChecksum, type Migration } from './folder.js';

/** A row of the ledger, as far as decisions need it. */
export interface LedgerEntry {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished: boolean;
  readonly rolled_back: boolean;
}

// Column for column what Prisma creates, so that `prisma migrate` and this runner can take turns on one database.
const CREATE_LEDGER = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
  )`;

export async function createLedger(client: pg.ClientBase): Promise<void> {
  await client.query(CREATE_LEDGER);
}

/** Every entry in the order of its making; empty when there is no ledger yet. */
export async function readLedger(client: pg.ClientBase): Promise<LedgerEntry[]> {
  const found = await client.query<{ present: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS present`,
  );
  if (found.rows[0]?.present !== true) return [];
  const entries = await client.query<LedgerEntry>(
    `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished, rolled_back_at IS NOT NULL AS rolled_back
     FROM _prisma_migrations ORDER BY started_at, migration_name`,
  );
  return entries.rows;
}

/** Records a migration as applied; belongs in the transaction that applied it. */
export async function recordApplied(client: pg.ClientBase, migration: Migration): Promise<void> {
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
    [randomUUID(), checksum(migration.sql), migration.name],
  );
}

/**
 * What is still to be applied. An entry that was rolled back counts as never made, as it does for Prisma.
 * @throws MigrationError `unfinished`, `ahead` or `altered`: a person has to look before anything else is done
 */
export function pendingMigrations(
  migrations: readonly Migration[],
  ledger: readonly LedgerEntry[],
): Migration[] {
  const standing = ledger.filter((entry) => !entry.rolled_back);
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const entry of standing) assertEntry(entry, known.get(entry.migration_name));
  const applied = new Set(standing.map((entry) => entry.migration_name));
  return migrations.filter((migration) => !applied.has(migration.name));
}

function assertEntry(entry: LedgerEntry, migration: Migration | undefined): void {
  const name = entry.migration_name;
  if (!entry.finished) {
    throw new MigrationError(
      'unfinished',
      `migration ${name} was begun and never finished: put the schema right by hand, then set its finished_at or ` +
        'rolled_back_at in _prisma_migrations (prisma migrate resolve does that)',
    );
  }
  if (migration === undefined) {
    throw new MigrationError(
      'ahead',
      `the database has migration ${name}, which this version does not know: run the newer version, or restore a backup`,
    );
  }
  if (!matchesChecksum(migration.sql, entry.checksum)) {
    throw new MigrationError(
      'altered',
      `migration ${name} was changed after it was applied: restore the file and write a new migration instead`,
    );
  }
}
