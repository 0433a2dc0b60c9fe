import type { Database } from '#store';

/**
 * Every row of every table as one text, for looking for what must not be there any more.
 * Binary columns read as hex, so what is only there as a hash is not found in clear.
 */
export async function everythingIn(database: Database): Promise<string> {
  const tables = await database.sql<{ name: string }>(
    `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const dumps: string[] = [];
  for (const { name } of tables) {
    const rows = await database.sql<{ line: string }>(`SELECT t::text AS line FROM ${name} AS t`);
    dumps.push(...rows.map(({ line }) => `${name} ${line}`));
  }
  return dumps.join('\n');
}
