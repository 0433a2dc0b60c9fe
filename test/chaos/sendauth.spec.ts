import { afterEach, describe, expect, it } from '@jest/globals';
import { changeStatus, patchUser } from '#store';
import { SERVICE_ACCOUNT_ID } from '../../apps/simulators/src/index.js';
import { linkOf, openMirror, type Mirror } from '../support/mirror.js';
import { enter, only, person } from '../support/people.js';

const SERVICE_EMAIL = 'service@sendauth.example';

describe('SendAuth, where its documents are silent', () => {
  let mirror: Mirror;
  afterEach(() => mirror.close());

  async function open(behaviour: Readonly<Record<string, unknown>>): Promise<void> {
    mirror = await openMirror({ providers: ['sendauth'], engine: { lateArrivalMs: 300 } });
    mirror.simulators.providers.sendauth.behaviour.merge(behaviour);
  }

  it('H34: an email that cannot be cleared is told, its owner is parked, and can still leave', async () => {
    await open({ putOmitted: 'keep' });
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    await patchUser(mirror.roster, 'test', {
      id: user.id,
      patch: { email: null, phone: null, company: null },
    });
    await mirror.converge();
    expect(await linkOf(mirror.database, user.id, 'sendauth')).toMatchObject({ park_code: 'not_honoured' });
    expect(mirror.accounts('sendauth')).toMatchObject([
      { email: user.email, phone: undefined, company: undefined },
    ]);

    await changeStatus(mirror.roster, 'test', { id: user.id, verb: 'deactivate' });
    await mirror.converge();
    expect(mirror.accounts('sendauth')).toMatchObject([{ state: 'softDeleted' }]);
  });

  it('H35: all that is cleared is gone where an update resets what it leaves out', async () => {
    await open({ putOmitted: 'reset' });
    const user = only(await enter(mirror.roster, [person(1)]));
    await mirror.converge();
    await patchUser(mirror.roster, 'test', {
      id: user.id,
      patch: { email: null, phone: null, company: null },
    });
    await mirror.converge();
    expect(await linkOf(mirror.database, user.id, 'sendauth')).toMatchObject({ park_code: null });
    expect(mirror.accounts('sendauth')).toMatchObject([
      { email: undefined, phone: undefined, company: undefined },
    ]);
  });

  it.each([
    ['answered', null],
    ['lost before it arrived', { match: { method: 'POST' }, drop: 'before' } as const],
    ['lost on its way back', { match: { method: 'POST' }, drop: 'after' } as const],
  ])(
    'H16: our own account is nobody’s, also for the one with its email whose create is %s',
    async (_, fault) => {
      await open({ serviceAccountListed: true });
      if (fault !== null) mirror.simulators.faults('sendauth', fault);
      const user = only(await enter(mirror.roster, [person(1, { email: SERVICE_EMAIL })]));
      await mirror.converge();
      expect(await linkOf(mirror.database, user.id, 'sendauth')).toMatchObject({
        park_code: 'disputed',
        park_attribute: 'email',
        account_id: null,
      });

      await changeStatus(mirror.roster, 'test', { id: user.id, verb: 'delete' });
      await mirror.converge();
      const calls = [...mirror.simulators.running.sendauth.log.since(0)];
      expect(
        calls.filter(({ accountId, method }) => accountId === SERVICE_ACCOUNT_ID && method !== 'GET'),
      ).toEqual([]);
      expect(mirror.accounts('sendauth')).toEqual([]);
    },
  );
});
