import { afterEach, describe, expect, it } from '@jest/globals';
import { changeStatus, comeBack, patchUser } from '#store';
import { interposed, linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person } from '../support/people.js';

const SHARED = '+41446681800';
const IN_SYNC = { park_code: null, observed_state: 'live' };

describe('identifiers that are let go at the wrong moment', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  it('a holder that lets go and settles while it is being looked up still wakes the one who waits', async () => {
    mirror = await openMirror({ providers: ['passage'] });
    const holder = only(await enter(mirror.roster, [person(1, { phone: SHARED })]));
    await mirror.converge();
    const second = only(await enter(mirror.roster, [person(2, { phone: SHARED })]));
    let letGo = false;
    const database = interposed(mirror.database, async (text) => {
      if (!text.includes('l.account_id = ANY') || letGo) return;
      letGo = true;
      await patchUser(mirror.roster, 'test', { id: holder.id, patch: { phone: null } });
      await mirror.worker.pass();
    });
    await mirror.hire({}, database).pass();
    await mirror.converge();
    await mirror.converge();

    expect(letGo).toBe(true);
    expect(await linkOf(mirror.database, second.id, 'passage')).toMatchObject(IN_SYNC);
  });

  it.each([
    ['passage', 400],
    ['sendauth', 422],
  ] as const)(
    'a create refused at %s for somebody who is gone by the time of the look is tried again',
    async (name, status) => {
      mirror = await openMirror({ providers: [name] });
      const user = only(await enter(mirror.roster, [person(1)]));
      mirror.simulators.faults(name, { match: { method: 'POST' }, status, applied: false, body: {} });
      await mirror.converge();

      expect(await linkOf(mirror.database, user.id, name)).toMatchObject(IN_SYNC);
    },
  );

  it('a restore whose email was given away waits for its new holder, and says so', async () => {
    mirror = await openMirror({ providers: ['sendauth'] });
    mirror.simulators.providers.sendauth.behaviour.merge({ softDeletedBlocksEmail: false });
    const leaver = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    await changeStatus(mirror.roster, 'test', { id: leaver.id, verb: 'delete' });
    await mirror.converge();
    const hire = only(await enter(mirror.roster, [person(2, { email: leaver.email })]));
    await mirror.converge();
    await comeBack(mirror.roster, 'test', { id: leaver.id, verb: 'restore' });
    await mirror.converge();
    expect(await linkOf(mirror.database, leaver.id, 'sendauth')).toMatchObject({
      park_code: 'identifier_taken',
      park_attribute: 'email',
    });

    await patchUser(mirror.roster, 'test', { id: hire.id, patch: { email: 'person.2@example.com' } });
    await mirror.converge();
    await mirror.converge();
    expect(await linkOf(mirror.database, leaver.id, 'sendauth')).toMatchObject(IN_SYNC);
  });

  it('nobody waits for a create that is itself parked in a dispute', async () => {
    mirror = await openMirror({ providers: ['passage'] });
    const first = only(await enter(mirror.roster, [person(1)]));
    const stranger = { email: first.email, created_at: '2020-01-01T00:00:00Z' };
    mirror.simulators.providers.passage.plant({ op: 'put', account: stranger });
    mirror.simulators.faults('passage', { match: { method: 'POST' }, drop: 'before' });
    await mirror.converge();
    const second = only(await enter(mirror.roster, [person(2, { email: first.email })]));
    await mirror.converge();

    for (const { id } of [first, second]) {
      expect((await linkOf(mirror.database, id, 'passage'))['park_code']).toBe('disputed');
    }
    expect(mirror.accounts('passage')).toHaveLength(1);
  });
});

describe('a provider that says one thing for ever', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  it('P17: is not asked on and on when it answers every update with a conflict', async () => {
    mirror = await openMirror({ providers: ['sunshine'] });
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    const before = mirror.simulators.running.sunshine.log.counts.total;
    mirror.simulators.faults('sunshine', { match: { method: 'PATCH' }, times: 'always', status: 409 });
    await patchUser(mirror.roster, 'test', { id: user.id, patch: { email: 'new@example.com' } });
    await expect(mirror.converge(2_000)).rejects.toThrow('not converged');

    expect(mirror.simulators.running.sunshine.log.counts.total - before).toBeLessThan(30);
  });

  it('P17: a restore that it acknowledges and does not do is tried a few times and parked', async () => {
    mirror = await openMirror({ providers: ['sendauth'] });
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    await changeStatus(mirror.roster, 'test', { id: user.id, verb: 'deactivate' });
    await mirror.converge();
    const restore = { method: 'PUT', path: 'deleted' };
    mirror.simulators.faults('sendauth', { match: restore, times: 'always', status: 200, body: {} });
    await comeBack(mirror.roster, 'test', { id: user.id, verb: 'reactivate' });
    await mirror.converge();

    expect((await linkOf(mirror.database, user.id, 'sendauth'))['park_code']).toBe('not_honoured');
  });
});
