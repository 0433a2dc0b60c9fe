import { afterEach, describe, expect, it } from '@jest/globals';
import type { ProviderName } from '../../apps/simulators/src/index.js';
import type { User } from '#domain';
import { assignUser, changeStatus, listFindings, patchUser } from '#store';
import { accountOf, editThere, openThere, plantStranger, shutThere, versionsOf } from '../support/damage.js';
import { linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person, range } from '../support/people.js';

let mirror: Mirror;
afterEach(() => mirror.close());

const ALL: readonly ProviderName[] = ['vault', 'sunshine', 'passage', 'sendauth'];
const LISTED: readonly ProviderName[] = ['vault', 'passage', 'sendauth'];

async function enterAll(count: number): Promise<User[]> {
  const users = await enter(
    mirror.roster,
    range(count).map((n) => person(n)),
  );
  await mirror.converge();
  return users;
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`nothing at ${index}`);
  return item;
}

function writesAt(name: ProviderName): number {
  return mirror.simulators.running[name].log.counts.writes;
}

describe('a sweep with nothing to find', () => {
  it('P18: is complete everywhere, sends nothing but reads, and writes no row', async () => {
    mirror = await openMirror();
    await enterAll(30);
    const before = await versionsOf(mirror.database);
    const writes = ALL.map(writesAt);

    const runs = await mirror.worker.sweep('apply');

    expect(runs.map(({ provider, state, reason }) => [provider, state, reason])).toEqual(
      ALL.map((name) => [name, 'complete', null]),
    );
    for (const run of runs) expect(run).toMatchObject({ seen: 30, counts: { inStep: 30, lookedFor: 30 } });
    expect(await versionsOf(mirror.database)).toEqual(before);
    expect(ALL.map(writesAt)).toEqual(writes);
  });
});

