import { afterEach, describe, expect, it } from '@jest/globals';
import type { FaultRule, ProviderName } from '../../apps/simulators/src/index.js';
import type { User } from '#domain';
import {
  askForRuns,
  changeStatus,
  endWideningHalt,
  findRun,
  type Finding,
  listFindings,
  listProviders,
  listRuns,
  patchUser,
  purgeUser,
  type Run,
} from '#store';
import { accountOf, editThere, plantStranger } from '../support/damage.js';
import { openMirror, type Mirror, type MirrorOptions } from '../support/mirror.js';
import { enter, only, person, range } from '../support/people.js';

let mirror: Mirror;
afterEach(() => mirror.close());

/** The list of each provider, as its path is asked. */
const LIST: Readonly<Record<'vault' | 'passage' | 'sendauth', string>> = {
  vault: '/vault/consumers\\?',
  passage: '/users\\?',
  sendauth: '/users\\?',
};
type Listed = keyof typeof LIST;
const LISTED: readonly Listed[] = ['vault', 'passage', 'sendauth'];

async function openWith(count: number, options: MirrorOptions = {}): Promise<User[]> {
  mirror = await openMirror(options);
  const users = await enter(
    mirror.roster,
    range(count).map((n) => person(n)),
  );
  await mirror.converge();
  return users;
}

async function removeThere(name: ProviderName, users: readonly User[]): Promise<void> {
  for (const { id } of users) {
    mirror.simulators.running[name].plant({
      op: 'remove',
      id: await accountOf(mirror.database, id, name),
    });
  }
}

async function sweepOf(name: ProviderName): Promise<Run> {
  return only(await mirror.worker.sweep('apply', [name]));
}

async function dueLinks(): Promise<number> {
  return (await mirror.database.sql('SELECT 1 FROM links WHERE wanted > handled')).length;
}

/** As after a new mapping: whatever an account holds, something is to be done about it first. */
async function everybodyDue(): Promise<void> {
  await mirror.database.sql(`UPDATE links SET wanted = wanted + 1, next_attempt_at = now() + interval '1 h'`);
}

async function openFindings(): Promise<readonly Finding[]> {
  return (await listFindings(mirror.database, { state: 'open', limit: 10 })).findings;
}

async function haltOf(slug: string): Promise<object | null> {
  const rows = await listProviders(mirror.database, new Date());
  return rows.find((row) => row.slug === slug)?.halt ?? null;
}

function writes(name: ProviderName): number {
  return mirror.simulators.running[name].log.counts.writes;
}

function fault(name: Listed, rule: FaultRule): void {
  mirror.simulators.faults(name, { ...rule, match: { path: LIST[name], ...rule.match } });
}

/** The empty list in each provider's own shape. */
const NOBODY: Readonly<Record<Listed, object>> = {
  vault: { status_code: 200, status: 'OK', data: [], meta: { items_on_page: 0, cursors: {} }, links: {} },
  passage: { users: [], total_users: 0, page: 1, limit: 500, created_before: 0, _links: {} },
  sendauth: { users: [], total: 0, page: 1, perPage: 100 },
};

