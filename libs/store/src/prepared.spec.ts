import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.js';
import { type Database, openDatabase, type Sql } from './database.js';
import { PreparedNames } from './prepared.js';
import { transact } from './roster/transact.js';

const CONNECTIONS = 2;
const READ = 'SELECT * FROM things WHERE id = $1';
const read = (sql: Sql): Promise<unknown> => sql(READ, [1]);

describe('statements are prepared once a connection', () => {
  let place: TestDatabase;
  let database: Database;
  beforeEach(async () => {
    place = await createTestDatabase();
    const onPoolError = (): undefined => undefined;
    database = openDatabase({
      url: place.url,
      poolSize: CONNECTIONS,
      applicationName: 'prepared-test',
      onPoolError,
    });
    await database.sql('CREATE TABLE things AS SELECT 1 AS id');
  });
  afterEach(async () => {
    await database.close();
    await place.drop();
  });

  /** Has every connection run this at the same time, in a transaction. */
  async function onEachConnection<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result[]> {
    let waiting = CONNECTIONS;
    let start: () => void = () => undefined;
    const everybodyIsThere = new Promise<void>((resolve) => (start = resolve));
    const one = (sql: Sql): Promise<Result> => {
      if (--waiting === 0) start();
      return everybodyIsThere.then(() => work(sql));
    };
    return Promise.all(Array.from({ length: CONNECTIONS }, () => database.transaction(one)));
  }

  it('and planned each time, for the tables and the values as they are by then', async () => {
    const kept = await onEachConnection(async (sql) => {
      for (let time = 0; time < 10; time += 1) await read(sql);
      return sql(
        'SELECT generic_plans::int, custom_plans::int FROM pg_prepared_statements WHERE statement = $1',
        [READ],
      );
    });
    expect(kept.flat()).toEqual(Array(CONNECTIONS).fill({ generic_plans: 0, custom_plans: 10 }));
  });

  it('by settings that a connection in place of a lost one has, too', async () => {
    const costs = (): Promise<unknown> =>
      onEachConnection((sql) => sql('SHOW random_page_cost')).then((rows) => rows.flat());
    const told = Array(CONNECTIONS).fill({ random_page_cost: '1.1' });
    expect(await costs()).toEqual(told);
    await database
      .sql('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
        'prepared-test',
      ])
      .catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await costs()).toEqual(told);
  });

  it('and anew when their rows have become of another type, on every connection', async () => {
    await onEachConnection(read);
    await database.sql(`ALTER TABLE things ADD COLUMN name text NOT NULL DEFAULT 'a thing'`);
    const changed = [{ id: 1, name: 'a thing' }];
    expect(await read(database.sql)).toEqual(changed);
    expect(await onEachConnection(read)).toEqual([changed, changed]);
  });

  it('and anew when a connection was made to forget them', async () => {
    await onEachConnection(async (sql) => {
      await read(sql);
      await sql('DEALLOCATE ALL');
    });
    expect(await read(database.sql)).toEqual([{ id: 1 }]);
  });

  it('and a transaction fails with one that is outdated, and is run again as after a conflict', async () => {
    await onEachConnection(read);
    await database.sql(`ALTER TABLE things ADD COLUMN name text`);
    await expect(database.transaction(read)).rejects.toMatchObject({ code: '0A000' });
    await database.sql(`ALTER TABLE things ADD COLUMN colour text`);
    expect(await transact(database, read)).toEqual([{ id: 1, name: null, colour: null }]);
  });

  it('and never sent twice for an error of another kind', async () => {
    await database.sql('CREATE SEQUENCE tries');
    await expect(database.sql(`SELECT nextval('tries') / $1::int`, [0])).rejects.toMatchObject({
      code: '22012',
    });
    expect(await database.sql('SELECT last_value::int FROM tries')).toEqual([{ last_value: 1 }]);
  });

  it('unless they come without values, since those may be several', async () => {
    await database.sql('CREATE TABLE one (id int); CREATE TABLE two (id int)');
    expect(await database.sql(`SELECT to_regclass('two')::text AS "table"`)).toEqual([{ table: 'two' }]);
  });
});

describe('names of statements', () => {
  it('follow from the text, in every process', () => {
    const [names, others] = [new PreparedNames(), new PreparedNames()];
    others.nameOf('SELECT 1');
    expect(names.nameOf(READ)).toMatch(/^rollcall_[0-9a-f]{40}$/);
    expect(others.nameOf(READ)).toBe(names.nameOf(READ));
    expect(others.nameOf('SELECT 1')).not.toBe(names.nameOf(READ));
  });

  it('are renewed once for all who met an outdated one', () => {
    const names = new PreparedNames();
    const first = names.nameOf(READ) ?? '';
    names.renew(READ, first);
    const second = names.nameOf(READ);
    expect(second).not.toBe(first);
    names.renew(READ, first);
    expect(names.nameOf(READ)).toBe(second);
  });

  it('are given to a thousand texts, and to no more', () => {
    const names = new PreparedNames();
    for (let text = 0; text < 1_000; text += 1) names.nameOf(`SELECT ${text}`);
    expect(names.nameOf('SELECT 1000')).toBeUndefined();
    expect(names.nameOf('SELECT 999')).toBeDefined();
  });
});
