import type { User } from '#domain';
import type { Database } from '../database.js';
import { Erased } from '../erasure/errors.js';
import { UserNotFound } from './errors.js';
import { toUser, USER_COLUMNS, type UserRow } from './user-row.js';

/**
 * Reads a user and keeps every other writer, and every statement that records an intent, waiting until the transaction ends.
 * @throws UserNotFound; Erased when nothing is left of the user that could be written
 */
export async function lockUser(sql: Database['sql'], id: string): Promise<User> {
  const [row] = await sql<UserRow>(`SELECT ${USER_COLUMNS} FROM users u WHERE u.id = $1 FOR UPDATE`, [id]);
  if (row === undefined) throw new UserNotFound();
  if (row.erasedAt !== null) throw new Erased('id');
  return toUser(row);
}

/**
 * Reads a user inside a transaction.
 * @throws UserNotFound
 */
export async function readUser(sql: Database['sql'], id: string): Promise<User> {
  const [row] = await sql<UserRow>(`SELECT ${USER_COLUMNS} FROM users u WHERE u.id = $1`, [id]);
  if (row === undefined) throw new UserNotFound();
  return toUser(row);
}
