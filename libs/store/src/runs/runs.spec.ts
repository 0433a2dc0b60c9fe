import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestRoster, type TestRoster } from '../roster/roster.harness.js';
import { askForRuns, cancelRun, findRun, type RunRequest } from './ask-runs.js';
import { listRuns } from './list-runs.js';
import type { Run } from './run.js';
import { endRun, recordProgress, releaseRun, renewRun, takeRun, type TakeRequest } from './take-run.js';

describe('runs', () => {
  let roster: TestRoster;
  beforeAll(async () => {
    roster = await openTestRoster();
  });
  afterAll(() => roster.close());
  beforeEach(async () => {
    await roster.sql('DELETE FROM runs');
  });

  const ask = (more: Partial<RunRequest> = {}): Promise<Run[]> =>
    askForRuns(roster, {
      providers: ['south', 'north', 'south', 'nowhere'],
      mode: 'apply',
      trigger: 'request',
      requestedBy: 'key:test',
      ...more,
    });
  const take = (more: Partial<TakeRequest> = {}) =>
    takeRun(roster.sql, { providers: ['north'], leaseToken: roster.newId(), leaseMs: 60_000, ...more });

  it('are made one a provider, in the order that was asked for', async () => {
    const runs = await ask({ userIds: [] });
    expect(runs.map(({ provider, state, userIds }) => [provider, state, userIds])).toEqual([
      ['south', 'waiting', []],
      ['north', 'waiting', []],
    ]);
    expect(new Set(runs.map(({ requestId }) => requestId)).size).toBe(1);
  });

  it('that are open are answered, not doubled, by however many at once', async () => {
    const [first] = await ask({ providers: ['north'] });
    const answers = await Promise.all([ask(), ask({ trigger: 'schedule' }), ask()]);
    for (const runs of answers) expect(runs.map(({ provider }) => provider)).toEqual(['south', 'north']);
    expect(new Set(answers.flat().map(({ id }) => id)).size).toBe(2);
    expect(answers[0][1]).toMatchObject({ id: first?.id, mode: 'apply' });
    expect(await ask({ mode: 'preview', trigger: 'schedule' })).toEqual(answers[0]);
  });

  it('of another mode or scope refuse a request, at all of its providers', async () => {
    const userIds = [roster.newId(), roster.newId()];
    const [open] = await ask({ providers: ['south'], mode: 'preview', userIds });
    for (const more of [{}, { mode: 'preview' }, { userIds }, { mode: 'preview', userIds: [] }] as const)
      await expect(ask(more)).rejects.toMatchObject({ name: 'OtherRunOpen', runs: [open] });
    expect((await listRuns(roster.database, { limit: 10 })).runs).toEqual([open]);
    const sameAgain = { mode: 'preview', userIds: userIds.toReversed() } as const;
    expect((await ask(sameAgain)).map(({ provider }) => provider)).toEqual(['south', 'north']);
  });

  it('are not made at a provider that is disabled', async () => {
    await roster.sql(`UPDATE providers SET enabled = false WHERE slug = 'south'`);
    expect((await ask()).map(({ provider }) => provider)).toEqual(['north']);
    await roster.sql('UPDATE providers SET enabled = true');
  });

  it('are taken once, prolonged by their holder alone, and taken over when the lease is out', async () => {
    await ask({ providers: ['north'] });
    const [mine, none] = [await take(), await take()];
    if (mine === null) throw new Error('nothing was taken');
    expect([mine.position, none]).toEqual([null, null]);
    expect(await renewRun(roster.sql, mine, 60_000)).toMatchObject({ cancelAsked: false });
    expect(await renewRun(roster.sql, { ...mine, leaseToken: roster.newId() }, 60_000)).toBeNull();
    const progress = {
      pages: 2,
      seen: 9,
      expected: 10,
      expectedFrom: 'links',
      counts: { inStep: 9 },
    } as const;
    await recordProgress(roster.sql, mine, { ...progress, position: null, absent: [] });
    await roster.sql(`UPDATE runs SET lease_until = now() - interval '1 s'`);

    const successor = await take();
    expect(successor).toMatchObject({ id: mine.id, pages: 0, seen: 0, counts: {} });
    expect(await renewRun(roster.sql, mine, 60_000)).toBeNull();
    expect(await endRun(roster.sql, mine, { state: 'complete', reason: null })).toBe(false);
    if (successor === null) throw new Error('nothing was taken over');
    expect(await endRun(roster.sql, successor, { state: 'incomplete', reason: 'listing_empty' })).toBe(true);
    expect(await findRun(roster, mine.id)).toMatchObject({ state: 'incomplete', reason: 'listing_empty' });
    expect(await ask({ providers: ['north'] })).toMatchObject([{ state: 'waiting' }]);
  });

  it('go on where a walk was, when they are given back or taken over', async () => {
    await ask({ providers: ['north'] });
    const mine = await take();
    if (mine === null) throw new Error('nothing was taken');
    const [at, absent] = [roster.newId(), roster.newId()];
    const progress = { pages: 2, seen: 9, expected: null, expectedFrom: null, counts: { inStep: 9 } };
    await recordProgress(roster.sql, mine, { ...progress, position: at, absent: [absent] });
    await releaseRun(roster.sql, mine);
    expect(await take()).toMatchObject({ position: at, absent: [absent], pages: 2, counts: { inStep: 9 } });
  });

  it('are cancelled while they wait, and asked to end while they go on', async () => {
    const [south, north] = await ask();
    expect(await cancelRun(roster, south?.id ?? '')).toMatchObject({ state: 'cancelled', cancelAsked: true });
    const mine = await take();
    if (mine === null) throw new Error('nothing was taken');
    expect(await cancelRun(roster, north?.id ?? '')).toMatchObject({ state: 'running', cancelAsked: true });
    expect(await renewRun(roster.sql, mine, 60_000)).toMatchObject({ cancelAsked: true });
    expect(await cancelRun(roster, roster.newId())).toBeNull();
  });

  it('are listed the newest first, page by page', async () => {
    await ask();
    const all = await listRuns(roster.database, { limit: 10 });
    const first = await listRuns(roster.database, { limit: 1 });
    const second = await listRuns(roster.database, { limit: 1, after: first.next ?? '' });
    expect([...first.runs, ...second.runs]).toEqual(all.runs);
    expect(second.next).toBeNull();
    expect(
      (await listRuns(roster.database, { limit: 5, provider: 'north', state: 'complete' })).runs,
    ).toEqual([]);
  });
});
