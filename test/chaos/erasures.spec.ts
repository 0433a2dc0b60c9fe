import { afterEach, describe, expect, it } from '@jest/globals';
import type { HeldAccount } from '../../apps/simulators/src/index.js';
import { changeStatus, comeBack, oweErasure, patchUser, purgeUser } from '#store';
import type { User } from '#domain';
import { interposed, linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person } from '../support/people.js';

const ERASE = { method: 'DELETE', path: 'personalinformation' } as const;

describe('erasing a profile, whatever happens beside it', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  /** Somebody who was mirrored to Sunshine and then deleted. */
  async function leaver(): Promise<User> {
    mirror = await openMirror({ providers: ['sunshine'] });
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    await changeStatus(mirror.roster, 'test', { id: user.id, verb: 'delete' });
    await mirror.converge();
    return user;
  }
  const erase = ({ id, externalKey }: User) =>
    oweErasure(mirror.roster, 'test', { id, provider: 'sunshine', confirm: externalKey });
  const move = ({ id }: User, verb: 'restore' | 'delete') =>
    verb === 'delete'
      ? changeStatus(mirror.roster, 'test', { id, verb })
      : comeBack(mirror.roster, 'test', { id, verb });
  const account = (): HeldAccount => only(mirror.accounts('sunshine'));
  const erasures = () => [...mirror.simulators.running.sunshine.log.since(0)].filter(isErasure);

  /** Nothing personal is left there, the account is, and it is marked as before. */
  function expectErased(user: User): void {
    expect(account()).toMatchObject({ externalId: user.externalKey, profile: {}, state: 'live' });
    expect(account()['metadata']).toEqual({ rollcallStatus: 'deleted' });
  }
  async function expectPaid(user: User): Promise<void> {
    expect(await linkOf(mirror.database, user.id, 'sunshine')).toMatchObject({
      owed: [],
      certainty: 'certain',
      observed_marker: 'deleted',
      attempts: 0,
      last_error: null,
    });
  }

  it('one that is asked for is done once, the marker is put back, and the audit says when', async () => {
    const user = await leaver();
    await erase(user);
    await mirror.converge();
    expectErased(user);
    await expectPaid(user);
    expect(erasures()).toHaveLength(1);
    const audited = await mirror.database.sql(
      `SELECT action, detail->>'effect' AS effect, detail->>'outcome' AS outcome FROM audit
       WHERE user_id = $1 AND (action = 'account.erase_profile' OR detail->>'effect' = 'eraseProfile') ORDER BY id`,
      [user.id],
    );
    expect(audited).toEqual([
      { action: 'account.erase_profile', effect: null, outcome: 'owed' },
      { action: 'provider.discharge', effect: 'eraseProfile', outcome: 'acknowledged' },
    ]);
  });

  it('one that is asked for between claim and settle is not settled away', async () => {
    const user = await leaver();
    await patchLink(user);
    let asked = 0;
    const database = interposed(mirror.database, async (text) => {
      if (!text.includes('settled AS (') || asked > 0) return;
      asked += 1;
      await erase(user);
    });
    await mirror.hire({}, database).pass();
    await mirror.converge();
    expect(asked).toBe(1);
    expect(erasures()).toHaveLength(1);
    expectErased(user);
    await expectPaid(user);
  });

  it('one that is asked for again while it is under way is neither doubled nor left owed', async () => {
    const user = await leaver();
    await erase(user);
    let again: boolean | undefined;
    const database = interposed(mirror.database, async (text) => {
      if (!text.includes('settled AS (') || again !== undefined) return;
      again = await erase(user);
    });
    await mirror.hire({}, database).pass();
    await mirror.converge();
    expect(again).toBe(false);
    expect(erasures()).toHaveLength(1);
    await expectPaid(user);
  });

  it('a restore writes the profile of the roster again, before the erasure was done and after', async () => {
    const user = await leaver();
    for (const isDoneFirst of [true, false]) {
      await erase(user);
      if (isDoneFirst) await mirror.converge();
      await move(user, 'restore');
      await mirror.converge();
      expect(account()).toMatchObject({
        state: 'live',
        profile: { email: user.email, surname: user.familyName },
      });
      expect(await linkOf(mirror.database, user.id, 'sunshine')).toMatchObject({
        owed: [],
        applied_status: 'active',
      });
      await move(user, 'delete');
      await mirror.converge();
    }
    expect(erasures()).toHaveLength(2);
  });

  it('an edit that waits from before the deletion is not written behind it', async () => {
    mirror = await openMirror({ providers: ['sunshine'] });
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    await patchUser(mirror.roster, 'test', { id: user.id, patch: { email: 'second@example.com' } });
    await move(user, 'delete');
    await erase(user);
    await mirror.converge();
    expectErased(user);
    await expectPaid(user);
  });

  it('a purge that comes before it is done takes it along, and nothing stays owed', async () => {
    const user = await leaver();
    await erase(user);
    await purgeUser(mirror.roster, 'test', { id: user.id, now: new Date() });
    await mirror.converge();
    expect(erasures()).toEqual([]);
    expect(await linkOf(mirror.database, user.id, 'sunshine')).toMatchObject({
      owed: [],
      applied_status: 'purged',
    });
    const [row] = await mirror.database.sql('SELECT status FROM users');
    expect(row).toEqual({ status: 'purged' });
  });

  it('an account that is gone by then waives it', async () => {
    const user = await leaver();
    await enter(mirror.roster, [person(2)]); // somebody by whom the provider is seen to be well
    await mirror.converge();
    mirror.simulators.running.sunshine.plant({
      op: 'remove',
      id: String((await linkOf(mirror.database, user.id, 'sunshine'))['account_id']),
    });
    await erase(user);
    await mirror.converge();
    expect(await linkOf(mirror.database, user.id, 'sunshine')).toMatchObject({
      owed: [],
      observed_state: 'absent',
    });
  });

  it.each([
    ['is lost', { drop: 'after' as const }],
    ['never came there', { drop: 'before' as const }],
    ['is an error', { status: 500, applied: true }],
    ['says to wait', { status: 429, headers: { 'retry-after': '1' } }],
  ])('an answer that %s leaves it owed until it is acknowledged', async (_, fault) => {
    const user = await leaver();
    mirror.simulators.faults('sunshine', { match: ERASE, ...fault });
    await erase(user);
    await mirror.converge();
    expectErased(user);
    expect(await linkOf(mirror.database, user.id, 'sunshine')).toMatchObject({
      owed: [],
      certainty: 'certain',
    });
  });

  it('a refusal parks it with what to do, and asked for again it is done', async () => {
    const user = await leaver();
    mirror.simulators.faults('sunshine', { match: ERASE, status: 400, body: '{"errors":[]}' });
    await erase(user);
    await mirror.converge();
    expect(await linkOf(mirror.database, user.id, 'sunshine')).toMatchObject({
      owed: ['eraseProfile'],
      park_code: 'invalid',
      park_rule: expect.stringContaining('ask for it again'),
    });
    await erase(user);
    await mirror.converge();
    expectErased(user);
    await expectPaid(user);
  });

  /** Makes the link due for another reason, so that a pass is under way. */
  async function patchLink(user: User): Promise<void> {
    await mirror.database.sql(
      `UPDATE links SET wanted = wanted + 1, certainty = 'stale' WHERE user_id = $1`,
      [user.id],
    );
  }
});

function isErasure(call: {
  readonly method: string;
  readonly path: string;
  readonly mutated: boolean;
}): boolean {
  return call.method === 'DELETE' && call.path.includes('personalinformation') && call.mutated;
}
