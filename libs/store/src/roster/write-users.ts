import {
  emailKey,
  type LifecycleState,
  type StatusBeforeDeletion,
  type User,
  type UserAttributes,
  type UserStatus,
} from '#domain';
import type { Database } from '../database.js';
import { UserNotFound } from './errors.js';
import { toUser, USER_COLUMNS, type UserRow } from './user-row.js';

/** A user to be entered, active or as a leaver. */
export interface UserToInsert {
  readonly id: string;
  readonly externalKey: string;
  readonly status: StatusBeforeDeletion;
  readonly attributes: UserAttributes;
}

/** The attributes that a user shall have from now on. */
export interface AttributesToSet {
  readonly id: string;
  readonly attributes: UserAttributes;
}

const ATTRIBUTE_TYPES = [...Array<string>(9).fill('text[]'), 'jsonb[]', 'jsonb[]'];
const ATTRIBUTE_COLUMNS = `email, email_key, phone, given_name, family_name, display_name, locale, avatar_url, company,
  attributes, tags`;

/** One array a column, in the order of `ATTRIBUTE_COLUMNS`: what `unnest` turns back into rows. */
function attributeArrays(all: readonly UserAttributes[]): unknown[][] {
  return [
    all.map((one) => one.email),
    all.map((one) => (one.email === null ? null : emailKey(one.email))),
    all.map((one) => one.phone),
    all.map((one) => one.givenName),
    all.map((one) => one.familyName),
    all.map((one) => one.displayName),
    all.map((one) => one.locale),
    all.map((one) => one.avatarUrl),
    all.map((one) => one.company),
    all.map((one) => JSON.stringify(one.attributes)),
    all.map((one) => JSON.stringify(one.tags)),
  ];
}

function unnestOf(types: readonly string[]): string {
  return `unnest(${types.map((type, at) => `$${at + 1}::${type}`).join(', ')})`;
}

/**
 * Enters users whose key is free and leaves the others out.
 * Rows go in by key order, so that two writers of the same keys wait for each other instead of deadlocking.
 * @returns the ids that were entered
 */
export async function insertUsers(
  sql: Database['sql'],
  users: readonly UserToInsert[],
): Promise<ReadonlySet<string>> {
  if (users.length === 0) return new Set();
  const rows = await sql<{ id: string }>(
    `INSERT INTO users (id, external_key, status, ${ATTRIBUTE_COLUMNS})
     SELECT * FROM ${unnestOf(['uuid[]', 'text[]', 'text[]', ...ATTRIBUTE_TYPES])}
       AS g (id, external_key, status, ${ATTRIBUTE_COLUMNS}) ORDER BY external_key
     ON CONFLICT (external_key) WHERE status <> 'purged' DO NOTHING RETURNING id`,
    [
      users.map((user) => user.id),
      users.map((user) => user.externalKey),
      users.map((user) => user.status),
      ...attributeArrays(users.map((user) => user.attributes)),
    ],
  );
  return new Set(rows.map((row) => row.id));
}

const SET_ATTRIBUTES = `
  UPDATE users u SET (${ATTRIBUTE_COLUMNS}, attribute_revision, attributes_changed_at)
    = (${ATTRIBUTE_COLUMNS.replace(/\b([a-z_]+)\b/g, 'g.$1')}, u.attribute_revision + 1, now())
  FROM ${unnestOf(['uuid[]', ...ATTRIBUTE_TYPES])} AS g (id, ${ATTRIBUTE_COLUMNS})
  WHERE u.id = g.id`;

function settingOf(users: readonly AttributesToSet[]): unknown[][] {
  return [users.map((user) => user.id), ...attributeArrays(users.map((user) => user.attributes))];
}

/** Sets attributes of users whose rows the caller has locked, and counts each change. */
export async function setAttributes(sql: Database['sql'], users: readonly AttributesToSet[]): Promise<void> {
  if (users.length > 0) await sql(SET_ATTRIBUTES, settingOf(users));
}

/**
 * The same for one user.
 * @returns the user as it is now
 * @throws UserNotFound
 */
export async function setAttributesOfOne(sql: Database['sql'], user: AttributesToSet): Promise<User> {
  const [row] = await sql<UserRow>(`${SET_ATTRIBUTES} RETURNING ${USER_COLUMNS}`, settingOf([user]));
  if (row === undefined) throw new UserNotFound();
  return toUser(row);
}

/** Moves users whose rows the caller has locked. A purge that was asked for is over with any move. */
export async function setStatus(
  sql: Database['sql'],
  ids: readonly string[],
  to: { readonly status: UserStatus; readonly statusBeforeDeletion: LifecycleState['statusBeforeDeletion'] },
): Promise<void> {
  if (ids.length === 0) return;
  await sql(
    `UPDATE users SET status = $2, status_before_deletion = $3, purge_not_before = NULL,
       status_revision = status_revision + 1, status_changed_at = now()
     WHERE id = ANY($1::uuid[])`,
    [ids, to.status, to.statusBeforeDeletion],
  );
}
