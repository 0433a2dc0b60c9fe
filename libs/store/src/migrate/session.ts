import pg from 'pg';
import type { Database } from '../database.js';
import { MigrationError } from './error.js';

/** Where to migrate: a connection string, or the pool of an open database. */
export type MigrationTarget = string | Pick<Database, 'pool'>;

/** The number on which Prisma's own migrate serialises itself: runners of both kinds exclude each other. */
export const MIGRATION_LOCK = 72707369;

/** Postgres's code for a lock that was not had in time. */
const LOCK_NOT_AVAILABLE = '55P03';

/** Runs `work` on one connection of its own, without the statement timeout of the pool. */
export async function onConnection<Result>(
  target: MigrationTarget,
  work: (client: pg.ClientBase) => Promise<Result>,
): Promise<Result> {
  const { client, close } = await connect(target);
  // The statement under way fails by itself; without a listener the lost connection would end the process as well.
  client.on('error', () => undefined);
  try {
    await client.query(`SET statement_timeout = 0`);
    await client.query(`SET idle_in_transaction_session_timeout = 0`);
    return await work(client);
  } finally {
    await close();
  }
}

async function connect(
  target: MigrationTarget,
): Promise<{ client: pg.ClientBase; close: () => Promise<void> }> {
  if (typeof target !== 'string') {
    const client = await target.pool.connect();
    // Its settings are changed, and it may hold the lock: it must not go back into the pool.
    return {
      client,
      close() {
        client.release(true);
        return Promise.resolve();
      },
    };
  }
  const client = new pg.Client({ connectionString: target, application_name: 'rollcall-migrate' });
  await client.connect();
  return { client, close: () => client.end() };
}

/**
 * Holds the migration lock while `work` runs. The lock belongs to the session: a runner that dies gives it up.
 * @throws MigrationError `busy` when another runner holds it for longer than `waitMs`
 */
export async function underMigrationLock<Result>(
  client: pg.ClientBase,
  waitMs: number,
  work: () => Promise<Result>,
): Promise<Result> {
  // Also limits how long a migration waits for a table, with every query of the service queueing behind it.
  await client.query(`SELECT set_config('lock_timeout', $1, false)`, [`${waitMs}ms`]);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== LOCK_NOT_AVAILABLE) throw error;
    throw new MigrationError('busy', `another process has been migrating for ${waitMs} ms`, { cause: error });
  }
  try {
    return await work();
  } finally {
    // A broken connection gives the lock up by itself, and its own error is the one to be seen.
    await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
  }
}
