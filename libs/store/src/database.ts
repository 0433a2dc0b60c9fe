import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { arrayInWords } from './array-words.js';
import { PrismaClient } from './generated/client.js';
import { isOutdated, PreparedNames } from './prepared.js';

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

/**
 * Runs one statement. Rows come back as the statement spells them; bigint columns as text. A text with values stays
 * prepared in its connection, so it is one of a closed set: what differs from call to call belongs into the values.
 */
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

/**
 * Statements with values are analysed once a connection, and planned each time: a plan that was kept from when a table was
 * empty reads it from end to end once it is not, and one that is made for any value has no use for those that are left
 * out (`$1 IS NULL OR ...`). What they look up is in memory, or on a disk that does not spin: with Postgres' default of 4,
 * a group of 250 would read whole tables of up to some hundred thousand rows.
 */
const SESSION = 'SET plan_cache_mode = force_custom_plan; SET random_page_cost = 1.1';

/** Opens the pool lazily; nothing is sent until the first statement. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: options.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: DEFAULT_STATEMENT_TIMEOUT_MS,
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool waits for it (pg-pool 3.14); its types do not say so
    onConnect: (client) => client.query(SESSION),
  });
  // Without a listener the loss of an idle connection would end the process.
  pool.on('error', options.onPoolError);
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  const names = new PreparedNames();
  return {
    prisma,
    pool,
    sql: runOn(pool, { names, resends: true }),
    transaction: (work) => transact({ pool, names, onLost: options.onPoolError }, work),
    async close() {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

interface Preparing {
  readonly names: PreparedNames;
  /** Whether a statement that went out of date is sent again. A transaction has failed with it. */
  readonly resends: boolean;
}

/** A text without values is not prepared, since it may hold several statements. */
function runOn(on: pg.Pool | pg.PoolClient, { names, resends }: Preparing): Sql {
  return async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
    const send = async (name: string | undefined): Promise<Row[]> => {
      const result = await on.query<Row>({ name, text, values: values.map(inWords) });
      return result.rows;
    };
    const name = values.length === 0 ? undefined : names.nameOf(text);
    try {
      return await send(name);
    } catch (error) {
      if (name === undefined || !isOutdated(error)) throw error;
      names.renew(text, name);
      if (!resends) throw error;
      return send(names.nameOf(text));
    }
  };
}

function inWords(value: unknown): unknown {
  return Array.isArray(value) ? (arrayInWords(value) ?? value) : value;
}

interface Transactions {
  readonly pool: pg.Pool;
  readonly names: PreparedNames;
  readonly onLost: (error: Error) => void;
}

async function transact<Result>(
  { pool, names, onLost }: Transactions,
  work: (sql: Sql) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  // The pool listens to its idle connections only: without this the loss of a busy one would end the process.
  client.on('error', onLost);
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(runOn(client, { names, resends: false }));
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
