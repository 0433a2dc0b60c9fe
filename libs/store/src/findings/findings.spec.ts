import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { scrub } from '../erasure/scrub.js';
import { createUser } from '../roster/edit-user.js';
import { openTestRoster, type TestRoster } from '../roster/roster.harness.js';
import { askForRuns } from '../runs/ask-runs.js';
import { openFindings, renameFindings, resolveFindings } from './close-findings.js';
import { listFindings } from './list-findings.js';
import { recordFindings, type FoundAccount } from './record-findings.js';

describe('findings', () => {
  let roster: TestRoster;
  let runId: string;
  beforeAll(async () => {
    roster = await openTestRoster();
    const asked = { mode: 'apply', trigger: 'request', requestedBy: 'test' } as const;
    const [run] = await askForRuns(roster, { providers: ['north'], ...asked });
    runId = run?.id ?? '';
  });
  afterAll(() => roster.close());
  beforeEach(async () => {
    await roster.sql('DELETE FROM findings');
  });

  const ORPHAN: FoundAccount = { kind: 'orphan', accountId: 'a-1', userId: null, detail: { state: 'live' } };
  const record = (...found: FoundAccount[]): Promise<number> =>
    recordFindings(roster, { provider: 'north', runId }, found);
  const listed = async () => (await listFindings(roster.database, { limit: 50 })).findings;
  const idOf = async (): Promise<string> => (await listed())[0]?.id ?? '';

  it('are written once, and nothing is written when they are found again', async () => {
    expect(await record(ORPHAN, { ...ORPHAN, accountId: 'a-2' })).toBe(2);
    const [before] = await roster.sql<{ mark: string }>(
      `SELECT string_agg(xmin::text, ',') AS mark FROM findings`,
    );
    expect(await record(ORPHAN, { ...ORPHAN, accountId: 'a-2' })).toBe(0);
    expect(await roster.sql(`SELECT string_agg(xmin::text, ',') AS mark FROM findings`)).toEqual([before]);
  });

  it('that are ignored stay ignored, and those that are resolved come back as new ones', async () => {
    await record(ORPHAN);
    await roster.sql(`UPDATE findings SET state = 'ignored'`);
    expect(await record(ORPHAN)).toBe(0);
    await roster.sql(`UPDATE findings SET state = 'open'`);
    await resolveFindings(roster.sql, [await idOf()], 'sweep');
    expect(await record(ORPHAN)).toBe(1);
    expect((await listed()).map(({ state }) => state)).toEqual(['resolved', 'open']);
  });

  it('of an account that is claimed are one, whatever it is called', async () => {
    await record({ ...ORPHAN, kind: 'unlinked' });
    await renameFindings(roster.sql, [await idOf()], 'disputed');
    expect(await record({ ...ORPHAN, kind: 'unlinked' })).toBe(0);
    expect(
      (await openFindings(roster.sql, 'north', { after: null, limit: 5 })).map(({ kind }) => kind),
    ).toEqual(['disputed']);
  });

  it('A19 name nobody who was erased, also where several could claim an account', async () => {
    const user = await createUser(roster, 'test', { externalKey: 'gone', email: 'gone@example.com' });
    await record(
      { kind: 'unlinked', accountId: 'theirs', userId: user.id, detail: {} },
      {
        kind: 'disputed',
        accountId: 'perhaps',
        userId: null,
        detail: { userIds: [user.id, roster.newId()] },
      },
      { kind: 'orphan', accountId: 'strange', userId: null, detail: {} },
    );
    await scrub(roster.sql, [user.id]);
    expect((await listed()).map(({ accountId }) => accountId)).toEqual([null, null, 'strange']);
  });
});