describe('a listing that must not be believed', () => {
  it.each(LISTED)(
    'L05: %s shows nobody: nothing is marked, and nothing widens until it is healthy',
    async (name) => {
      const users = await openWith(8, { providers: [name] });
      const before = writes(name);
      await removeThere(name, users);

      expect(await sweepOf(name)).toMatchObject({ state: 'incomplete', reason: 'listing_empty' });
      expect(await dueLinks()).toBe(0);
      expect(await haltOf(name)).toMatchObject({ scope: 'widening', reason: 'listing_empty' });
      await enter(mirror.roster, [person(99)]);
      await mirror.worker.pass();
      expect(writes(name)).toBe(before);
    },
  );

  it.each(LISTED)(
    'L05: %s shows nobody while every link is due: it is no less suspicious, and what was found stays',
    async (name) => {
      const users = await openWith(8, { providers: [name] });
      plantStranger(mirror, name, 1);
      await sweepOf(name);
      const found = await openFindings();
      expect(found).toMatchObject([{ kind: 'orphan' }]);
      await everybodyDue();
      await removeThere(name, users);
      fault(name, { status: 200, body: NOBODY[name], times: 'always' });
      for (let round = 0; round < 2; round += 1) {
        expect(await sweepOf(name)).toMatchObject({ state: 'incomplete', reason: 'listing_empty' });
        expect(await haltOf(name)).toMatchObject({ scope: 'widening', reason: 'listing_empty' });
        expect(await openFindings()).toEqual(found);
      }
    },
  );

  it('a widening halt outlasts a listing that shows few of ours, due or not, and ends with one that shows them', async () => {
    const users = await openWith(60, { providers: ['passage'] });
    const held = [...mirror.accounts('passage')];
    await everybodyDue();
    await mirror.database.sql(`UPDATE providers SET halt_scope = 'widening', halt_reason = 'listing_empty'`);
    await removeThere('passage', users.slice(0, 50));
    expect(await sweepOf('passage')).toMatchObject({ state: 'complete', counts: { underWay: 10 } });
    expect(await haltOf('passage')).toMatchObject({ scope: 'widening' });
    for (const account of held) mirror.simulators.running.passage.plant({ op: 'put', account });
    expect(await sweepOf('passage')).toMatchObject({ state: 'complete', counts: { underWay: 60 } });
    expect(await haltOf('passage')).toBeNull();
  });

  it('a widening halt outlasts a walk that could compare nobody, and ends with one that could', async () => {
    await openWith(8, { providers: ['sunshine'] });
    await everybodyDue();
    await mirror.database.sql(`UPDATE providers SET halt_scope = 'widening', halt_reason = 'listing_empty'`);
    expect(await sweepOf('sunshine')).toMatchObject({ state: 'complete', seen: 0 });
    expect(await haltOf('sunshine')).toMatchObject({ scope: 'widening' });
    await mirror.database.sql('UPDATE links SET handled = wanted, next_attempt_at = now()');
    expect(await sweepOf('sunshine')).toMatchObject({ state: 'complete', seen: 8 });
    expect(await haltOf('sunshine')).toBeNull();
  });

  it('a widening halt ends where no account of ours is known at all', async () => {
    await openWith(0, { providers: ['vault', 'sunshine'] });
    await mirror.database.sql(`UPDATE providers SET halt_scope = 'widening', halt_reason = 'listing_empty'`);
    for (const name of ['vault', 'sunshine'] as const) {
      expect(await sweepOf(name)).toMatchObject({ state: 'complete' });
      expect(await haltOf(name)).toBeNull();
    }
  });

  it('L06: it shrank beyond the guard: nothing is marked', async () => {
    const users = await openWith(60, { providers: ['passage'] });
    await removeThere('passage', users.slice(0, 26));
    expect(await sweepOf('passage')).toMatchObject({ state: 'incomplete', reason: 'too_many_missing' });
    expect([await dueLinks(), await haltOf('passage')]).toEqual([
      0,
      expect.objectContaining({ scope: 'widening' }),
    ]);
  });

  it('L06: as many as may be missing are read one by one, and then parked or made anew', async () => {
    const users = await openWith(30, { providers: ['vault', 'passage'] });
    for (const name of ['vault', 'passage'] as const) await removeThere(name, users.slice(0, 25));
    for (const name of ['vault', 'passage'] as const)
      expect(await sweepOf(name)).toMatchObject({ state: 'complete', counts: { absent: 25, marked: 25 } });
    await mirror.converge();
    expect(mirror.accounts('vault')).toHaveLength(30);
    expect(mirror.accounts('passage')).toHaveLength(5);
    const parked = await mirror.database.sql(`SELECT 1 FROM links WHERE park_code = 'gone_at_provider'`);
    expect(parked).toHaveLength(25);
  });

  it('a widening halt lets leavers be shut out, and ends with the next healthy listing, or when somebody says so', async () => {
    const users = await openWith(6, { providers: ['passage'] });
    const held = [...mirror.accounts('passage')];
    await removeThere('passage', users);
    await sweepOf('passage');
    for (const account of held) mirror.simulators.running.passage.plant({ op: 'put', account });
    const leaver = users[0]?.id ?? '';
    await mirror.database.sql(`UPDATE providers SET probe_at = now() WHERE slug = 'passage'`);
    await mirror.worker.pass();
    expect(await haltOf('passage')).toMatchObject({ scope: 'widening' });
    const asked = only((await listRuns(mirror.database, { state: 'waiting', limit: 10 })).runs);
    expect(asked).toMatchObject({ trigger: 'schedule', requestedBy: 'probe' });
    await changeStatus(mirror.roster, 'test', { id: leaver, verb: 'deactivate' });
    await mirror.converge();
    expect(JSON.stringify(mirror.accounts('passage'))).toContain('inactive');
    expect(await haltOf('passage')).toMatchObject({ scope: 'widening' });

    await mirror.worker.takeRuns();
    expect(await haltOf('passage')).toBeNull();
    await mirror.database.sql(`UPDATE providers SET halt_scope = 'widening' WHERE slug = 'passage'`);
    expect(await endWideningHalt(mirror.database.sql, 'passage')).toBe(true);
    expect(await haltOf('passage')).toBeNull();
  });

  it('a widening halt asks for its listing as soon as no other run is open', async () => {
    const [user] = await openWith(6, { providers: ['vault'] });
    const halted = `halt_scope = 'widening', halt_reason = 'listing_empty', probe_at = now()`;
    await mirror.database.sql(`UPDATE providers SET ${halted}`);
    const about = {
      mode: 'apply',
      trigger: 'request',
      requestedBy: 'test',
      userIds: [user?.id ?? ''],
    } as const;
    const few = only(await askForRuns(mirror.roster, { providers: ['vault'], ...about }));
    await mirror.worker.pass();
    await mirror.worker.takeRuns();
    expect(await findRun(mirror.roster, few.id)).toMatchObject({ state: 'complete', seen: 1 });
    expect(await haltOf('vault')).toMatchObject({ scope: 'widening' });
    await mirror.worker.pass();
    await mirror.worker.takeRuns();
    expect(await haltOf('vault')).toBeNull();
  });

  it('a widening halt keeps drift from being written over and purges from destroying, and lets an edit through', async () => {
    const users = await openWith(6, { providers: ['passage'] });
    const [drifted, leaver, edited] = users.map(({ id }) => id);
    if (drifted === undefined || leaver === undefined || edited === undefined)
      throw new Error('nobody entered');
    editThere(mirror, 'passage', await accountOf(mirror.database, drifted, 'passage'));
    await sweepOf('passage');
    await mirror.database.sql(
      `UPDATE providers SET halt_scope = 'widening', halt_reason = 'listing_empty', probe_at = now() + interval '1 h'`,
    );
    await changeStatus(mirror.roster, 'test', { id: leaver, verb: 'delete' });
    await purgeUser(mirror.roster, 'test', { id: leaver, now: new Date() });
    await patchUser(mirror.roster, 'test', { id: edited, patch: { email: 'edited@example.com' } });
    await mirror.worker.pass();

    const shown = JSON.stringify(mirror.accounts('passage'));
    expect(shown).toContain('+41446689999');
    expect(shown).toContain('edited@example.com');
    expect(mirror.accounts('passage')).toHaveLength(6);
    expect(await dueLinks()).toBe(2);
    await endWideningHalt(mirror.database.sql, 'passage');
    await mirror.database.sql('UPDATE links SET next_attempt_at = now()');
    await mirror.converge();
    expect(mirror.accounts('passage')).toHaveLength(5);
    expect(JSON.stringify(mirror.accounts('passage'))).not.toContain('+41446689999');
  });

  it('H10: a provider that is gone for everybody is halted; the others go on', async () => {
    await openWith(10);
    mirror.simulators.providers.passage.behaviour.merge({ retired: true });
    const before = writes('passage');
    const runs = await mirror.worker.sweep('apply');
    expect(runs.map(({ provider, state }) => [provider, state])).toEqual([
      ['vault', 'complete'],
      ['sunshine', 'complete'],
      ['passage', 'incomplete'],
      ['sendauth', 'complete'],
    ]);
    expect(await haltOf('passage')).toMatchObject({ scope: 'all' });
    await mirror.worker.pass();
    expect([await dueLinks(), writes('passage')]).toEqual([0, before]);
  });

  it('H10: everybody is missing where links are walked: nothing is marked', async () => {
    const users = await openWith(10, { providers: ['sunshine'] });
    await removeThere('sunshine', users);
    const run = await sweepOf('sunshine');
    expect(run.state).toBe('incomplete');
    expect([await dueLinks(), await haltOf('sunshine')]).toEqual([0, expect.anything()]);
  });
});

