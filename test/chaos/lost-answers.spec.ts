import { afterEach, describe, expect, it } from '@jest/globals';
import { changeStatus, patchUser, purgeUser } from '#store';
import { linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person, range } from '../support/people.js';

const NAMES = ['vault', 'sunshine', 'passage', 'sendauth'] as const;
const CREATE_PATH = {
  vault: 'consumers',
  sunshine: '/users$',
  passage: '/users$',
  sendauth: '/users$',
} as const;

describe('answers that are lost', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  it.each(NAMES)('H20: a create whose answer is lost at %s is found again, not repeated', async (name) => {
    mirror = await openMirror({ providers: [name] });
    const user = only(await enter(mirror.roster, [person(1)]));
    mirror.simulators.faults(name, { match: { method: 'POST', path: CREATE_PATH[name] }, drop: 'after' });
    await mirror.converge();

    const account = only(mirror.accounts(name));
    expect(account.state).toBe('live');
    expect((await linkOf(mirror.database, user.id, name))['account_id']).toEqual(expect.any(String));
  });

  it.each(['passage', 'sendauth'] as const)(
    'a create whose answer is lost at %s, followed by an edited email, finds the first account',
    async (name) => {
      mirror = await openMirror({ providers: [name] });
      const user = only(await enter(mirror.roster, [person(1, { phone: null })]));
      mirror.simulators.faults(name, { match: { method: 'POST' }, drop: 'after' });
      await mirror.worker.pass(10);
      await patchUser(mirror.roster, 'test', { id: user.id, patch: { email: 'edited@example.com' } });
      await mirror.converge();

      expect(only(mirror.accounts(name))['email']).toBe('edited@example.com');
    },
  );

  it.each(['passage', 'sendauth'] as const)(
    'a create that lands at %s long after it was given up is not created a second time',
    async (name) => {
      mirror = await openMirror({ providers: [name], engine: { lateArrivalMs: 2_500, callTimeoutMs: 300 } });
      await enter(mirror.roster, [person(1)]);
      mirror.simulators.faults(name, { match: { method: 'POST' }, delayMs: 1_200 });
      await mirror.converge();

      expect(mirror.accounts(name)).toHaveLength(1);
    },
  );

  it.each(NAMES)('H21: an update that lands late at %s does not outlive the newer one', async (name) => {
    mirror = await openMirror({ providers: [name], engine: { lateArrivalMs: 1_500, callTimeoutMs: 300 } });
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    mirror.simulators.faults(name, { match: { mutating: true }, delayMs: 900 });
    await patchUser(mirror.roster, 'test', { id: user.id, patch: { email: 'older@example.com' } });
    await mirror.worker.pass(10);
    await patchUser(mirror.roster, 'test', { id: user.id, patch: { email: 'newer@example.com' } });
    await mirror.converge();

    expect(JSON.stringify(only(mirror.accounts(name)))).toContain('newer@example.com');
    expect(JSON.stringify(only(mirror.accounts(name)))).not.toContain('older@example.com');
  });

  it('with one in ten answers lost, fifty people are created exactly once everywhere', async () => {
    mirror = await openMirror({});
    for (const name of NAMES) {
      for (const skip of range(6)) {
        mirror.simulators.faults(name, {
          match: { method: 'POST' },
          skip: skip * 7,
          drop: skip % 2 === 0 ? 'after' : 'before',
        });
      }
    }
    await enter(
      mirror.roster,
      range(50).map((n) => person(n)),
    );
    await mirror.converge(25_000);

    for (const name of NAMES) expect(mirror.accounts(name)).toHaveLength(50);
  });

  it('H22: a purge whose answer is lost is read back, and the account is gone', async () => {
    mirror = await openMirror({});
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    await changeStatus(mirror.roster, 'test', { id: user.id, verb: 'delete' });
    await mirror.converge();
    for (const name of NAMES) mirror.simulators.faults(name, { match: { method: 'DELETE' }, drop: 'after' });
    await purgeUser(mirror.roster, 'test', { id: user.id, now: new Date() });
    await mirror.converge();

    for (const name of NAMES) expect(mirror.accounts(name).filter(isHeld)).toEqual([]);
    const [row] = await mirror.database.sql<{ status: string }>('SELECT status FROM users WHERE id = $1', [
      user.id,
    ]);
    expect(row?.status).toBe('purged');
  });
});

function isHeld(account: { readonly state: string }): boolean {
  return ['live', 'suspended', 'softDeleted', 'deleting'].includes(account.state);
}

