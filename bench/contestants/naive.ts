import pg from 'pg';
import { Pool } from 'undici';
import type { RecordedRequest } from '../stage/recorder.js';

/** Connections of a usual pool. */
const DATABASE_CONNECTIONS = 10;

/**
 * What a team would write in an afternoon: for each user one SELECT, one call and one UPDATE, as many side by side as
 * there may be calls. No lease, no record before the call, no plan, no audit, no budget.
 * @param users as many as there are requests
 */
export async function sendNaively(
  databaseUrl: string,
  origin: string,
  {
    requests,
    concurrency,
    users,
  }: {
    readonly requests: readonly RecordedRequest[];
    readonly concurrency: number;
    readonly users: readonly string[];
  },
): Promise<void> {
  const database = new pg.Pool({ connectionString: databaseUrl, max: DATABASE_CONNECTIONS });
  await database.query(
    `DROP TABLE IF EXISTS naive_links;
     CREATE TABLE naive_links (user_id uuid PRIMARY KEY, status integer, synced_at timestamptz)`,
  );
  await database.query('INSERT INTO naive_links (user_id) SELECT unnest($1::uuid[])', [users]);
  const pool = new Pool(origin, { connections: concurrency, pipelining: 1 });
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < requests.length; at = next++) {
      const [request, user] = [requests[at], users[at]];
      if (request === undefined || user === undefined) return;
      await database.query('SELECT * FROM users WHERE id = $1', [user]);
      const { statusCode, body } = await pool.request(request);
      await body.json();
      await database.query('UPDATE naive_links SET status = $2, synced_at = now() WHERE user_id = $1', [
        user,
        statusCode,
      ]);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  await pool.close();
  await database.query('DROP TABLE naive_links');
  await database.end();
}
