import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openTestRoster, type TestRoster } from '../roster/roster.harness.js';
import { leasePace } from './pace.js';
import {
  haltProvider,
  pauseProvider,
  probeAtOnce,
  readProviderStates,
  recordProviderAnswered,
  resumeProvider,
  takeProbe,
} from './provider-state.js';

describe('the state of a provider', () => {
  let roster: TestRoster;
  beforeEach(async () => {
    roster = await openTestRoster(['north']);
  });
  afterEach(() => roster.close());

  const state = async () => (await readProviderStates(roster.sql))[0];
  const pause = (pauseMs: number) =>
    pauseProvider(roster.sql, 'north', { pauseMs, slowDown: false, probeFailed: false });
  const halt = (scope: 'all' | 'creates', probeInMs = 60_000) =>
    haltProvider(roster.sql, 'north', { scope, reason: `because-${scope}`, probeInMs });

  it('H01: a longer pause already there stays', async () => {
    await pause(60_000);
    await pause(1_000);
    expect((await state())?.pausedForMs).toBeGreaterThan(30_000);
  });

  it('a wider halt already there stays, with its reason', async () => {
    await halt('all');
    await halt('creates');
    expect((await state())?.halt).toEqual({ scope: 'all', reason: 'because-all' });
  });

  it('a halt of creates becomes one of everything', async () => {
    await halt('creates');
    await halt('all');
    expect((await state())?.halt).toEqual({ scope: 'all', reason: 'because-all' });
  });

  it('is probed by one worker, when its time has come', async () => {
    await halt('all');
    expect(await takeProbe(roster.sql, 'north', 60_000)).toBe(false);
    await halt('all', 0);
    const taken = await Promise.all([1, 2, 3].map(() => takeProbe(roster.sql, 'north', 60_000)));
    expect(taken.filter(Boolean)).toHaveLength(1);
  });

  it('is probed at once when a worker starts, however long the interval had grown', async () => {
    await halt('all', 300_000);
    await probeAtOnce(roster.sql);
    expect((await state())?.probeInMs).toBe(0);
    expect(await takeProbe(roster.sql, 'north', 60_000)).toBe(true);
  });

  it('tells since when it is halted as it is now', async () => {
    const since = async () =>
      (await roster.sql<{ halted_at: Date }>('SELECT halted_at FROM providers'))[0]?.halted_at.getTime() ?? 0;
    await halt('creates');
    const creates = await since();
    await halt('creates');
    expect(await since()).toBe(creates);
    await halt('all');
    const all = await since();
    expect(all).toBeGreaterThan(creates);
    await halt('creates');
    expect(await since()).toBe(all);
  });

  it('is not probed when it is not halted', async () => {
    expect(await takeProbe(roster.sql, 'north', 0)).toBe(false);
  });

  it('an answer ends no halt; resuming does', async () => {
    await halt('all');
    await recordProviderAnswered(roster.sql, 'north');
    expect(await state()).toMatchObject({ halt: { scope: 'all' }, probesFailed: 1 });
    await resumeProvider(roster.sql, 'north');
    expect(await state()).toMatchObject({ halt: null, probeInMs: null, probesFailed: 0, pausedForMs: 0 });
  });

  it('H06: time that went by unused is no store of calls', async () => {
    await roster.sql(
      `UPDATE providers SET calls_per_second = 20, pace_refilled_at = now() - interval '1 hour'`,
    );
    let granted = 0;
    for (let asked = 0; asked < 50; asked += 1) granted += (await leasePace(roster.sql, 'north', 1)).granted;
    expect(granted).toBeLessThanOrEqual(20);
  });
});
