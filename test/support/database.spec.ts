import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { assertMigrated } from '#store';
import { createTestDatabase, type TestDatabase } from './database.js';

describe('a test database', () => {
  const opened: TestDatabase[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.drop()));
  });

  async function create(): Promise<TestDatabase> {
    const database = await createTestDatabase();
    opened.push(database);
    return database;
  }

  async function query(url: string, sql: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('has the whole schema, and what one test writes no other sees', async () => {
    const [mine, other] = await Promise.all([create(), create()]);
    await assertMigrated(mine.url);
    await query(
      mine.url,
      `INSERT INTO providers (slug, kind, remote_scope, mapping_version) VALUES ('a', 'b', 'c', 'd')`,
    );
    expect(await query(mine.url, 'SELECT slug FROM providers')).toEqual([{ slug: 'a' }]);
    expect(await query(other.url, 'SELECT slug FROM providers')).toEqual([]);
  });

  it('is gone after drop, with connections that were left open', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => undefined);
    await client.connect();
    await database.drop();
    await expect(client.query('SELECT 1')).rejects.toThrow();
    await expect(query(database.url, 'SELECT 1')).rejects.toThrow('does not exist');
  });
});
