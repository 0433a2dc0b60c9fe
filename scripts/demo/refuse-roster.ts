import pg from 'pg';

const CONNECT_MS = 10_000;

/**
 * The demo fills a database with made-up people; one that holds a roster is not for it.
 * @throws Error when there are users in the database, or it cannot be reached
 */
export async function refuseRoster(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_MS });
  await client.connect();
  try {
    const { rows: tables } = await client.query(`SELECT to_regclass('users') AS users`);
    if (tables.every((row: { readonly users: string | null }) => row.users === null)) return;
    const { rowCount } = await client.query('SELECT 1 FROM users LIMIT 1');
    if (rowCount === 0) return;
  } finally {
    await client.end();
  }
  throw new Error(
    'the database at DATABASE_URL holds a roster already: the demo needs an empty one, or none',
  );
}
