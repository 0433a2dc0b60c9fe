import type { Database } from '#store';

/** The same database, where `before` runs before each statement is sent: for placing an event inside a race. */
export function interposed(database: Database, before: (text: string) => Promise<void>): Database {
  return {
    ...database,
    async sql(text, values) {
      await before(text);
      return database.sql(text, values);
    },
  };
}
