import { afterEach, describe, expect, it } from '@jest/globals';
import { changeStatus, comeBack, patchUser, type Database } from '#store';
import { linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person, range } from '../support/people.js';

let mirror: Mirror;
afterEach(() => mirror.close());

interface ProviderRow {
  readonly halt_scope: string | null;
  readonly halt_reason: string | null;
  readonly paused_ms: number;
}

async function providerOf(database: Database, slug: string): Promise<ProviderRow> {
  return only(
    await database.sql<ProviderRow & Record<string, unknown>>(
      `SELECT halt_scope, halt_reason, GREATEST(0, COALESCE(extract(epoch FROM paused_until - now()) * 1000, 0))::float8 AS paused_ms
       FROM providers WHERE slug = $1`,
      [slug],
    ),
  );
}

/** Lets the time until the next probe go by. */
async function probeNow(database: Database, slug: string): Promise<void> {
  await database.sql('UPDATE providers SET probe_at = now() WHERE slug = $1', [slug]);
}

async function standings(
  database: Database,
  provider: string,
): Promise<{ parked: number; synced: number; due: number }> {
  const [row] = await database.sql<{ parked: string; synced: string; due: string }>(
    `SELECT count(*) FILTER (WHERE park_code IS NOT NULL) AS parked,
            count(*) FILTER (WHERE handled = wanted AND park_code IS NULL) AS synced,
            count(*) FILTER (WHERE wanted > handled) AS due
     FROM links WHERE provider = $1`,
    [provider],
  );
  return { parked: Number(row?.parked), synced: Number(row?.synced), due: Number(row?.due) };
}

function callsOf(
  name: 'vault' | 'sunshine' | 'passage' | 'sendauth',
): { time: number; method: string; status: number; mutated: boolean }[] {
  return [...mirror.simulators.running[name].log.since(0)];
}

describe('a provider that asks for time', () => {
  it('H01: 429 with Retry-After pauses it for every worker, and costs no link an attempt', async () => {
    mirror = await openMirror({ providers: ['vault', 'sendauth'] });
    const other = mirror.hire();
    await enter(
      mirror.roster,
      range(30).map((n) => person(n)),
    );
    mirror.simulators.faults('vault', { match: {}, status: 429, headers: { 'retry-after': '2' } });
    await Promise.all([mirror.worker.pass(300), other.pass(300)]);
    // The other worker hears of it on its next tick; what it had begun before is not at fault.
    const knownAt = Date.now();
    const refusedAt = callsOf('vault').find((call) => call.status === 429)?.time ?? 0;
    const pausedUntil = Date.now() + (await providerOf(mirror.database, 'vault')).paused_ms;
    expect(pausedUntil - refusedAt).toBeGreaterThanOrEqual(1_900);
    await Promise.all([mirror.converge(), other.pass(3_000)]);

    const later = callsOf('vault').filter((call) => call.time > knownAt);
    expect(Math.min(...later.map((call) => call.time)) - refusedAt).toBeGreaterThanOrEqual(1_990);
    expect(mirror.accounts('vault')).toHaveLength(30);
    const [row] = await mirror.database.sql<{ most: number }>(`SELECT max(attempts) AS most FROM links`);
    expect(row?.most).toBe(0);
  });

  it('H06: three workers together keep to the configured rate in every window of a second', async () => {
    mirror = await openMirror({ providers: ['vault'], environment: { VAULT_CALLS_PER_SECOND: '40' } });
    await enter(
      mirror.roster,
      range(160).map((n) => person(n)),
    );
    const workers = [mirror.worker, mirror.hire(), mirror.hire()];
    await Promise.all(
      workers.map(async (worker) => {
        while ((await standings(mirror.database, 'vault')).due > 0) await worker.pass(1_000);
      }),
    );
    const times = callsOf('vault').map((call) => call.time);
    const busiest = Math.max(
      ...times.map((start) => times.filter((time) => time >= start && time < start + 1_000).length),
    );
    const seconds = (Math.max(...times) - Math.min(...times)) / 1_000;

    expect(times).toHaveLength(160);
    expect(busiest).toBeLessThanOrEqual(41);
    expect(times.length / seconds / 40).toBeGreaterThan(0.8);
  });

  it('H07: 503 is waited out like 429, and P15: the other providers do not notice', async () => {
    mirror = await openMirror({ providers: ['vault', 'sendauth', 'passage'] });
    await enter(
      mirror.roster,
      range(30).map((n) => person(n)),
    );
    mirror.simulators.faults('passage', {
      match: {},
      times: 'always',
      status: 503,
      headers: { 'retry-after': '1' },
    });
    await mirror.worker.pass(500);
    expect(mirror.accounts('vault')).toHaveLength(30);
    expect(mirror.accounts('sendauth')).toHaveLength(30);
    expect(mirror.accounts('passage')).toHaveLength(0);
    mirror.simulators.running.passage.clearFaults();
    await mirror.converge();
    expect(mirror.accounts('passage')).toHaveLength(30);
  });
});

