import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { type Database, openDatabase } from './database.js';

const READ = 'SELECT * FROM things WHERE id = $1';

describe('statements are prepared once a connection', () => {
  let place: TestDatabase;
  let database: Database;
  beforeEach(async () => {
    place = await createTestDatabase();
    const onPoolError = (): undefined => undefined;
    database = openDatabase({ url: place.url, poolSize: 1, applicationName: 'prepared-test', onPoolError });
    await database.sql('CREATE TABLE things AS SELECT 1 AS id');
  });
  afterEach(async () => {
    await database.close();
    await place.drop();
  });

  it('and planned each time, for the tables as they are by then', async () => {
    const kept = await database.transaction(async (sql) => {
      for (let time = 0; time < 10; time += 1) await sql(READ, [1]);
      return sql(
        'SELECT generic_plans::int, custom_plans::int FROM pg_prepared_statements WHERE statement = $1',
        [READ],
      );
    });
    expect(kept).toEqual([{ generic_plans: 0, custom_plans: 10 }]);
  });

  it('and again when their rows have become of another type', async () => {
    for (let time = 0; time < 10; time += 1) expect(await database.sql(READ, [1])).toEqual([{ id: 1 }]);
    await database.sql(`ALTER TABLE things ADD COLUMN name text NOT NULL DEFAULT 'a thing'`);
    for (let time = 0; time < 10; time += 1)
      expect(await database.sql(READ, [1])).toEqual([{ id: 1, name: 'a thing' }]);
  });

  it('and again when the connection was made to forget them', async () => {
    await database.transaction(async (sql) => {
      await sql(READ, [1]);
      await sql('DEALLOCATE ALL');
    });
    expect(await database.sql(READ, [1])).toEqual([{ id: 1 }]);
  });

  it('and a transaction fails with one that went out of date, and the next does not', async () => {
    const read = (): Promise<unknown> => database.transaction((sql) => sql(READ, [1]));
    await read();
    await database.sql(`ALTER TABLE things ADD COLUMN name text`);
    await expect(read()).rejects.toMatchObject({ code: '0A000' });
    expect(await read()).toEqual([{ id: 1, name: null }]);
  });

  it('unless they come without values, since those may be several', async () => {
    await database.sql('CREATE TABLE one (id int); CREATE TABLE two (id int)');
    expect(await database.sql(`SELECT to_regclass('two')::text AS "table"`)).toEqual([{ table: 'two' }]);
  });

  it('and an error of another kind is told as it is', async () => {
    await expect(database.sql('SELECT $1::int / 0', [1])).rejects.toMatchObject({ code: '22012' });
    await expect(database.sql('SELECT nothing FROM nowhere WHERE $1', [1])).rejects.toMatchObject({
      code: '42P01',
    });
  });
});