describe("a new hire with a leaver's address", () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  it.each([true, false])(
    "never gets the leaver's account (soft-deleted blocks its email: %s)",
    async (blocks) => {
      mirror = await openMirror({ providers: ['passage', 'sendauth'] });
      mirror.simulators.providers.sendauth.behaviour.merge({ softDeletedBlocksEmail: blocks });
      const leaver = only(await enter(mirror.roster, [person(1)]));
      await mirror.converge();
      const before = only(mirror.accounts('passage'));
      await changeStatus(mirror.roster, 'test', { id: leaver.id, verb: 'delete' });
      await mirror.converge();

      const hire = only(await enter(mirror.roster, [person(2, { email: leaver.email, phone: null })]));
      await mirror.converge();

      expect(only(mirror.accounts('passage'))).toMatchObject({ id: before['id'], state: 'suspended' });
      expect(await linkOf(mirror.database, hire.id, 'passage')).toMatchObject({
        account_id: null,
        park_code: 'identifier_taken',
        park_attribute: 'email',
      });
      const atSendauth = await linkOf(mirror.database, hire.id, 'sendauth');
      if (blocks) expect(atSendauth).toMatchObject({ account_id: null, park_code: 'identifier_taken' });
      else
        expect(atSendauth['account_id']).not.toBe(
          (await linkOf(mirror.database, leaver.id, 'sendauth'))['account_id'],
        );
    },
  );

  it('gets an account of their own once the leaver is purged', async () => {
    mirror = await openMirror({ providers: ['passage', 'sendauth'] });
    const leaver = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    const old = only(mirror.accounts('passage'))['id'];
    await changeStatus(mirror.roster, 'test', { id: leaver.id, verb: 'delete' });
    const hire = only(await enter(mirror.roster, [person(2, { email: leaver.email, phone: null })]));
    await mirror.converge();
    await purgeUser(mirror.roster, 'test', { id: leaver.id, now: new Date() });
    await mirror.converge();
    await mirror.converge();

    const account = only(mirror.accounts('passage').filter(isHeld));
    expect(account['id']).not.toBe(old);
    expect((await linkOf(mirror.database, hire.id, 'passage'))['account_id']).toBe(account['id']);
  });

  it("a stranger's account with the same address is disputed, and not touched", async () => {
    mirror = await openMirror({ providers: ['passage', 'sendauth'] });
    mirror.simulators.providers.passage.plant({ op: 'put', account: { email: 'person.1@example.com' } });
    const before = only(mirror.accounts('passage'));
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();

    expect(only(mirror.accounts('passage'))).toEqual(before);
    expect(await linkOf(mirror.database, user.id, 'passage')).toMatchObject({
      park_code: 'disputed',
      account_id: null,
    });
  });
});

describe('identifiers that two people share', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  it('the first link keeps a shared phone, the others are parked naming it and are in sync elsewhere', async () => {
    mirror = await openMirror({});
    await enter(
      mirror.roster,
      range(5).map((n) => person(n, { phone: '+41446681800' })),
    );
    await mirror.converge();

    const parked = await mirror.database.sql<{ provider: string; park_code: string; park_attribute: string }>(
      'SELECT provider, park_code, park_attribute FROM links WHERE park_code IS NOT NULL',
    );
    expect(parked).toHaveLength(4);
    for (const row of parked) {
      expect(row).toEqual({ provider: 'passage', park_code: 'identifier_taken', park_attribute: 'phone' });
    }
    expect(mirror.accounts('passage')).toHaveLength(1);
    expect(mirror.accounts('sendauth')).toHaveLength(5);
  });

  it('the next one gets the phone when its holder gives it up', async () => {
    mirror = await openMirror({ providers: ['passage'] });
    const [first] = await enter(
      mirror.roster,
      range(2).map((n) => person(n, { phone: '+41446681800' })),
    );
    await mirror.converge();
    const holder = await mirror.database.sql<{ user_id: string }>(
      'SELECT user_id FROM links WHERE account_id IS NOT NULL',
    );
    expect(first).toBeDefined();
    await patchUser(mirror.roster, 'test', { id: only(holder).user_id, patch: { phone: null } });
    await mirror.converge();
    await mirror.converge();

    expect(mirror.accounts('passage').filter((account) => account['phone'] === '+41446681800')).toHaveLength(
      1,
    );
    expect(mirror.accounts('passage')).toHaveLength(2);
  });
});