describe('a provider that refuses us', () => {
  it('H13: 401 halts it and parks nobody; after the credential is mended a probe ends the halt', async () => {
    mirror = await openMirror({ providers: ['vault', 'sendauth'] });
    await enter(
      mirror.roster,
      range(20).map((n) => person(n)),
    );
    mirror.simulators.faults('sendauth', { match: {}, times: 'always', status: 401 });
    await mirror.worker.pass(500);
    const refused = callsOf('sendauth').length;
    expect(await providerOf(mirror.database, 'sendauth')).toMatchObject({ halt_scope: 'all' });
    expect(await standings(mirror.database, 'sendauth')).toEqual({ parked: 0, synced: 0, due: 20 });
    expect(mirror.accounts('vault')).toHaveLength(20);

    await probeNow(mirror.database, 'sendauth');
    await mirror.worker.pass(500);
    expect(await providerOf(mirror.database, 'sendauth')).toMatchObject({ halt_scope: 'all' });
    expect(callsOf('sendauth').length - refused).toBeLessThanOrEqual(2);

    mirror.simulators.running.sendauth.clearFaults();
    await probeNow(mirror.database, 'sendauth');
    await mirror.converge();
    expect(await providerOf(mirror.database, 'sendauth')).toMatchObject({ halt_scope: null });
    expect(mirror.accounts('sendauth')).toHaveLength(20);
  });

  it('H15: 402 stops creates alone; updates and removals go on', async () => {
    mirror = await openMirror({ providers: ['vault'] });
    const [first] = await enter(
      mirror.roster,
      range(3).map((n) => person(n)),
    );
    await mirror.converge();
    mirror.simulators.faults('vault', { match: { method: 'POST' }, times: 'always', status: 402 });
    await enter(
      mirror.roster,
      range(5, 50).map((n) => person(n)),
    );
    await mirror.worker.pass(500);
    expect(await providerOf(mirror.database, 'vault')).toMatchObject({ halt_scope: 'creates' });
    if (first === undefined) throw new Error('nobody entered');
    const creates = (): number => callsOf('vault').filter((call) => call.method === 'POST').length;
    const refused = creates();
    await patchUser(mirror.roster, 'test', { id: first.id, patch: { displayName: 'While Halted' } });
    await mirror.database.sql('UPDATE links SET next_attempt_at = now() WHERE wanted > handled');
    await mirror.worker.pass(500);
    expect(creates()).toBe(refused);
    expect(JSON.stringify(mirror.accounts('vault'))).toContain('While Halted');
    expect(mirror.accounts('vault')).toHaveLength(3);

    mirror.simulators.running.vault.clearFaults();
    await probeNow(mirror.database, 'vault');
    await mirror.converge();
    expect(mirror.accounts('vault')).toHaveLength(8);
  });

  it('H15: updates that are answered 402 too are tried ever more rarely, and go through once it is paid', async () => {
    mirror = await openMirror({ providers: ['vault'] });
    const users = await enter(
      mirror.roster,
      range(5).map((n) => person(n)),
    );
    await mirror.converge();
    mirror.simulators.faults('vault', { match: {}, times: 'always', status: 402 });
    for (const user of users) {
      await patchUser(mirror.roster, 'test', { id: user.id, patch: { displayName: 'Unpaid' } });
    }
    const endMs = Date.now() + 3_000;
    while (Date.now() < endMs) {
      await mirror.worker.pass(500);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    // Every quarter of a second would be sixty.
    expect(callsOf('vault').filter((call) => call.status === 402).length).toBeLessThanOrEqual(35);

    mirror.simulators.running.vault.clearFaults();
    await mirror.converge();
    expect(
      mirror.accounts('vault').filter((account) => JSON.stringify(account).includes('Unpaid')),
    ).toHaveLength(5);
  });

  it('H10: a retired service is halted as gone; nothing is created, deleted or believed absent', async () => {
    mirror = await openMirror({ providers: ['passage', 'vault'] });
    const users = await enter(
      mirror.roster,
      range(10).map((n) => person(n)),
    );
    await mirror.converge();
    mirror.simulators.providers.passage.behaviour.merge({ retired: true });
    for (const user of users) {
      await patchUser(mirror.roster, 'test', {
        id: user.id,
        patch: { email: `new.${user.externalKey}@example.com` },
      });
    }
    await mirror.worker.pass(500);
    expect(await providerOf(mirror.database, 'passage')).toMatchObject({ halt_scope: 'all' });
    expect(await standings(mirror.database, 'passage')).toEqual({ parked: 0, synced: 0, due: 10 });
    expect(JSON.stringify(mirror.accounts('vault'))).toContain('new.hr-10@example.com');

    mirror.simulators.providers.passage.behaviour.merge({ retired: false });
    await probeNow(mirror.database, 'passage');
    await mirror.converge();
    expect(JSON.stringify(mirror.accounts('passage'))).toContain('new.hr-10@example.com');
    expect(mirror.accounts('passage')).toHaveLength(10);
  });
});

describe('an account that is gone', () => {
  it('H08: is made again where nothing is lost with it, and parked where a login is', async () => {
    mirror = await openMirror({ providers: ['vault', 'sunshine', 'passage', 'sendauth'] });
    const users = await enter(
      mirror.roster,
      range(4).map((n) => person(n)),
    );
    await mirror.converge();
    const [user] = users;
    if (user === undefined) throw new Error('nobody entered');
    for (const name of ['vault', 'sunshine', 'passage', 'sendauth'] as const) {
      const { account_id: id } = await linkOf(mirror.database, user.id, name);
      mirror.simulators.providers[name].plant({ op: 'remove', id: String(id) });
    }
    await patchUser(mirror.roster, 'test', {
      id: user.id,
      patch: { email: 'changed@example.com', displayName: 'Changed' },
    });
    await mirror.converge();

    expect(mirror.accounts('vault')).toHaveLength(4);
    expect(mirror.accounts('sunshine')).toHaveLength(4);
    for (const name of ['passage', 'sendauth'] as const) {
      expect(mirror.accounts(name)).toHaveLength(3);
      expect((await linkOf(mirror.database, user.id, name))['park_code']).toBe('gone_at_provider');
    }
  });

  it('P10: is not believed of a provider that shows nobody any more', async () => {
    mirror = await openMirror({ providers: ['vault'] });
    const users = await enter(
      mirror.roster,
      range(6).map((n) => person(n)),
    );
    await mirror.converge();
    for (const user of users) mirror.simulators.providers.vault.plant({ op: 'remove', id: user.externalKey });
    const writes = mirror.simulators.running.vault.log.counts.mutating;
    const [user] = users;
    if (user === undefined) throw new Error('nobody entered');
    await patchUser(mirror.roster, 'test', { id: user.id, patch: { displayName: 'Changed' } });
    await mirror.worker.pass(500);
    await mirror.worker.pass(500);

    expect(await providerOf(mirror.database, 'vault')).toMatchObject({
      halt_scope: 'all',
      halt_reason: 'every_account_absent',
    });
    expect(mirror.simulators.running.vault.log.counts.mutating).toBe(writes);
    expect(mirror.accounts('vault')).toEqual([]);
  });
});

describe('answers that cannot be trusted', () => {
  it.each([true, false])('H11: a 500 on a create (applied: %s) leads to one account', async (applied) => {
    mirror = await openMirror({ providers: ['vault', 'sunshine', 'passage', 'sendauth'] });
    await enter(mirror.roster, [person(1)]);
    for (const name of ['vault', 'sunshine', 'passage', 'sendauth'] as const) {
      mirror.simulators.faults(name, { match: { method: 'POST' }, status: 500, applied });
    }
    await mirror.converge();
    for (const name of ['vault', 'sunshine', 'passage', 'sendauth'] as const) {
      expect(mirror.accounts(name)).toHaveLength(1);
    }
  });

  it('H25: an HTML page parks one link; five such links halt the provider', async () => {
    mirror = await openMirror({ providers: ['vault'] });
    const page = {
      status: 200,
      body: '<html>sign in</html>',
      headers: { 'content-type': 'text/html' },
      applied: false,
    } as const;
    const one = only(await enter(mirror.roster, [person(1)]));
    mirror.simulators.faults('vault', { match: {}, ...page });
    await mirror.converge();
    expect((await linkOf(mirror.database, one.id, 'vault'))['park_code']).toBe('protocol');
    expect(await providerOf(mirror.database, 'vault')).toMatchObject({ halt_scope: null });

    mirror.simulators.faults('vault', { match: {}, times: 'always', ...page });
    await enter(
      mirror.roster,
      range(20, 10).map((n) => person(n)),
    );
    await mirror.worker.pass(500);
    expect(await providerOf(mirror.database, 'vault')).toMatchObject({
      halt_scope: 'all',
      halt_reason: 'protocol',
    });

    mirror.simulators.running.vault.clearFaults();
    await probeNow(mirror.database, 'vault');
    await mirror.converge();
    expect(await standings(mirror.database, 'vault')).toEqual({ parked: 0, synced: 21, due: 0 });
    expect(mirror.accounts('vault')).toHaveLength(21);
  });

  it('H25: a leaver parked by such a page leaves when it is gone; answers that stay unreadable halt no second time', async () => {
    mirror = await openMirror({ providers: ['passage'] });
    const users = await enter(
      mirror.roster,
      range(6).map((n) => person(n)),
    );
    await mirror.converge();
    const page = { status: 200, body: '<html>', headers: { 'content-type': 'text/html' }, applied: false };
    mirror.simulators.faults('passage', { match: { mutating: true }, times: 'always', ...page });
    for (const user of users) {
      await changeStatus(mirror.roster, 'test', { id: user.id, verb: 'deactivate' });
    }
    await mirror.worker.pass(500);
    expect(await standings(mirror.database, 'passage')).toMatchObject({ parked: 6 });

    // Reads are answered well, so the halt ends; writes are not, so everybody is parked a second time.
    await probeNow(mirror.database, 'passage');
    await mirror.worker.pass(500);
    await probeNow(mirror.database, 'passage');
    await mirror.converge();
    expect(await standings(mirror.database, 'passage')).toMatchObject({ parked: 6 });
    expect(await providerOf(mirror.database, 'passage')).toMatchObject({ halt_scope: null });

    // Another process knows nothing of that, and tries once more.
    await mirror.database.sql(
      `UPDATE providers SET halt_scope = 'all', halt_reason = 'protocol', halted_at = now(), probe_at = now()`,
    );
    mirror.simulators.running.passage.clearFaults();
    await mirror.hire().pass(2_000);
    await mirror.converge();
    expect(mirror.accounts('passage').map((account) => account.state)).toEqual(
      range(6).map(() => 'suspended'),
    );
  });

  it('H34: a write that is acknowledged and ignored is parked after a few, not repeated for ever', async () => {
    mirror = await openMirror({ providers: ['vault'] });
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    mirror.simulators.faults('vault', {
      match: { method: 'PATCH' },
      times: 'always',
      status: 200,
      applied: false,
      headers: { 'content-type': 'application/json' },
      body: {
        status_code: 200,
        status: 'OK',
        data: { consumer_id: user.externalKey, application_id: 'x', metadata: { user_name: 'Old' } },
      },
    });
    await patchUser(mirror.roster, 'test', { id: user.id, patch: { displayName: 'New' } });
    await mirror.converge();

    expect((await linkOf(mirror.database, user.id, 'vault'))['park_code']).toBe('not_honoured');
    expect(callsOf('vault').filter((call) => call.method === 'PATCH').length).toBeLessThanOrEqual(5);
  });
});

describe('a provider that is not there', () => {
  it('H17: refused connections pause it, no link is blamed, and it is tried one at a time until it answers', async () => {
    mirror = await openMirror({
      providers: ['vault'],
      environment: { VAULT_BASE_URL: 'http://127.0.0.1:9' },
    });
    await enter(
      mirror.roster,
      range(40).map((n) => person(n)),
    );
    for (let round = 0; round < 3; round += 1) await mirror.worker.pass(400);
    const { paused_ms: pausedMs } = await providerOf(mirror.database, 'vault');
    const [row] = await mirror.database.sql<{ most: number }>('SELECT max(attempts) AS most FROM links');

    expect(pausedMs).toBeGreaterThan(0);
    expect(row?.most).toBeLessThanOrEqual(1);
    expect(await standings(mirror.database, 'vault')).toEqual({ parked: 0, synced: 0, due: 40 });
  });

  it('D04: deactivated, reactivated and deactivated again while it hangs ends deactivated', async () => {
    mirror = await openMirror({ providers: ['passage', 'sendauth'] });
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    for (const name of ['passage', 'sendauth'] as const) mirror.simulators.running[name].latencyMs = 200;
    const working = mirror.worker.pass();
    const ref = { id: user.id };
    for (const move of [
      () => changeStatus(mirror.roster, 'test', { ...ref, verb: 'deactivate' }),
      () => comeBack(mirror.roster, 'test', { ...ref, verb: 'reactivate' }),
      () => changeStatus(mirror.roster, 'test', { ...ref, verb: 'deactivate' }),
    ]) {
      await move();
      await mirror.worker.pass(50);
    }
    await working;
    await mirror.converge();
    expect(only(mirror.accounts('passage')).state).toBe('suspended');
    expect(only(mirror.accounts('sendauth')).state).toBe('softDeleted');
  });
});
