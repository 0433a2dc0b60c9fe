import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RunningProvider, type HeldAccount } from '../frame/index.js';
import { call, TestClock, type Call, type Seen } from '../testing/call.js';
import { sendAuthDefinition, SERVICE_ACCOUNT_ID } from './index.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UNKNOWN_ID = '11111111-1111-4111-8111-111111111111';
const ANN = { firstName: 'Ann', lastName: 'Lee', email: 'ann.lee@example.com', phone: '+15550100' };

describe('the SendAuth simulator', () => {
  const clock = new TestClock();
  let sendauth: RunningProvider;
  let headers: Record<string, string>;

  beforeEach(async () => {
    sendauth = await RunningProvider.start(sendAuthDefinition, { now: clock.now });
    const { SENDAUTH_USERNAME, SENDAUTH_PASSWORD } = sendauth.environment;
    const pair = Buffer.from(`${SENDAUTH_USERNAME}:${SENDAUTH_PASSWORD}`).toString('base64');
    headers = { authorization: `Basic ${pair}` };
  });
  afterEach(() => sendauth.close());

  const send = (method: string, path: string, body?: unknown, options: Call = {}): Promise<Seen> =>
    call(`${sendauth.url}/api/v1/users${path}`, { method, headers, body, ...options });
  const create = (user: object = ANN): Promise<Seen> => send('POST', '', user);
  const created = async (user: object = ANN): Promise<string> => {
    clock.time += 1_000;
    return String((await create(user)).at('id'));
  };
  const set = (settings: Record<string, string | number | boolean>): void => {
    sendauth.provider.behaviour.merge(settings);
  };
  const held = (): HeldAccount[] => [...sendauth.provider.accounts()];
  const heldOne = (id: string): HeldAccount | undefined => held().find((each) => each['id'] === id);
  const idsOf = (seen: Seen): unknown[] => (seen.at('rows') as { id: unknown }[]).map(({ id }) => id);

  it.each([{}, { authorization: 'Basic d3Jvbmc6d3Jvbmc=' }, { authorization: 'Bearer x' }])(
    'a stranger is refused: %j',
    async (wrong) => {
      expect((await send('POST', '', ANN, { headers: wrong })).status).toBe(401);
      expect(held()).toEqual([]);
    },
  );

  describe('create', () => {
    it('assigns the id and answers the user', async () => {
      const seen = await create({ ...ANN, company: { name: 'Acme' } });
      expect(seen.status).toBe(201);
      expect(seen.at('id')).toMatch(UUID);
      expect(seen.body).toMatchObject({
        ...ANN,
        role: 'user',
        hasPasskeys: false,
        company: { name: 'Acme' },
      });
      expect(seen.body).not.toHaveProperty('tags');
      expect(seen.at('createdAt')).toBe(new Date(clock.time).toISOString());
      expect(held()).toEqual([{ ...(seen.body as object), tags: {}, transactions: [], state: 'live' }]);
    });

    it.each([
      ['firstName', { ...ANN, firstName: 'X' }],
      ['lastName', { ...ANN, lastName: 'x'.repeat(51) }],
      ['lastName', { firstName: 'Ann' }],
      ['firstName', { ...ANN, firstName: '𝒜' }],
      ['email', { ...ANN, email: 'not an address' }],
      ['email', { ...ANN, email: `${'x'.repeat(250)}@example.com` }],
      ['email', { ...ANN, email: '' }],
      ['email', { ...ANN, email: 'a..b@example.com' }],
      ['email', { ...ANN, email: null }],
      ['phone', { ...ANN, phone: '1'.repeat(21) }],
      ['role', { ...ANN, role: 'owner' }],
      ['messagingPreference', { ...ANN, messagingPreference: 'fax' }],
      ['permissions.0', { ...ANN, permissions: ['x'.repeat(65)] }],
      ['permissionGroups.0', { ...ANN, permissionGroups: ['no uuid'] }],
      ['company.name', { ...ANN, company: { name: 'A' } }],
    ])('a broken rule about %s is 422 and names it', async (field, user) => {
      const seen = await create(user);
      expect([seen.status, seen.at('field')]).toEqual([422, field]);
      expect(held()).toEqual([]);
    });

    it('names of 2 and of 50 characters pass, counted in characters', async () => {
      expect((await create({ firstName: 'Bo', lastName: '😀'.repeat(50) })).status).toBe(201);
    });

    it('read-only and unknown fields are ignored', async () => {
      const seen = await create({ ...ANN, id: UNKNOWN_ID, hasPasskeys: true, nonsense: 1 });
      expect(seen.at('id')).not.toBe(UNKNOWN_ID);
      expect(seen.body).toMatchObject({ hasPasskeys: false });
      expect(seen.body).not.toHaveProperty('nonsense');
    });

    it('a broken body is 400 and a role above our own 403', async () => {
      expect((await send('POST', '', '{')).status).toBe(400);
      expect((await create({ ...ANN, role: 'super_admin' })).status).toBe(403);
      expect(held()).toEqual([]);
    });

    it('H16: an email is unique whatever its letter case, a phone is not', async () => {
      await create();
      const again = await create({ ...ANN, email: 'ANN.Lee@Example.com' });
      expect([again.status, again.body]).toEqual([422, { error: 'User already exists' }]);
      expect((await create({ ...ANN, email: 'other@example.com' })).status).toBe(201);
      expect(sendauth.summary().duplicates).toEqual({ email: 0 });
    });

    it('users without an email do not collide', async () => {
      const { firstName, lastName } = ANN;
      await create({ firstName, lastName });
      expect((await create({ firstName, lastName, phone: '', company: null })).status).toBe(201);
      expect(held()).toHaveLength(2);
    });

    it.each([
      [true, 422],
      [false, 201],
    ])(
      'with softDeletedBlocksEmail %s a leaver’s address answers %d',
      async (softDeletedBlocksEmail, status) => {
        set({ softDeletedBlocksEmail });
        const leaver = await created();
        await send('DELETE', `/${leaver}`);
        expect((await create()).status).toBe(status);
        await send('DELETE', `/deleted/${leaver}`);
        expect((await create({ ...ANN, email: 'ann.LEE@example.com' })).status).toBe(
          status === 201 ? 422 : 201,
        );
      },
    );
  });

  describe('update', () => {
    const CHANGED = { firstName: 'Anne', lastName: 'Lee' };

    it.each([
      ['reset', { firstName: 'Anne', role: 'user', messagingPreference: 'email' }, undefined],
      ['keep', { firstName: 'Anne', role: 'admin', messagingPreference: 'sms' }, ANN.email],
    ])('with putOmitted %s', async (putOmitted, expected, email) => {
      set({ putOmitted });
      const id = await created({ ...ANN, role: 'admin', messagingPreference: 'sms' });
      await send('PUT', `/${id}/tags`, { tags: { team: 'red' } });
      const seen = await send('PUT', `/${id}`, CHANGED);
      expect(seen.status).toBe(200);
      expect(seen.body).toMatchObject(expected);
      expect(seen.at('email')).toBe(email);
      expect((await send('GET', `/${id}`)).body).toEqual(seen.body);
      expect(heldOne(id)).toMatchObject({ tags: { team: 'red' } });
      expect((await create({ ...ANN, lastName: 'Other' })).status).toBe(email === undefined ? 201 : 422);
    });

    it.each(['reset', 'keep'])(
      'an empty phone and a null company are cleared with putOmitted %s',
      async (putOmitted) => {
        set({ putOmitted });
        const id = await created({ ...ANN, company: { name: 'Acme' } });
        const seen = await send('PUT', `/${id}`, { ...ANN, phone: '', company: null });
        expect(seen.status).toBe(200);
        expect(seen.body).not.toHaveProperty('phone');
        expect(seen.body).not.toHaveProperty('company');
      },
    );

    it('frees the old email and takes the new one', async () => {
      const id = await created();
      await send('PUT', `/${id}`, { ...ANN, email: 'new@example.com' });
      expect((await create()).status).toBe(201);
      expect((await create({ ...ANN, email: 'new@example.com' })).status).toBe(422);
    });

    it('its own email in another case is no collision, that of another user is', async () => {
      const id = await created();
      await create({ ...ANN, email: 'bob@example.com' });
      expect((await send('PUT', `/${id}`, { ...ANN, email: 'ANN.LEE@example.com' })).status).toBe(200);
      const taken = await send('PUT', `/${id}`, { ...ANN, email: 'bob@example.com' });
      expect([taken.status, taken.at('field')]).toEqual([422, 'email']);
      expect(heldOne(id)).toMatchObject({ email: 'ANN.LEE@example.com' });
    });

    it('needs both names, and a live user', async () => {
      const id = await created();
      expect((await send('PUT', `/${id}`, { email: 'x@example.com' })).status).toBe(422);
      expect((await send('PUT', `/${UNKNOWN_ID}`, ANN)).status).toBe(404);
      await send('DELETE', `/${id}`);
      expect((await send('PUT', `/${id}`, ANN)).status).toBe(404);
    });
  });

  describe('soft delete, restore, destroy', () => {
    it('a user goes to the deleted list and comes back whole', async () => {
      const id = await created();
      await send('PUT', `/${id}/tags`, { tags: { team: 'red' } });
      sendauth.plant({ op: 'patch', id, account: { hasPasskeys: true } });
      const before = heldOne(id);

      const deleted = await send('DELETE', `/${id}`);
      expect([deleted.status, deleted.text]).toEqual([200, '']);
      expect([idsOf(await send('GET', '')), idsOf(await send('GET', '/deleted'))]).toEqual([[], [id]]);
      expect(heldOne(id)).toEqual({ ...before, state: 'softDeleted' });

      const restored = await send('PUT', `/deleted/${id}`);
      expect([restored.status, restored.text]).toEqual([200, '']);
      expect([idsOf(await send('GET', '')), idsOf(await send('GET', '/deleted'))]).toEqual([[id], []]);
      expect(heldOne(id)).toEqual(before);
    });

    it.each([
      [404, 404],
      [200, 200],
    ])('with getSoftDeleted %d a read of a soft-deleted user answers %d', async (getSoftDeleted, status) => {
      set({ getSoftDeleted });
      const id = await created();
      const live = await send('GET', `/${id}`);
      await send('DELETE', `/${id}`);
      const seen = await send('GET', `/${id}`);
      expect(seen.status).toBe(status);
      if (status === 200) expect(seen.body).toEqual(live.body);
    });

    it.each([404, 200])('with deleteTwice %d the second delete answers it', async (deleteTwice) => {
      set({ deleteTwice });
      const id = await created();
      await send('DELETE', `/${id}`);
      expect((await send('DELETE', `/${id}`)).status).toBe(deleteTwice);
      expect((await send('DELETE', `/${UNKNOWN_ID}`)).status).toBe(404);
    });

    it('a delete is seen late by reads while deleteThenGetLiveMs says so', async () => {
      set({ deleteThenGetLiveMs: 2_000 });
      const id = await created();
      await send('DELETE', `/${id}`);
      clock.time += 1_999;
      expect((await send('GET', `/${id}`)).status).toBe(200);
      clock.time += 1;
      expect((await send('GET', `/${id}`)).status).toBe(404);
    });

    it('D13: destroy takes soft-deleted users only, and for good', async () => {
      const id = await created();
      expect((await send('DELETE', `/deleted/${id}`)).status).toBe(404);
      expect(heldOne(id)?.state).toBe('live');
      await send('DELETE', `/${id}`);
      const destroyed = await send('DELETE', `/deleted/${id}`);
      expect([destroyed.status, destroyed.text]).toEqual([200, '']);
      expect(held()).toEqual([]);
      expect((await send('DELETE', `/deleted/${id}`)).status).toBe(404);
      expect((await send('PUT', `/deleted/${id}`)).status).toBe(404);
    });

    it('restore of a live user is 404, and of one whose address was given away 422', async () => {
      set({ softDeletedBlocksEmail: false });
      const id = await created();
      expect((await send('PUT', `/deleted/${id}`)).status).toBe(404);
      await send('DELETE', `/${id}`);
      await created();
      expect((await send('PUT', `/deleted/${id}`)).status).toBe(422);
      expect(heldOne(id)?.state).toBe('softDeleted');
    });

    it('D14: an empty id never reaches a user through the deleted list', async () => {
      const id = await created();
      await send('DELETE', `/${id}`);
      expect((await send('DELETE', '/deleted/')).status).toBe(405);
      expect((await send('DELETE', '/')).status).toBe(405);
      expect(held()).toHaveLength(1);
    });
  });

  describe('our own account', () => {
    it('H15: can be read, is never deleted, and is not among the accounts', async () => {
      expect((await send('GET', `/${SERVICE_ACCOUNT_ID}`)).at('role')).toBe('admin');
      expect((await send('DELETE', `/${SERVICE_ACCOUNT_ID}`)).status).toBe(403);
      expect((await send('GET', `/${SERVICE_ACCOUNT_ID}`)).status).toBe(200);
      expect([held(), sendauth.summary().accounts]).toEqual([[], 0]);
    });

    it.each([
      [false, 0],
      [true, 1],
    ])('with serviceAccountListed %s the list holds %d user', async (serviceAccountListed, total) => {
      set({ serviceAccountListed });
      expect((await send('GET', '')).at('total')).toBe(total);
    });
  });

  describe('lists', () => {
    const SORTED = 'sortBy=createdAt&sortDir=asc';
    const fill = async (count: number): Promise<string[]> => {
      const ids: string[] = [];
      for (let n = 0; n < count; n += 1) {
        ids.push(await created({ firstName: 'User', lastName: `No ${n}`, email: `user${n}@example.com` }));
      }
      return ids;
    };

    it('go by pages with a total, 20 a page unless told, newest first unless sorted', async () => {
      const ids = await fill(25);
      const first = await send('GET', '');
      expect([idsOf(first), first.at('total')]).toEqual([[...ids].reverse().slice(0, 20), 25]);
      expect(idsOf(await send('GET', `?${SORTED}&page=3&perPage=10`))).toEqual(ids.slice(20));
      expect(idsOf(await send('GET', `?${SORTED}&page=4&perPage=10`))).toEqual([]);
      expect(idsOf(await send('GET', '?sortBy=email&sortDir=desc&perPage=1'))).toEqual([ids[9]]);
    });

    it('L01: pages shift when a user goes, so one that stays can be missed', async () => {
      const ids = await fill(6);
      const first = idsOf(await send('GET', `?${SORTED}&perPage=3`));
      await send('DELETE', `/${String(ids[0])}`);
      const second = idsOf(await send('GET', `?${SORTED}&page=2&perPage=3`));
      expect([...first, ...second]).toEqual([ids[0], ids[1], ids[2], ids[4], ids[5]]);
    });

    it('L02: pages shift when a user comes, so one can be seen twice', async () => {
      const ids = await fill(4);
      const first = idsOf(await send('GET', '?perPage=2'));
      const late = await created({ firstName: 'Late', lastName: 'Comer' });
      const second = idsOf(await send('GET', '?page=2&perPage=2'));
      expect([...first, ...second]).toEqual([ids[3], ids[2], ids[2], ids[1]]);
      expect(late).toMatch(UUID);
    });

    it.each(['perPage=0', 'perPage=101', 'perPage=x', 'page=0', 'sortDir=up'])('refuse %s', async (query) => {
      expect((await send('GET', `?${query}`)).status).toBe(422);
    });

    it('the deleted list has no bounds but cuts a page at 100, latest deletion first', async () => {
      const ids = await fill(3);
      for (const id of ids) {
        clock.time += 1;
        await send('DELETE', `/${id}`);
      }
      expect(idsOf(await send('GET', '/deleted?perPage=1000&page=0'))).toEqual([...ids].reverse());
      expect(idsOf(await send('GET', '/deleted?perPage=2&page=2'))).toEqual([ids[0]]);
      expect(idsOf(await send('GET', '/deleted?q=user1%40'))).toEqual([ids[1]]);
    });

    it('L10: q finds every user with that piece, so an exact address can bring others along', async () => {
      const ann = await created();
      const joann = await created({ ...ANN, email: 'jo.ANN.LEE@example.com' });
      const suffixed = await created({ ...ANN, email: 'ann.lee@example.com.au' });
      const search = async (q: string): Promise<unknown[]> =>
        idsOf(await send('GET', `?${SORTED}&q=${encodeURIComponent(q)}`));
      expect(await search('ann.lee@example.com')).toEqual([ann, joann, suffixed]);
      expect(await search('Ann.Lee@EXAMPLE.com.')).toEqual([suffixed]);
      expect(await search('e@e')).toEqual([ann, joann, suffixed]);
      expect(await search('nn le')).toEqual([ann, joann, suffixed]);
      expect(await search('5550100')).toHaveLength(3);
      expect(await search('nobody@example.com')).toEqual([]);
    });

    it('a permission narrows the list', async () => {
      const id = await created({ ...ANN, permissions: ['door'] });
      await created({ ...ANN, email: 'bob@example.com', permissions: ['doorbell'] });
      expect(idsOf(await send('GET', '?permission=door'))).toEqual([id]);
    });
  });

  describe('what hangs on a user', () => {
    it('tags are a whole map that only the back door shows', async () => {
      const id = await created();
      const tagged = await send('PUT', `/${id}/tags`, { tags: { team: 'red', floor: '3' } });
      expect([tagged.status, tagged.text]).toEqual([200, '']);
      await send('PUT', `/${id}/tags`, { tags: { team: 'blue' } });
      expect(heldOne(id)).toMatchObject({ tags: { team: 'blue' } });
      expect((await send('GET', `/${id}`)).body).not.toHaveProperty('tags');
      expect((await send('PUT', `/${id}/tags`, { tags: { team: 1 } })).status).toBe(422);
      expect((await send('PUT', `/${UNKNOWN_ID}/tags`, { tags: {} })).status).toBe(404);
      await send('PUT', `/${id}/tags`);
      expect(heldOne(id)).toMatchObject({ tags: {} });
    });

    it('register needs a user without passkeys, authenticate one with them', async () => {
      const id = await created();
      expect((await send('POST', `/${id}/authenticate`, { message: 'Hello' })).status).toBe(406);
      const registering = await send('POST', `/${id}/register`);
      expect([registering.status, String(registering.at('tx'))]).toEqual([201, expect.stringMatching(UUID)]);

      sendauth.plant({ op: 'patch', id, account: { hasPasskeys: true } });
      expect((await send('POST', `/${id}/register`)).status).toBe(406);
      expect((await send('POST', `/${id}/authenticate`, { message: 'x'.repeat(1025) })).status).toBe(422);
      expect((await send('POST', `/${id}/authenticate`, { message: 'Hello' })).status).toBe(201);
      expect((await send('POST', `/${id}/authenticate`)).status).toBe(201);
      expect((await send('POST', `/${UNKNOWN_ID}/register`)).status).toBe(404);
      expect(heldOne(id)).toMatchObject({
        transactions: [
          { context: 'authenticate' },
          { context: 'authenticate', message: 'Hello' },
          { context: 'register' },
        ],
      });

      const removed = await send('DELETE', `/${id}/passkey`);
      expect([removed.status, removed.text]).toEqual([200, '']);
      expect((await send('GET', `/${id}`)).at('hasPasskeys')).toBe(false);
    });

    it('transactions wait for their person and expire; audits tell what was done', async () => {
      const id = await created();
      sendauth.plant({ op: 'patch', id, account: { hasPasskeys: true } });
      const asked = { message: 'Door', connectwise: 'T-1' };
      const tx = (await send('POST', `/${id}/authenticate`, asked)).at('tx');
      const list = await send('GET', `/${id}/transactions`);
      expect(list.body).toMatchObject({
        total: 1,
        rows: [{ id: tx, subject: id, state: 'pending', message: 'Door' }],
      });
      clock.time += 300_000;
      expect((await send('GET', `/${id}/transactions`)).at('rows', 0, 'state')).toBe('expired');
      await send('PUT', `/${id}/tags`, { tags: {} });
      const audits = await send('GET', `/${id}/audits?perPage=1`);
      expect(audits.body).toMatchObject({ total: 3, rows: [{ subject: id, action: 'set tags' }] });
      expect(audits.at('rows', 0, 'created_at')).toBe(new Date(clock.time).toISOString());
      expect((await send('GET', `/${id}/audits?q=authenticate`)).body).toMatchObject({
        total: 1,
        rows: [{ action: 'authenticate', extras: { tx, connectwise: 'T-1' } }],
      });
      expect((await send('GET', `/${UNKNOWN_ID}/audits`)).status).toBe(404);
    });
  });

  it.each([
    ['json', '{"error":"Not found"}', 'application/json; charset=utf-8'],
    ['text', 'Not found', 'text/plain; charset=utf-8'],
    ['empty', '', null],
  ])('with errorBodies %s a refusal looks like that', async (errorBodies, text, type) => {
    set({ errorBodies });
    const seen = await send('GET', `/${UNKNOWN_ID}`);
    expect([seen.status, seen.text, seen.headers.get('content-type')]).toEqual([404, text, type]);
  });

  it('H41: stale reads cover users and lists', async () => {
    sendauth.addFaults({ match: { method: 'GET' }, times: 'always', staleReadMs: 5_000 });
    clock.time += 10_000;
    const id = await created();
    expect([
      (await send('GET', `/${id}`)).status,
      idsOf(await send('GET', '?q=ann.lee%40example.com')),
    ]).toEqual([404, []]);
    clock.time += 5_000;
    await send('DELETE', `/${id}`);
    expect([
      (await send('GET', `/${id}`)).status,
      idsOf(await send('GET', '?q=ann.lee%40example.com')),
    ]).toEqual([200, [id]]);
    expect(idsOf(await send('GET', '/deleted'))).toEqual([]);
  });

  describe('a change made behind our back', () => {
    it('creates, alters, soft-deletes, restores and removes', async () => {
      sendauth.plant([
        { op: 'put', account: { ...ANN, id: UNKNOWN_ID, hasPasskeys: true, tags: { team: 'red' } } },
        { op: 'put', account: { firstName: 'Bob', lastName: 'Ray', state: 'softDeleted' } },
      ]);
      expect((await send('GET', `/${UNKNOWN_ID}`)).body).toMatchObject({ ...ANN, hasPasskeys: true });
      expect(sendauth.summary()).toMatchObject({ accounts: 2, states: { live: 1, softDeleted: 1 } });

      sendauth.plant({ op: 'patch', id: UNKNOWN_ID, account: { email: null, phone: '+1' } });
      expect(heldOne(UNKNOWN_ID)).toMatchObject({ phone: '+1', tags: { team: 'red' }, hasPasskeys: true });
      expect((await create()).status).toBe(201);

      sendauth.plant({ op: 'softDelete', id: UNKNOWN_ID });
      expect((await send('GET', `/${UNKNOWN_ID}`)).status).toBe(404);
      sendauth.plant([
        { op: 'restore', id: UNKNOWN_ID },
        { op: 'remove', id: UNKNOWN_ID },
      ]);
      expect(heldOne(UNKNOWN_ID)).toBeUndefined();
    });

    it('H28: can double an email, which the summary counts', () => {
      sendauth.plant([
        { op: 'put', account: ANN },
        { op: 'put', account: { ...ANN, email: 'ANN.lee@example.com' } },
      ]);
      expect(sendauth.summary().duplicates).toEqual({ email: 1 });
    });

    it.each([
      [{ op: 'suspend', id: UNKNOWN_ID }, 'no suspend'],
      [{ op: 'remove', id: SERVICE_ACCOUNT_ID }, 'no user'],
      [{ op: 'put', account: { firstName: 'X', lastName: 'Yz' } }, 'firstName'],
    ])('is refused when it makes no sense: %j', (change, message) => {
      expect(() => sendauth.plant(change)).toThrow(message);
    });
  });

  it('a reset forgets everything but our own account', async () => {
    await create();
    set({ deleteTwice: 200 });
    sendauth.reset();
    expect([held(), sendauth.provider.behaviour.current['deleteTwice']]).toEqual([[], 404]);
    expect((await send('GET', `/${SERVICE_ACCOUNT_ID}`)).status).toBe(200);
    expect((await create()).status).toBe(201);
  });
});
