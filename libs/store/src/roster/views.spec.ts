import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { convergence } from './convergence.js';
import { createUser } from './edit-user.js';
import { linksOfUser, type LinkStanding } from './link-view.js';
import { listProviders } from './read-providers.js';
import { listUsers } from './read-users.js';
import { openTestRoster, type TestRoster } from './roster.harness.js';
import { declared } from './roster.harness.js';
import { syncProviders } from './sync-providers.js';

/** One link in each state, as the engine leaves it, and where it must be counted. */
const STATES: readonly (readonly [string, LinkStanding])[] = [
  [`handled = wanted`, 'inSync'],
  [`handled = wanted, owed = '{setTags}'`, 'due'],
  [`handled = wanted, not_enforceable = true`, 'notEnforceable'],
  [`handled = wanted, park_code = 'invalid', park_attribute = 'phone', parked_at = now()`, 'parked'],
  [`handled = wanted, park_code = 'invalid', not_enforceable = true`, 'parked'],
  [`park_code = 'invalid'`, 'due'],
  [`held_step = 'purge'`, 'held'],
  [`handled = wanted, held_step = 'purge', not_enforceable = true`, 'held'],
  [`attempts = 3, next_attempt_at = now() + interval '1 hour'`, 'due'],
  [`in_flight = true`, 'due'],
];

describe('what the roster shows of its mirrors', () => {
  let roster: TestRoster;
  beforeAll(async () => {
    roster = await openTestRoster(['north', 'south', 'west']);
    for (const [at, [set]] of STATES.entries()) {
      const { id } = await createUser(roster, 'key:a', { externalKey: `u${at}` });
      await roster.sql(`UPDATE links SET ${set} WHERE user_id = $1 AND provider = 'north'`, [id]);
      await roster.sql(`UPDATE links SET handled = wanted WHERE user_id = $1 AND provider = 'west'`, [id]);
    }
    await syncProviders(roster.database, [declared('north'), declared('south'), declared('new')]);
    await roster.sql(`UPDATE links SET wanted_since = now() - interval '5 minutes' WHERE provider = 'south'`);
  });
  afterAll(() => roster.close());

  it('counts every link exactly once, and says how old the oldest open reason is', async () => {
    const counts = new Map((await convergence(roster.database)).map((line) => [line.provider, line]));
    for (const line of counts.values()) {
      const { inSync, notEnforceable, due, parked, held, disabled } = line;
      expect(inSync + notEnforceable + due + parked + held + disabled).toBe(line.total);
    }
    const expected: Partial<Record<LinkStanding, number>> = {};
    for (const [, standing] of STATES) expected[standing] = (expected[standing] ?? 0) + 1;
    expect(counts.get('north')).toMatchObject({ ...expected, total: STATES.length });
    expect(counts.get('south')).toMatchObject({ due: STATES.length, inSync: 0 });
    expect(counts.get('south')?.oldestLagMs).toBeGreaterThanOrEqual(300_000);
    expect(counts.get('south')?.oldestLagMs).toBeLessThan(400_000);
    expect(counts.get('north')?.parkedFor).toEqual({ 'invalid(phone)': 1, invalid: 1 });
    expect(counts.get('south')?.parkedFor).toEqual({});
    expect(counts.get('west')).toMatchObject({ disabled: STATES.length, inSync: 0, oldestLagMs: null });
  });

  it.each([
    ['running', `paused_until = now() - interval '1 second'`],
    ['paused', `paused_until = now() + interval '1 minute'`],
    ['probing', `probes_failed = 2`],
    ['partlyHalted', `halt_scope = 'creates', halt_reason = 'http_402', probes_failed = 1`],
    ['halted', `halt_scope = 'all', halt_reason = 'http_401', paused_until = now() + interval '1 minute'`],
  ])('says that work at a provider is %s', async (state, set) => {
    await roster.sql(`UPDATE providers SET paused_until = NULL, halt_scope = NULL, probes_failed = 0`);
    await roster.sql(`UPDATE providers SET ${set} WHERE slug = 'north'`);
    const states = new Map((await convergence(roster.database)).map((line) => [line.provider, line.state]));
    expect(Object.fromEntries(states)).toEqual({
      new: 'running',
      north: state,
      south: 'running',
      west: 'disabled',
    });
  });

  it('finds the users who are parked at a provider, and only them', async () => {
    const page = await listUsers(roster.database, { limit: 50, parkedAt: 'north' });
    expect(page.users.map((user) => user.externalKey)).toEqual(['u3', 'u4']);
    expect((await listUsers(roster.database, { limit: 50, parkedAt: 'south' })).users).toEqual([]);
  });

  it('shows each link as it is counted', async () => {
    const users = await roster.sql<{ id: string }>('SELECT id FROM users ORDER BY id');
    for (const [at, [, standing]] of STATES.entries()) {
      const links = await linksOfUser(roster.database, users[at]?.id ?? '');
      expect(links.map((link) => link.provider)).toEqual(['new', 'north', 'south', 'west']);
      expect(links.map((link) => link.standing)).toEqual(['due', standing, 'due', 'disabled']);
    }
  });

  it('says why a link is parked, in one word and in full', async () => {
    const [user] = await roster.sql<{ user_id: string }>(
      `SELECT user_id FROM links WHERE park_attribute = 'phone'`,
    );
    const links = await linksOfUser(roster.database, user?.user_id ?? '');
    expect(links.find((link) => link.provider === 'north')).toMatchObject({
      parked: { reason: 'invalid(phone)', code: 'invalid', attribute: 'phone', rule: null },
      dueSince: null,
      nextAttemptAt: null,
    });
  });

  it.each([
    [`park_code = 'disputed', account_id = 'a1'`, 'disputed'],
    [`account_id = 'a2', observed_state = 'live'`, 'linked'],
    [`account_id = 'a3', observed_state = 'suspended'`, 'linked'],
    [`account_id = 'a4', observed_state = 'softDeleted'`, 'deleted'],
    [`account_id = 'a5', observed_state = 'absent'`, 'absent'],
    [`account_id = 'a6', observed_state = 'absent', applied_status = 'purged'`, 'deleted'],
    [`account_id = NULL`, 'unlinked'],
  ])('a link with %s is %s', async (set, situation) => {
    const { id } = await createUser(roster, 'key:a', { externalKey: `s-${set}` });
    await roster.sql(`UPDATE links SET ${set} WHERE user_id = $1 AND provider = 'south'`, [id]);
    const links = await linksOfUser(roster.database, id);
    expect(links.find((link) => link.provider === 'south')?.situation).toBe(situation);
  });

  it('shows halts, and pauses as long as they last', async () => {
    const until = new Date('2026-11-21T12:00:00Z');
    await roster.sql('UPDATE providers SET paused_until = NULL');
    await roster.sql(`UPDATE providers SET halt_scope = 'all', halt_reason = 'gone' WHERE slug = 'north'`);
    await roster.sql(`UPDATE providers SET paused_until = $1 WHERE slug = 'south'`, [until]);
    const during = await listProviders(roster.database, new Date('2026-11-21T11:59:59Z'));
    expect(during.map((one) => [one.slug, one.enabled, one.halt?.scope ?? null, one.pausedUntil])).toEqual([
      ['new', true, null, null],
      ['north', true, 'all', null],
      ['south', true, null, until],
      ['west', false, null, null],
    ]);
    const after = await listProviders(roster.database, until);
    expect(after.map((one) => one.pausedUntil)).toEqual([null, null, null, null]);
  });
});