describe('a listing that is not whole', () => {
  const PAGES = 230; // three pages at SendAuth, two at Vault

  it('L08: 5xx on a later page begins anew, and then is incomplete; who was deleted beyond it stays', async () => {
    const users = await openWith(PAGES, { providers: ['sendauth'] });
    await removeThere('sendauth', users.slice(-3));
    fault('sendauth', { match: { path: '[?&]page=3' }, status: 502, times: 'always' });
    expect(await sweepOf('sendauth')).toMatchObject({ state: 'incomplete' });
    expect([await dueLinks(), await haltOf('sendauth')]).toEqual([0, null]);

    mirror.simulators.running.sendauth.clearFaults();
    fault('sendauth', { match: { path: '[?&]page=2' }, status: 502 });
    expect(await sweepOf('sendauth')).toMatchObject({ state: 'complete', counts: { absent: 3 } });
  });

  it('L01: rows that move between pages are counted once, and who is missed by it is only read', async () => {
    const users = await openWith(PAGES, { providers: ['sendauth'] });
    await removeThere('sendauth', users.slice(0, 2));
    // Somebody on the first page leaves while the second is read.
    const gone = await accountOf(mirror.database, users[4]?.id ?? '', 'sendauth');
    mirror.simulators.running.sendauth.latencyMs = 60;
    const sweeping = sweepOf('sendauth');
    await new Promise((resolve) => setTimeout(resolve, 150));
    mirror.simulators.running.sendauth.plant({ op: 'remove', id: gone });
    const run = await sweeping;
    expect(run.state).toBe('complete');
    expect(run.counts['inStep'] ?? 0).toBeLessThanOrEqual(PAGES - 2);
    mirror.simulators.running.sendauth.latencyMs = 0;
    const before = writes('sendauth');
    await mirror.converge();
    expect(writes('sendauth')).toBe(before);
  });

  it('L02: an account that is shown twice is counted once', async () => {
    await openWith(3, { providers: ['vault'] });
    const [first] = mirror.accounts('vault');
    const page = { ...NOBODY.vault, data: [first, first, ...mirror.accounts('vault').slice(1)] };
    fault('vault', { status: 200, body: page });
    expect(await sweepOf('vault')).toMatchObject({ state: 'complete', seen: 3, counts: { inStep: 3 } });
  });

  it('L03: a cursor that repeats is noticed', async () => {
    await openWith(3, { providers: ['vault'] });
    const page = {
      ...NOBODY.vault,
      data: mirror.accounts('vault').slice(0, 1),
      meta: { items_on_page: 1, cursors: { next: 'again' } },
    };
    fault('vault', { status: 200, body: page, times: 'always' });
    expect(await sweepOf('vault')).toMatchObject({ state: 'incomplete', reason: 'cursor_repeats' });
    expect([await dueLinks(), await haltOf('vault')]).toEqual([0, null]);
  });

  it('L04: a cursor that expires begins anew, so often, and then it is incomplete', async () => {
    await openWith(PAGES, { providers: ['vault'] });
    const expired = {
      match: { path: 'cursor=' },
      status: 400,
      body: { status_code: 400, error: 'Bad Request', message: 'cursor' },
    };
    mirror.simulators.faults('vault', expired);
    expect(await sweepOf('vault')).toMatchObject({ state: 'complete', seen: PAGES });
    mirror.simulators.faults('vault', { ...expired, times: 'always' });
    expect(await sweepOf('vault')).toMatchObject({ state: 'incomplete', reason: 'cursor_refused' });
    expect(await dueLinks()).toBe(0);
  });

  it('L07: a page beyond any bound is refused', async () => {
    await openWith(3, { providers: ['vault'] });
    const whole = {
      ...NOBODY.vault,
      data: range(30_000).map((n) => ({ consumer_id: `x-${n}`, metadata: { user_name: 'x'.repeat(60) } })),
    };
    fault('vault', { status: 200, body: whole, times: 'always' });
    expect((await sweepOf('vault')).state).toBe('incomplete');
    expect([await dueLinks(), (await listFindings(mirror.database, { limit: 1 })).findings]).toEqual([0, []]);
  });

  it('L09: a total that lies ends as incomplete', async () => {
    await openWith(3, { providers: ['passage'] });
    fault('passage', { status: 200, body: { ...NOBODY.passage, total_users: 4_000 }, times: 'always' });
    expect(await sweepOf('passage')).toMatchObject({ state: 'incomplete', reason: 'listing_ends_early' });
    expect(await dueLinks()).toBe(0);
  });

  it('L10: emails that differ by case alone are one person, and two accounts of one are reported', async () => {
    const users = await openWith(3, { providers: ['passage', 'sendauth'] });
    for (const name of ['passage', 'sendauth'] as const) {
      const id = await accountOf(mirror.database, users[0]?.id ?? '', name);
      mirror.simulators.running[name].plant({ op: 'patch', id, account: { email: 'PERSON.1@Example.com' } });
    }
    mirror.simulators.running.passage.plant({ op: 'put', account: { email: 'Person.2@EXAMPLE.com' } });
    const runs = await mirror.worker.sweep('apply');
    expect(runs.map(({ counts }) => counts['orphan'] ?? 0)).toEqual([0, 0]);
    const { findings } = await listFindings(mirror.database, { limit: 10 });
    expect(findings.map(({ kind, userId }) => [kind, userId])).toEqual([['duplicate_remote', users[1]?.id]]);
  });

  it('L12: a provider without a list is walked by our links, and shows nobody else', async () => {
    await openWith(4, { providers: ['sunshine'] });
    plantStranger(mirror, 'sunshine', 1);
    const run = await sweepOf('sunshine');
    expect(run).toMatchObject({
      state: 'complete',
      seen: 4,
      expected: 4,
      expectedFrom: 'links',
      counts: { inStep: 4 },
    });
    expect(mirror.registry.find('sunshine')?.provider.capabilities.listPageSize).toBeNull();
    expect(await mirror.database.sql('SELECT 1 FROM findings')).toEqual([]);
  });
});
