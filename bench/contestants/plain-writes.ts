import pg from 'pg';
import { sideBySide } from '../side-by-side.js';

/**
 * The statements that an audited edit cannot do without, and nothing else: no HTTP, no key, no rules, no doorbell.
 * @param clients connections, each with one transaction at a time
 */
export async function writePlainly(
  databaseUrl: string,
  userIds: readonly string[],
  clients: number,
): Promise<void> {
  const database = new pg.Pool({ connectionString: databaseUrl, max: clients });
  await sideBySide(userIds, clients, (userId) => write(database, userId));
  await database.end();
}

async function write(database: pg.Pool, userId: string): Promise<void> {
  const client = await database.connect();
  const displayName = `Plain ${performance.now()}`;
  await client.query('BEGIN');
  await client.query('SELECT * FROM users WHERE id = $1 FOR UPDATE', [userId]);
  await client.query(
    `UPDATE users SET display_name = $2, attribute_revision = attribute_revision + 1, attributes_changed_at = now()
     WHERE id = $1`,
    [userId, displayName],
  );
  await client.query(
    `UPDATE links SET wanted = wanted + 1, wanted_since = now(), lane = 2, next_attempt_at = now(), attempts = 0
     WHERE user_id = $1`,
    [userId],
  );
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO audit (actor, action, user_id, attributes, values_hash, detail)
     VALUES ('bench', 'user.update', $1, '{displayName}', sha256($2::bytea), '{}') RETURNING id`,
    [userId, displayName],
  );
  await client.query('INSERT INTO audit_values (audit_id, user_id, values) VALUES ($1, $2, $3)', [
    rows[0]?.id,
    userId,
    JSON.stringify({ displayName }),
  ]);
  await client.query('COMMIT');
  client.release();
}
