import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { everythingIn } from '../../../../test/support/everything.js';
import { COLUMN_VERDICTS } from '../personal-columns.js';
import { createUser, patchUser } from '../roster/edit-user.js';
import { openTestRoster, type TestRoster } from '../roster/roster.harness.js';
import { scrub } from './scrub.js';

const CANARY = 'canary-of-a-person';

/** How a canary is written into a column of a type. */
const SPELLINGS: Readonly<Record<string, string>> = {
  text: `'${CANARY}'`,
  jsonb: `'{"value": "${CANARY}"}'`,
};

describe('scrubbing', () => {
  let roster: TestRoster;
  beforeAll(async () => {
    roster = await openTestRoster(['north']);
  });
  afterAll(() => roster.close());

  it('A19: takes a canary out of every personal column of the registry, and out of nobody else’s', async () => {
    const gone = await createUser(roster, 'test', { externalKey: 'gone', email: 'gone@example.com' });
    const kept = await createUser(roster, 'test', { externalKey: 'kept', email: 'kept@example.com' });
    for (const { id } of [gone, kept]) {
      await roster.sql(
        `INSERT INTO intents (id, user_id, provider, kind, lease_token, account_id, remote_key, status_revision, attribute_revision)
         VALUES (gen_random_uuid(), $1::uuid, 'north', 'purge', gen_random_uuid(), $1::text, 'key', 1, 1)`,
        [id],
      );
      await roster.sql(
        `INSERT INTO webhook_events (provider, event_id, type, account_hash, survivor_id)
         VALUES ('north', $1::text, 'merged', sha256('another'), $1::text)`,
        [id],
      );
    }
    await patchUser(roster, 'test', { id: gone.id, patch: { company: CANARY } });
    const types = new Map(
      (
        await roster.sql<{ name: string; data_type: string }>(
          `SELECT table_name || '.' || column_name AS name, data_type FROM information_schema.columns`,
        )
      ).map(({ name, data_type: type }) => [name, type]),
    );
    const personal = COLUMN_VERDICTS.filter(
      (verdict) => verdict.personal && verdict.table !== 'webhook_events',
    );
    for (const { table, column } of personal) {
      const spelling = SPELLINGS[types.get(`${table}.${column}`) ?? ''];
      expect([table, column, spelling]).toEqual([table, column, expect.any(String)]);
      const owner = table === 'users' ? 'id' : 'user_id';
      await roster.sql(`UPDATE ${table} SET ${column} = ${spelling ?? ''} WHERE ${owner} = $1`, [gone.id]);
    }
    await roster.sql('UPDATE webhook_events SET survivor_id = $1 WHERE survivor_id = $2', [CANARY, gone.id]);
    // Somebody else's account was merged into the one of the person who goes.
    await roster.sql('UPDATE links SET merged_into = $1 WHERE user_id = $2', [CANARY, kept.id]);
    expect(await everythingIn(roster.database)).toContain(CANARY);

    await scrub(roster.sql, [gone.id]);
    const everything = await everythingIn(roster.database);
    expect(everything).not.toContain(CANARY);
    expect(everything).not.toContain('gone@example.com');
    expect(everything).toContain('kept@example.com');
    const events = await roster.sql<{ known: number }>(
      'SELECT count(survivor_id)::int AS known FROM webhook_events',
    );
    expect(events).toEqual([{ known: 1 }]);
  });
});
