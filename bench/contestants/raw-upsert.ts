import type { Sql } from '#store';
import { inThousands } from '../stage/people.js';

const COLUMNS = 'external_key, email, email_key, phone, given_name, family_name, display_name, company';

/** An empty table with the columns, the indexes and the constraints that users have. */
export async function makeRawTable(sql: Sql): Promise<void> {
  await sql('DROP TABLE IF EXISTS raw_users');
  await sql('CREATE TABLE raw_users (LIKE users INCLUDING ALL)');
}

export async function dropRawTable(sql: Sql): Promise<void> {
  await sql('DROP TABLE raw_users');
}

/** Upserts people by one statement a thousand: nothing is read from a file, checked, mirrored or audited. */
export async function upsertRaw(
  sql: Sql,
  people: number,
  { newId, company }: { readonly newId: () => string; readonly company: string },
): Promise<void> {
  for (const rows of inThousands({ count: people }, { company })) {
    await sql(
      `INSERT INTO raw_users (id, ${COLUMNS})
       SELECT * FROM unnest($1::uuid[], ${Array.from({ length: 8 }, (_, at) => `$${at + 2}::text[]`).join(', ')})
       ON CONFLICT (external_key) WHERE status <> 'purged' DO UPDATE SET
         (${COLUMNS}) = (${COLUMNS.replace(/\b([a-z_]+)\b/g, 'excluded.$1')}),
         attribute_revision = raw_users.attribute_revision + 1, attributes_changed_at = now()`,
      [
        rows.map(() => newId()),
        rows.map((row) => row.externalKey),
        rows.map((row) => row.email),
        rows.map((row) => row.email),
        rows.map((row) => row.phone),
        rows.map((row) => row.givenName),
        rows.map((row) => row.familyName),
        rows.map((row) => row.displayName),
        rows.map((row) => row.company),
      ],
    );
  }
}
