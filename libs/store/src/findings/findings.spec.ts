import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { scrub } from '../erasure/scrub.js';
import { createUser } from '../roster/edit-user.js';
import { openTestRoster, type TestRoster } from '../roster/roster.harness.js';
import { askForRuns } from '../runs/ask-runs.js';
import { openFindings, renameFindings, resolveFindings } from './close-findings.js';
import { listFindings } from './list-findings.js';
import { enterFindings, recordFindings, type FoundAccount } from './record-findings.js';

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

  const enterOne = async (externalKey: string): Promise<string> =>
    (await createUser(roster, 'test', { externalKey })).id;

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

  it('that are open come to say what is found now, and are written only for that', async () => {
    const [first, second] = [await enterOne('one'), await enterOne('two')];
    const claimed = { ...ORPHAN, kind: 'unlinked', userId: first, detail: { userIds: [first] } } as const;
    await record(claimed);
    const now = { ...claimed, userId: second, detail: { userIds: [second] } };
    expect(await record(now)).toBe(0);
    expect(await listed()).toMatchObject([{ userId: second, detail: { userIds: [second] }, state: 'open' }]);
    const [before] = await roster.sql('SELECT xmin::text FROM findings');
    await record(now);
    expect(await roster.sql('SELECT xmin::text FROM findings')).toEqual([before]);
  });

  it('that are ignored are opened by drift that has grown, and by nothing else', async () => {
    const drift = { kind: 'drift', accountId: 'a-1', userId: null } as const;
    const found = (...attributes: string[]) => record({ ...drift, detail: { attributes } }, ORPHAN);
    await found('a', 'b');
    await roster.sql(`UPDATE findings SET state = 'ignored', closed_by = 'somebody', reason = 'known'`);
    expect([await found('a', 'b'), await found('a')]).toEqual([0, 0]);
    expect(await record({ ...ORPHAN, detail: { state: 'suspended' } })).toBe(0);
    expect((await listed()).map(({ state }) => state)).toEqual(['ignored', 'ignored']);
    expect(await found('a', 'b')).toBe(1);
    expect(await listed()).toMatchObject([
      { kind: 'drift', state: 'open', detail: { attributes: ['a', 'b'] }, closedBy: null, reason: null },
      { kind: 'orphan', state: 'ignored', detail: { state: 'live' }, reason: 'known' },
    ]);
  });

  it('about a circle that is ignored say nothing of a circle of others', async () => {
    const [first, second, third] = [await enterOne('1st'), await enterOne('2nd'), await enterOne('3rd')];
    const circle = (...userIds: string[]) => {
      const subject = first.replaceAll('-', '');
      const row = { id: roster.newId(), kind: 'identifier_cycle', subject, account_id: null } as const;
      const by = { provider: 'north', runId };
      return enterFindings(roster.sql, by, [{ ...row, user_id: first, detail: { userIds } }]);
    };
    await circle(first, second, third);
    await roster.sql(`UPDATE findings SET state = 'ignored'`);
    expect(await circle(first, second, third)).toBe(0);
    expect(await circle(first, second)).toBe(1);
    expect(await listed()).toMatchObject([{ state: 'open', detail: { userIds: [first, second] } }]);
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
