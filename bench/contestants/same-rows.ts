import { createHash } from 'node:crypto';
import type { Database, Sql } from '#store';
import { sideBySide } from '../side-by-side.js';
import { inThousands, ROWS_AT_ONCE } from '../stage/people.js';

const ENTER_USERS = `
  INSERT INTO users (id, external_key, email, email_key, phone, given_name, family_name, display_name, company)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])`;

const ENTER_LINKS = `
  INSERT INTO links (user_id, provider, remote_key)
  SELECT g.id, p.slug, g.external_key FROM unnest($1::uuid[], $2::text[]) AS g (id, external_key) CROSS JOIN providers p`;

const CHANGE_USERS = `
  UPDATE users SET company = $2, attribute_revision = attribute_revision + 1, attributes_changed_at = now()
  WHERE id = ANY($1::uuid[])`;

const MAKE_DUE = `
  UPDATE links SET wanted = wanted + 1, wanted_since = now(), next_attempt_at = now(), attempts = 0
  WHERE user_id = ANY($1::uuid[])`;

const RECORD = `
  WITH given AS (SELECT * FROM unnest($1::uuid[], $2::jsonb[], $3::bytea[]) AS g (user_id, vals, hash)),
  entered AS (
    INSERT INTO audit (actor, action, user_id, attributes, values_hash, detail)
    SELECT 'bench', 'user.update', user_id, ARRAY(SELECT jsonb_object_keys(vals)), hash, '{}' FROM given
    RETURNING id, user_id)
  INSERT INTO audit_values (audit_id, user_id, values)
  SELECT entered.id, entered.user_id, given.vals FROM entered JOIN given USING (user_id)`;

/** As an import has them. */
const CHUNKS_AT_ONCE = 3;

/**
 * The same rows as an import leaves, written by as few statements a thousand people as there are kinds of rows, as many
 * thousands at once as an import has: nothing is read from a file, checked or compared, and nobody else may write meanwhile.
 */
export async function enterSameRows(database: Database, people: number, newId: () => string): Promise<void> {
  await sideBySide([...inThousands({ count: people })], CHUNKS_AT_ONCE, async (rows) => {
    const ids = rows.map(newId);
    await database.transaction(async (sql) => {
      await sql(ENTER_USERS, [
        ids,
        rows.map((row) => row.externalKey),
        rows.map((row) => row.email),
        rows.map((row) => row.phone),
        rows.map((row) => row.givenName),
        rows.map((row) => row.familyName),
        rows.map((row) => row.displayName),
        rows.map((row) => row.company),
      ]);
      await sql(ENTER_LINKS, [ids, rows.map((row) => row.externalKey)]);
      await record(sql, ids, rows);
    });
  });
}

/** The same for people who are there and move to another company. */
export async function changeSameRows(database: Database, company: string): Promise<void> {
  const people = await database.sql<{ id: string }>('SELECT id FROM users ORDER BY id');
  const chunks = Array.from({ length: Math.ceil(people.length / ROWS_AT_ONCE) }, (_, at) =>
    people.slice(at * ROWS_AT_ONCE, (at + 1) * ROWS_AT_ONCE).map(({ id }) => id),
  );
  await sideBySide(chunks, CHUNKS_AT_ONCE, async (ids) => {
    await database.transaction(async (sql) => {
      await sql(CHANGE_USERS, [ids, company]);
      await sql(MAKE_DUE, [ids]);
      await record(
        sql,
        ids,
        ids.map(() => ({ company })),
      );
    });
  });
}

async function record(sql: Sql, ids: readonly string[], values: readonly object[]): Promise<void> {
  const texts = values.map((value) => JSON.stringify(value));
  const hashes = texts.map((text) => createHash('sha256').update(text).digest());
  await sql(RECORD, [ids, texts, hashes]);
}
