import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { COLUMN_VERDICTS } from './personal-columns.js';
import { openTestRoster, type TestRoster } from './roster/roster.harness.js';

describe('columns that may hold personal values', () => {
  let roster: TestRoster;
  beforeAll(async () => {
    roster = await openTestRoster([]);
  });
  afterAll(() => roster.close());

  it('A19 every text, list, json and binary column of the schema has a verdict', async () => {
    const rows = await roster.sql<{ name: string }>(
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'
         AND data_type IN ('text', 'character varying', 'character', 'json', 'jsonb', 'bytea', 'xml', 'ARRAY', 'USER-DEFINED')
       ORDER BY 1`,
    );
    const listed = COLUMN_VERDICTS.map(({ table, column }) => `${table}.${column}`);
    expect(listed.toSorted()).toEqual(rows.map((row) => row.name).toSorted());
  });
});