describe('what somebody else did at a provider', () => {
  it('is found in all its kinds, and put right, at all four, while people are edited', async () => {
    mirror = await openMirror();
    const users = await enterAll(40);
    const leaver = at(users, 3);
    await changeStatus(mirror.roster, 'test', { id: leaver.id, verb: 'deactivate' });
    await mirror.converge();
    for (const name of ALL) {
      editThere(mirror, name, await accountOf(mirror.database, at(users, 0).id, name));
      shutThere(mirror, name, await accountOf(mirror.database, at(users, 1).id, name));
      openThere(mirror, name, await accountOf(mirror.database, leaver.id, name));
      plantStranger(mirror, name, 1);
    }
    for (const name of ['vault', 'sunshine'] as const) {
      const id = await accountOf(mirror.database, at(users, 2).id, name);
      mirror.simulators.running[name].plant({ op: 'remove', id });
    }

    const previews = await mirror.worker.sweep('preview');
    expect(await mirror.worker.sweep('preview')).toHaveLength(4);
    const due = await mirror.database.sql('SELECT 1 FROM links WHERE wanted > handled');
    expect(due).toEqual([]);
    const counts = Object.fromEntries(previews.map((run) => [run.provider, run.counts]));
    expect(counts).toMatchObject({
      vault: { driftedAttributes: 1, absent: 2, orphan: 1, inStep: 37 },
      sunshine: { driftedAttributes: 1, driftedState: 2, driftedMarker: 2, absent: 1, inStep: 36 },
      passage: { driftedAttributes: 1, driftedState: 2, orphan: 1, inStep: 37 },
      sendauth: { driftedAttributes: 1, driftedState: 2, orphan: 1, inStep: 37 },
    });

    // Somebody is edited as the sweep goes on.
    await patchUser(mirror.roster, 'test', { id: at(users, 10).id, patch: { company: 'Elsewhere' } });
    await mirror.worker.sweep('apply');
    await mirror.converge();
    for (const name of ALL) {
      const edited = JSON.stringify(mirror.accounts(name));
      expect(edited).not.toMatch(/Somebody|\+41446689999|"lastName":"Else"/);
    }
    for (const provider of ['passage', 'sendauth', 'sunshine'] as const) {
      expect((await linkOf(mirror.database, at(users, 1).id, provider))['observed_state']).toBe('live');
      expect((await linkOf(mirror.database, leaver.id, provider))['observed_state']).not.toBe('live');
    }
    expect(mirror.accounts('vault')).toHaveLength(41);

    const again = await mirror.worker.sweep('apply');
    const before = await versionsOf(mirror.database);
    for (const { provider, counts: after } of again) {
      expect({ provider, drifted: after['drifted'] ?? 0, absent: after['absent'] ?? 0 }).toEqual({
        provider,
        drifted: 0,
        absent: 0,
      });
    }
    await mirror.worker.sweep('apply');
    expect(await versionsOf(mirror.database)).toEqual(before);
  });

  it('waits for everything else, but for an account that is open to somebody who left or is out of scope', async () => {
    const names = ['sunshine', 'passage', 'sendauth'] as const;
    mirror = await openMirror({ providers: names });
    const users = await enterAll(30);
    const [leaver, outside, shut, edited] = [0, 1, 2, 3].map((index) => at(users, index).id);
    await changeStatus(mirror.roster, 'test', { id: leaver ?? '', verb: 'deactivate' });
    for (const provider of names) {
      const request = { id: outside ?? '', provider, assigned: false, reason: 'on leave' };
      await assignUser(mirror.roster, 'test', request);
    }
    await mirror.converge();
    for (const name of names) {
      const accounts = [leaver, outside, shut, edited].map((id) =>
        accountOf(mirror.database, id ?? '', name),
      );
      const [open = '', alsoOpen = '', closed = '', changed = ''] = await Promise.all(accounts);
      for (const id of [open, alsoOpen]) openThere(mirror, name, id);
      shutThere(mirror, name, closed);
      editThere(mirror, name, changed);
    }
    const runs = await mirror.worker.sweep('apply');
    expect(runs.map(({ counts }) => counts['marked'])).toEqual([4, 4, 4]);
    const due = await mirror.database.sql<{ provider: string; user_id: string; lane: number }>(
      'SELECT provider, user_id, lane FROM links WHERE wanted > handled',
    );
    const laneOf = (name: string) =>
      Object.fromEntries(
        due.filter(({ provider }) => provider === name).map(({ user_id, lane }) => [user_id, lane]),
      );
    const lanes = { [leaver ?? '']: 0, [outside ?? '']: 0, [shut ?? '']: 3, [edited ?? '']: 3 };
    for (const name of names) expect([name, laneOf(name)]).toEqual([name, lanes]);
  });

  it('L11: an account of nobody is reported and left alone in any mode, and the report ends with it', async () => {
    mirror = await openMirror({ providers: LISTED });
    await enterAll(5);
    for (const name of LISTED) plantStranger(mirror, name, 1);
    const before = LISTED.map((name) => JSON.stringify(mirror.accounts(name)));
    await mirror.worker.sweep('preview');
    await mirror.worker.sweep('apply');
    await mirror.converge();
    expect(LISTED.map((name) => JSON.stringify(mirror.accounts(name)))).toEqual(before);
    const { findings } = await listFindings(mirror.database, { kind: 'orphan', state: 'open', limit: 10 });
    expect(findings.map(({ provider }) => provider).toSorted()).toEqual(LISTED.toSorted());

    await mirror.database.sql(`UPDATE findings SET state = 'ignored' WHERE provider = 'passage'`);
    mirror.simulators.running.vault.plant({ op: 'remove', id: 'stranger-1' });
    await mirror.worker.sweep('apply');
    const { findings: later } = await listFindings(mirror.database, { limit: 10 });
    expect(Object.fromEntries(later.map(({ provider, state }) => [provider, state]))).toEqual({
      vault: 'resolved',
      passage: 'ignored',
      sendauth: 'open',
    });
    expect(later).toHaveLength(3);
  });

  it('is not looked for at links that are due, leased, or younger than the page', async () => {
    mirror = await openMirror({ providers: ['passage'] });
    const users = await enterAll(6);
    for (const user of users)
      editThere(mirror, 'passage', await accountOf(mirror.database, user.id, 'passage'));
    const { sql } = mirror.database;
    await sql(
      "UPDATE links SET wanted = wanted + 1, next_attempt_at = now() + interval '1 h' WHERE user_id = $1",
      [at(users, 0).id],
    );
    await sql(
      `UPDATE links SET in_flight = true, lease_token = gen_random_uuid(), lease_until = now() + interval '1 h' WHERE user_id = $1`,
      [at(users, 1).id],
    );
    await sql(`UPDATE links SET observed_at = now() + interval '1 h' WHERE user_id = $1`, [at(users, 2).id]);
    await sql(`UPDATE links SET park_code = 'not_honoured' WHERE user_id = $1`, [at(users, 3).id]);
    const run = only(await mirror.worker.sweep('apply'));
    expect(run).toMatchObject({ state: 'complete', counts: { underWay: 4, drifted: 2, marked: 2 } });
  });
});

describe('somebody who is there twice', () => {
  it.each(['passage', 'sendauth'] as const)(
    'H28: at %s is a finding, and neither account is touched',
    async (name) => {
      mirror = await openMirror({ providers: [name] });
      await enterAll(3);
      const copy =
        name === 'passage'
          ? { email: 'person.1@example.com' }
          : { firstName: 'Given', lastName: 'Family 1', email: 'person.1@example.com' };
      mirror.simulators.running[name].plant({ op: 'put', account: copy });
      const writes = writesAt(name);
      await mirror.worker.sweep('apply');
      await mirror.converge();
      const { findings } = await listFindings(mirror.database, { limit: 10 });
      expect(findings.map(({ kind }) => kind)).toEqual(['duplicate_remote']);
      expect(writesAt(name)).toBe(writes);
    },
  );
});
