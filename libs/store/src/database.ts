import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.js';

/** How the process talks to Postgres. */
export interface DatabaseOptions {
  readonly url: string;
  /** Connections of this process. */
  readonly poolSize: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** The server ends a statement that takes longer. Prisma's own timeouts do not. (Default: 15 s) */
  readonly statementTimeoutMs?: number;
  readonly onPoolError: (error: Error) => void;
}

/** Runs one statement. Rows come back as the statement spells them; bigint columns as text. */
export type Sql = <Row extends pg.QueryResultRow>(
  text: string,
  values?: readonly unknown[],
) => Promise<Row[]>;

/**
 * One pool, two ways in: Prisma for plain reads and single-row writes, `sql` for the statements where the work is done
 * (claims, intents, settles, imports), which must be one round trip each.
 */
export interface Database {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  readonly sql: Sql;
  /** Runs statements in one transaction; rolled back when `work` throws. No I/O but SQL belongs in `work`. */
  readonly transaction: <Result>(work: (sql: Sql) => Promise<Result>) => Promise<Result>;
  close(): Promise<void>;
}

const DEFAULT_STATEMENT_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;

/** Opens the pool lazily; nothing is sent until the first statement. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: options.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: DEFAULT_STATEMENT_TIMEOUT_MS,
  });
  // Without a listener the loss of an idle connection would end the process.
  pool.on('error', options.onPoolError);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    prisma,
    pool,
    sql: (text, values) => runOn(pool, text, values),
    transaction: (work) => transact({ pool, onLost: options.onPoolError }, work),
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

async function runOn<Row extends pg.QueryResultRow>(
  on: pg.Pool | pg.PoolClient,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const result = await on.query<Row>(text, [...values]);
  return result.rows;
}

async function transact<Result>(
  { pool, onLost }: { readonly pool: pg.Pool; readonly onLost: (error: Error) => void },
  work: (sql: Sql) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  // The pool listens to its idle connections only: without this the loss of a busy one would end the process.
  client.on('error', onLost);
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work((text, values) => runOn(client, text, values));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: unknown) => {
      // The connection cannot be trusted any more: the pool throws it away and the server rolls back by itself.
      broken = rollbackError instanceof Error ? rollbackError : new Error('rollback failed');
    });
    throw error;
  } finally {
    client.off('error', onLost);
    client.release(broken);
  }
}
