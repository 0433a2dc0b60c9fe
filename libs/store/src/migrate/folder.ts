import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** One migration as this code knows it. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** The package's own migrations. The same folder from the sources and from the build, which lies one level deeper. */
export function migrationsFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder)) throw new Error('no package.json above the migration runner');
    folder = dirname(folder);
  }
  return join(folder, 'prisma', 'migrations');
}

/** All migrations of a folder in the order in which they apply: by name, which starts with a time. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names
      .sort()
      .map(async (name) => ({ name, sql: await readFile(join(folder, name, 'migration.sql'), 'utf8') })),
  );
}

/** SHA-256 of the script, as 64 hex digits. */
export function checksum(sql: string): string {
  return createHash('sha256').update(sql).digest('hex');
}

/**
 * Whether a script is the one that was applied. Line endings do not count: git changes them.
 * @see https://github.com/prisma/prisma-engines, schema-engine/connectors/schema-connector/src/checksum.rs
 */
export function matchesChecksum(sql: string, applied: string): boolean {
  const spellings = [sql, sql.replaceAll('\r\n', '\n'), sql.replaceAll('\n', '\r\n')];
  return spellings.some((spelling) => checksum(spelling) === applied);
}
