import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openTestRoster, type TestRoster } from '../roster/roster.harness.js';
import { transact } from '../roster/transact.js';
import { askForRuns } from '../runs/ask-runs.js';
import { reviewLinks } from './review-links.js';

const LINKS = 3_000;

describe('a review of what links tell', () => {
  let roster: TestRoster;
  let runId: string;
  beforeAll(async () => {
    roster = await openTestRoster();
    const asked = { mode: 'apply', trigger: 'request', requestedBy: 'test' } as const;
    const [run] = await askForRuns(roster, { providers: ['north'], ...asked });
    runId = run?.id ?? '';
    await roster.sql(
      `INSERT INTO users (id, external_key) SELECT gen_random_uuid(), 'k' || n FROM generate_series(1, $1::int) n`,
      [LINKS],
    );
    await roster.sql(
      `INSERT INTO links (user_id, provider, remote_key, not_enforceable, park_code)
       SELECT id, 'north', external_key, external_key IN ('k1', 'k2'),
         CASE external_key WHEN 'k3' THEN 'gone_at_provider' WHEN 'k4' THEN 'fought_over' END FROM users`,
    );
    await roster.sql('ANALYZE');
  });
  afterAll(() => roster.close());

  /** How many findings are new, and how many rows of links were looked at for them. */
  const review = (): Promise<{ readonly found: number; readonly touched: number }> =>
    transact(roster.database, async (sql) => {
      const by = { provider: 'north', runId };
      const found = await reviewLinks({ ...roster, database: { ...roster.database, sql } }, by);
      const [row] = await sql<{ touched: number }>(
        `SELECT (seq_tup_read + idx_tup_fetch)::int AS touched FROM pg_stat_xact_user_tables WHERE relname = 'links'`,
      );
      return { found, touched: row?.touched ?? LINKS };
    });

  it('looks at those that tell something and at nobody else', async () => {
    const first = await review();
    const second = await review();
    expect([first.found, second.found]).toEqual([4, 0]);
    expect(first.touched).toBeLessThan(50);
    expect(second.touched).toBeLessThan(50);
  });
});
