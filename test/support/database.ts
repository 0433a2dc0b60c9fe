import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { migrate } from '#store';
import { testServerUrl } from './postgres.js';

/** A database of one's own. */
export interface TestDatabase {
  readonly url: string;
  /** Ends all its connections and removes it. */
  drop(): Promise<void>;
}

const MIGRATIONS = resolve(import.meta.dirname, '../../prisma/migrations');
const TEMPLATE_LOCK = 514_229;

/** A fresh database with the whole schema and nothing in it, cloned from a template: tens of milliseconds. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = await testServerUrl();
  const template = `rollcall_template_${await migrationsHash()}`;
  await withAdmin(serverUrl, (admin) => ensureTemplate(admin, serverUrl, template));
  return createDatabase(serverUrl, `TEMPLATE ${template} STRATEGY FILE_COPY`);
}

/** A fresh database with nothing in it at all, for tests that build or break the schema themselves. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase(await testServerUrl(), 'TEMPLATE template0');
}

async function createDatabase(serverUrl: string, how: string): Promise<TestDatabase> {
  const name = `rollcall_test_${randomBytes(6).toString('hex')}`;
  await withAdmin(serverUrl, (admin) => admin.query(`CREATE DATABASE ${name} ${how}`));
  return {
    url: urlOf(serverUrl, name),
    async drop() {
      await withAdmin(serverUrl, (admin) => admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

/** Made once for each state of the migrations, by whoever comes first; the others wait for it. */
async function ensureTemplate(admin: pg.Client, serverUrl: string, template: string): Promise<void> {
  if (await isTemplate(admin, template)) return;
  await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  if (await isTemplate(admin, template)) return;
  // One that is not marked as a template was left half-made by a run that was killed.
  await admin.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${template} TEMPLATE template0`);
  await migrate(urlOf(serverUrl, template));
  await admin.query(`ALTER DATABASE ${template} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
}

async function isTemplate(admin: pg.Client, name: string): Promise<boolean> {
  const found = await admin.query('SELECT FROM pg_database WHERE datname = $1 AND datistemplate', [name]);
  return found.rowCount === 1;
}

/** The end of the connection also gives up the lock. */
async function withAdmin<Result>(
  serverUrl: string,
  work: (admin: pg.Client) => Promise<Result>,
): Promise<Result> {
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function migrationsHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const path of (await readdir(MIGRATIONS, { recursive: true })).sort()) {
    if (path.endsWith('.sql')) hash.update(path).update(await readFile(join(MIGRATIONS, path)));
  }
  return hash.digest('hex').slice(0, 12);
}
