import { afterEach, describe, expect, it } from '@jest/globals';
import { patchUser } from '#store';
import { interposed, linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person, range } from '../support/people.js';

describe('doubts that must not end too early', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  it.each(['passage', 'sendauth'] as const)(
    'the second lost create at %s is remembered like the first, and found after an edit',
    async (name) => {
      mirror = await openMirror({ providers: [name] });
      const user = only(await enter(mirror.roster, [person(1, { phone: null })]));
      mirror.simulators.faults(name, { match: { method: 'POST' }, drop: 'before' });
      mirror.simulators.faults(name, { match: { method: 'POST' }, drop: 'after' });
      for (let tries = 0; tries < 80 && mirror.accounts(name).length === 0; tries += 1) {
        await mirror.worker.pass(10);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      await patchUser(mirror.roster, 'test', { id: user.id, patch: { email: 'edited@example.com' } });
      await mirror.converge();

      expect(only(mirror.accounts(name))['email']).toBe('edited@example.com');
      expect((await linkOf(mirror.database, user.id, name))['park_code']).toBeNull();
    },
  );

  it('a write that lands late while its link is parked is found when the link is taken up again', async () => {
    mirror = await openMirror({
      providers: ['sendauth'],
      engine: { lateArrivalMs: 1_500, callTimeoutMs: 300 },
    });
    const user = only(await enter(mirror.roster, [person(1)]));
    const edit = (patch: object): Promise<unknown> =>
      patchUser(mirror.roster, 'test', { id: user.id, patch });
    await mirror.converge();
    mirror.simulators.faults('sendauth', { match: { method: 'PUT' }, delayMs: 900 });
    await edit({ email: 'late@example.com' });
    await mirror.worker.pass(10);
    await edit({ email: user.email, givenName: 'X' });
    await mirror.converge();
    expect((await linkOf(mirror.database, user.id, 'sendauth'))['park_code']).toBe('invalid');

    await new Promise((resolve) => setTimeout(resolve, 1_800));
    expect(only(mirror.accounts('sendauth'))['email']).toBe('late@example.com');
    await edit({ givenName: 'Given' });
    await mirror.converge();

    expect(only(mirror.accounts('sendauth'))['email']).toBe(user.email);
  });
});

describe('a store that fails for a moment', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  it('parks none of the links that were asking it', async () => {
    mirror = await openMirror({ providers: ['passage'] });
    await enter(
      mirror.roster,
      range(20).map((n) => person(n)),
    );
    let failures = 0;
    const database = interposed(mirror.database, (text) => {
      if (!text.includes('WITH asked AS') || failures > 0) return Promise.resolve();
      failures += 1;
      return Promise.reject(new Error('Connection terminated unexpectedly'));
    });
    await mirror.hire({}, database).pass();
    await mirror.converge();

    expect(failures).toBe(1);
    expect(await mirror.database.sql('SELECT park_code FROM links WHERE park_code IS NOT NULL')).toEqual([]);
    expect(mirror.accounts('passage')).toHaveLength(20);
  });

  it('F03: ends a session in the middle of a transaction, and only that transaction fails', async () => {
    mirror = await openMirror({ providers: ['vault'] });
    const broken = mirror.database.transaction(async (sql) => {
      const [session] = await sql<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await mirror.database.sql('SELECT pg_terminate_backend($1)', [session?.pid]);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await sql('SELECT 1');
    });

    await expect(broken).rejects.toThrow();
    expect(await mirror.database.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
