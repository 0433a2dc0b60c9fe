import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createUser } from './edit-user.js';
import { openTestRoster, type TestRoster } from './roster.harness.js';

describe('rows that others point to', () => {
  let roster: TestRoster;
  beforeAll(async () => {
    roster = await openTestRoster(['north']);
    await createUser(roster, 'test', { externalKey: 'k1' });
    await roster.sql(`INSERT INTO plans (id, requested_by) VALUES (gen_random_uuid(), 'test')`);
  });
  afterAll(() => roster.close());

  it.each([
    ['users', 'id', 'gen_random_uuid()'],
    ['providers', 'slug', `'south'`],
    ['audit', 'id', 'DEFAULT'],
    ['plans', 'id', 'gen_random_uuid()'],
  ])('%s: are never deleted, and keep their key', async (table, key, other) => {
    const refused = { code: '23001', message: expect.stringContaining(`a row of ${table} is never deleted`) };
    await expect(roster.sql(`DELETE FROM ${table}`)).rejects.toMatchObject(refused);
    await expect(roster.sql(`UPDATE ${table} SET ${key} = ${other}`)).rejects.toMatchObject(refused);
    expect(await roster.sql(`SELECT count(*)::int AS rows FROM ${table}`)).not.toEqual([{ rows: 0 }]);
  });
});
