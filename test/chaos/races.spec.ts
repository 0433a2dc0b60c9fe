import { afterEach, describe, expect, it } from '@jest/globals';
import { changeStatus, patchUser, type Database } from '#store';
import { enter, only, person, range } from '../support/people.js';
import { interposed, linkOf, openMirror, type Mirror } from '../support/mirror.js';

/** What marks the statement with which the engine reads the people it has claimed. */
const READING = 'FROM users u LEFT JOIN links l';

/** The addresses the simulators show; each provider spells its own. */
function emailsAt(mirror: Mirror, name: 'vault' | 'sendauth' | 'passage'): unknown[] {
  const accounts = mirror.accounts(name);
  return accounts.map((account) =>
    name === 'vault' ? (account['metadata'] as { email?: string }).email : account['email'],
  );
}

describe('races between an edit and the engine', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  it('an edit committed between claim and read is mirrored, not lost as already handled', async () => {
    mirror = await openMirror({ providers: ['vault', 'sendauth'] });
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    await patchUser(mirror.roster, 'test', { id: user.id, patch: { email: 'second@example.com' } });

    let edits = 0;
    const database = interposed(mirror.database, async (text) => {
      if (!text.includes(READING) || edits > 0) return;
      edits += 1;
      await patchUser(mirror.roster, 'test', { id: user.id, patch: { email: 'third@example.com' } });
    });
    await mirror.hire({}, database).pass();
    await mirror.converge();

    expect(edits).toBe(1);
    expect(emailsAt(mirror, 'vault')).toEqual(['third@example.com']);
    expect(emailsAt(mirror, 'sendauth')).toEqual(['third@example.com']);
  });

  it('a leaver deactivated between claim and read does not stay', async () => {
    mirror = await openMirror({ providers: ['passage', 'sendauth'] });
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    await patchUser(mirror.roster, 'test', { id: user.id, patch: { email: 'second@example.com' } });
    let left = false;
    const database = interposed(mirror.database, async (text) => {
      if (!text.includes(READING) || left) return;
      left = true;
      await changeStatus(mirror.roster, 'test', { id: user.id, verb: 'deactivate' });
    });
    await mirror.hire({}, database).pass();
    await mirror.converge();

    expect(left).toBe(true);
    expect(only(mirror.accounts('passage')).state).toBe('suspended');
    expect(only(mirror.accounts('sendauth')).state).toBe('softDeleted');
  });

  it('a status that changes after the plan stops the create before its first call', async () => {
    mirror = await openMirror({ providers: ['passage', 'sendauth', 'vault'] });
    const user = only(await enter(mirror.roster, [person(1)]));
    let leaving: Promise<unknown> | undefined;
    const database = interposed(mirror.database, async (text) => {
      if (!text.includes('WITH asked AS')) return;
      leaving ??= changeStatus(mirror.roster, 'test', { id: user.id, verb: 'deactivate' });
      await leaving;
    });
    await mirror.hire({}, database).pass();
    await mirror.converge();

    expect(leaving).toBeDefined();
    for (const name of ['passage', 'sendauth', 'vault'] as const) expect(mirror.accounts(name)).toEqual([]);
  });

  it('a mark set while a link is in flight is served afterwards', async () => {
    mirror = await openMirror({ providers: ['vault', 'passage'] });
    const user = only(await enter(mirror.roster, [person(1)]));
    for (const name of ['vault', 'passage'] as const) mirror.simulators.running[name].latencyMs = 300;
    const working = mirror.worker.pass();
    await new Promise((resolve) => setTimeout(resolve, 150));
    const during = await linkOf(mirror.database, user.id, 'vault');
    await patchUser(mirror.roster, 'test', { id: user.id, patch: { email: 'second@example.com' } });
    await working;
    await mirror.converge();

    expect(during['in_flight']).toBe(true);
    expect(emailsAt(mirror, 'vault')).toEqual(['second@example.com']);
    expect(emailsAt(mirror, 'passage')).toEqual(['second@example.com']);
  });

  it('a thousand edits of one user in a moment become few calls, and the last one stands', async () => {
    mirror = await openMirror({ providers: ['vault'], engine: { coalesceMs: 100 } });
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    const before = mirror.simulators.running.vault.log.counts.total;
    const working = (async () => {
      for (let round = 0; round < 40; round += 1) {
        await mirror.worker.pass();
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    })();
    for (const n of range(300)) {
      await patchUser(mirror.roster, 'test', { id: user.id, patch: { displayName: `Name ${n}` } });
    }
    await working;
    await mirror.converge();
    const calls = mirror.simulators.running.vault.log.counts.total - before;

    expect(only(mirror.accounts('vault'))['metadata']).toMatchObject({ user_name: 'Name 300' });
    expect(calls).toBeLessThan(60);
  });
});

describe('one link among many', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  it('one poison link in a batch of 200 is parked, and its neighbours are mirrored', async () => {
    mirror = await openMirror({ providers: ['passage'] });
    const users = await enter(
      mirror.roster,
      range(200).map((n) => person(n)),
    );
    const poisoned = users[100];
    if (poisoned?.email == null) throw new Error('no such user');
    // An id longer than any the database takes: what comes back for this one cannot be stored.
    mirror.simulators.faults('passage', {
      match: { method: 'POST', body: poisoned.email },
      times: 'always',
      status: 201,
      applied: false,
      body: { user: { id: 'x'.repeat(600), email: poisoned.email, phone: poisoned.phone, status: 'active' } },
    });
    await mirror.converge();

    const link = await linkOf(mirror.database, poisoned.id, 'passage');
    expect(link['park_code']).toBe('refused_by_store');
    // What could not be stored was still done there, and the audit says so.
    const audited = await mirror.database.sql(
      `SELECT detail FROM audit WHERE user_id = $1 AND action = 'provider.provision'`,
      [poisoned.id],
    );
    expect(audited).toHaveLength(1);
    // Its neighbours lost nothing: what was done for each was settled, not found out again after a lease.
    const created = await mirror.database.sql(`SELECT FROM audit WHERE action = 'provider.provision'`);
    expect(created).toHaveLength(200);
    const [counts] = await mirror.database.sql<{ synced: string }>(
      `SELECT count(*) AS synced FROM links WHERE park_code IS NULL AND observed_state = 'live' AND handled = wanted`,
    );
    expect(counts?.synced).toBe('199');
    expect(mirror.accounts('passage').filter((account) => account.state === 'live')).toHaveLength(199);
  });

  it('one hanging call in a batch of 200 holds up nobody else, and is read back', async () => {
    mirror = await openMirror({ providers: ['passage'] });
    const users = await enter(
      mirror.roster,
      range(200).map((n) => person(n)),
    );
    mirror.simulators.faults('passage', { match: { method: 'POST', body: 'person.7@' }, hang: 'after' });
    const working = mirror.worker.pass();
    await settledWithin(mirror.database, 199, 900);
    await working;
    await mirror.converge();

    expect(mirror.accounts('passage')).toHaveLength(200);
    expect(new Set(emailsAt(mirror, 'passage')).size).toBe(users.length);
  });
});

async function settledWithin(database: Database, count: number, withinMs: number): Promise<void> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    const [row] = await database.sql<{ settled: string }>(
      'SELECT count(*) AS settled FROM links WHERE settled_at IS NOT NULL',
    );
    if (Number(row?.settled) >= count) return;
    if (Date.now() > endMs) throw new Error(`only ${row?.settled ?? '0'} settled while one call hangs`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
