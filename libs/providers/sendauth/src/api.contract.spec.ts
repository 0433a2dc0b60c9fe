import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { contextOf, type ProviderClient } from '#http';
import type { ProviderErrorKind } from '#identity-provider';
import type { LoggedCall } from '../../../../apps/simulators/src/frame/call-log.js';
import { SERVICE_ACCOUNT_ID } from '../../../../apps/simulators/src/index.js';
import { startSendauth, type SendauthService } from '../../../../test/support/simulated-kinds.js';
import { SendauthActivityApi } from './activity-api.js';
import { SendauthApi } from './api.js';
import { openSendauth } from './sendauth.harness.js';
import type { UserBody } from './user-body.js';
import { detailsOf } from './user-details.js';

const NOBODY = '00000000-0000-4000-8000-00000000dead';
const GROUP = '046b6c7f-0b8a-43b9-b35d-6489e6daee91';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ANNA = { firstName: 'Anna', lastName: 'Muster', email: 'anna@example.test' };

let service: SendauthService;
let client: ProviderClient;
let users: SendauthApi;
let activity: SendauthActivityApi;
const context = contextOf();

beforeAll(async () => {
  service = await startSendauth();
  client = openSendauth(service);
  users = new SendauthApi(client);
  activity = new SendauthActivityApi(client);
});
beforeEach(() => {
  service.running.reset();
});
afterAll(async () => {
  await client.close();
  await service.close();
});

type Held = Readonly<Record<string, unknown>>;

const held = (): Held[] => [...service.running.provider.accounts()];
const heldOne = (id: string): Held | undefined => held().find((each) => each['id'] === id);
const calls = (): LoggedCall[] => [...service.running.log.since(0)];
const lastCall = (): LoggedCall | undefined => calls().at(-1);
const create = async (body: UserBody = ANNA): Promise<string> =>
  (await users.createUser(body, context)).user.id;
const givePasskeys = (id: string): void => {
  service.running.plant({ op: 'patch', id, account: { hasPasskeys: true } });
};

describe('the typed client of SendAuth, users', () => {
  const WHOLE = {
    ...ANNA,
    phone: '+41446681800',
    role: 'admin',
    company: { name: 'Muster AG' },
    permissions: ['reports', 'p'.repeat(64)],
    groupPermissions: ['doors'],
    permissionGroups: [GROUP],
    messagingPreference: 'both',
  } as const satisfies UserBody;

  it('creates one with every writable member, and reads every member back', async () => {
    const { status, user } = await users.createUser(WHOLE, context);
    expect(status).toBe(201);
    expect(heldOne(user.id)).toMatchObject(WHOLE);
    const read = await users.getUser(user.id, context);
    expect(read).toEqual({ status: 200, user });
    expect(detailsOf(read.user)).toEqual({
      ...WHOLE,
      id: user.id,
      username: ANNA.email,
      company: {
        id: expect.stringMatching(UUID),
        orgID: expect.stringMatching(UUID),
        name: 'Muster AG',
        createdAt: expect.any(Date),
      },
      hasPasskeys: false,
      createdAt: expect.any(Date),
      lastAuthenticated: null,
    });
  });

  it('creates one with names alone, at the limits of their length', async () => {
    const id = await create({ firstName: 'Li', lastName: '𠮷'.repeat(50) });
    expect(heldOne(id)).toMatchObject({ firstName: 'Li', state: 'live' });
  });

  it('finds the company of others by its id', async () => {
    const first = await create(WHOLE);
    const { id: company } = heldOne(first)?.['company'] as { id: string };
    const second = await create({ firstName: 'Ben', lastName: 'Other', company: { id: company } });
    expect(heldOne(second)?.['company']).toEqual(heldOne(first)?.['company']);
  });

  it('replaces one', async () => {
    const id = await create(WHOLE);
    const body = { ...ANNA, firstName: 'Anne', role: 'user', phone: '', company: null } as const;
    const { status, user } = await users.updateUser(id, { body }, context);
    expect(status).toBe(200);
    expect(user).toMatchObject({ id, firstName: 'Anne' });
    expect(heldOne(id)).toMatchObject({ ...ANNA, firstName: 'Anne', role: 'user', permissions: [] });
    expect(heldOne(id)).toMatchObject({ phone: undefined, company: undefined });
  });

  it('replaces one and gives back what was read', async () => {
    const id = await create(WHOLE);
    const kept = { role: 'admin', permissions: WHOLE.permissions, phone: 'loses to the body' };
    await users.updateUser(id, { body: { ...ANNA, phone: '+1' }, kept }, context);
    expect(heldOne(id)).toMatchObject({ role: 'admin', permissions: WHOLE.permissions, phone: '+1' });
  });

  it('soft-deletes one, restores it, and destroys it', async () => {
    const id = await create();
    expect(await users.deleteUser(id, context)).toBe(200);
    expect(heldOne(id)?.['state']).toBe('softDeleted');
    expect(await users.restoreUser(id, context)).toBe(200);
    expect(heldOne(id)?.['state']).toBe('live');
    await users.deleteUser(id, context);
    expect(await users.destroyUser(id, context)).toBe(200);
    expect(held()).toEqual([]);
  });

  it('sets the whole map of tags', async () => {
    const id = await create();
    expect(await users.setTags(id, { team: 'blue', 'with space': '' }, context)).toBe(200);
    expect(heldOne(id)?.['tags']).toEqual({ team: 'blue', 'with space': '' });
    await users.setTags(id, {}, context);
    expect(heldOne(id)?.['tags']).toEqual({});
  });
});

describe('the typed client of SendAuth, lists of users', () => {
  const idsOf = (page: { users: readonly { id: string }[] }): string[] => page.users.map(({ id }) => id);
  let ids: string[];
  beforeEach(() => {
    ids = Array.from({ length: 5 }, (_, at) => `00000000-0000-4000-8000-00000000000${at}`);
    service.running.plant(
      ids.map((id, at) => ({
        op: 'put',
        account: {
          id,
          firstName: `Name ${at}`,
          lastName: at === 3 ? 'Rare' : 'Common',
          permissions: at > 2 ? ['doors & gates'] : [],
          createdAt: new Date(Date.UTC(2024, 0, at + 1)).toISOString(),
        },
      })),
    );
  });
  const leave = (): void => {
    service.running.plant(ids.map((id) => ({ op: 'softDelete', id })));
  };

  it('shows live users without any parameter', async () => {
    const page = await users.listUsers({}, context);
    expect([new Set(idsOf(page)), page.total]).toEqual([new Set(ids), 5]);
    expect(lastCall()?.path).toBe('/api/v1/users');
  });

  it.each([
    ['a page of them', { page: 2, perPage: 2, sortBy: 'createdAt', sortDir: 'asc' }, [2, 3], 5],
    ['them in the other order', { sortBy: 'createdAt', sortDir: 'desc', perPage: 100 }, [4, 3, 2, 1, 0], 5],
    ['those who are found', { q: 'rare' }, [3], 1],
    ['those who may', { permission: 'doors & gates', sortBy: 'createdAt', sortDir: 'asc' }, [3, 4], 2],
    ['nobody beyond the last page', { page: 4, perPage: 2 }, [], 5],
  ] as const)('shows %s', async (_, query, at, total) => {
    const page = await users.listUsers(query, context);
    expect([idsOf(page), page.total]).toEqual([at.map((each) => ids[each]), total]);
  });

  it('shows soft-deleted users without any parameter, and live ones no more', async () => {
    leave();
    expect(await users.listUsers({}, context)).toEqual({ users: [], total: 0 });
    const page = await users.listDeletedUsers({}, context);
    expect([new Set(idsOf(page)), page.total]).toEqual([new Set(ids), 5]);
    expect(lastCall()?.path).toBe('/api/v1/users/deleted');
  });

  it.each([
    ['a page of them', { page: 3, perPage: 2 }, 1, 5],
    ['those who are found', { q: 'rare' }, 1, 1],
    ['those who could', { permission: 'doors & gates' }, 2, 2],
  ] as const)('shows soft-deleted users, %s', async (_, query, length, total) => {
    leave();
    const page = await users.listDeletedUsers(query, context);
    expect([page.users.length, page.total]).toEqual([length, total]);
  });
});

describe('the typed client of SendAuth, what a user is asked for', () => {
  it('asks to register, which a person with passkeys is not', async () => {
    const id = await create();
    const { id: tx } = await activity.registerUser(id, context);
    expect(tx).toMatch(UUID);
    expect(heldOne(id)?.['transactions']).toMatchObject([{ id: tx, context: 'register', state: 'pending' }]);
    givePasskeys(id);
    await expect(activity.registerUser(id, context)).rejects.toMatchObject({
      kind: 'conflict',
      detail: { reason: 'already_has_passkeys', status: 406 },
    });
    expect(heldOne(id)?.['transactions']).toHaveLength(1);
  });

  it('asks to authenticate, which a person without passkeys cannot', async () => {
    const id = await create();
    await expect(activity.authenticateUser(id, {}, context)).rejects.toMatchObject({
      kind: 'conflict',
      detail: { reason: 'no_passkeys', status: 406 },
    });
    givePasskeys(id);
    const message = '𠮷'.repeat(1024);
    const { id: asked } = await activity.authenticateUser(
      id,
      { message, connectwise: 'T'.repeat(64) },
      context,
    );
    const { id: bare } = await activity.authenticateUser(id, {}, context);
    expect(heldOne(id)?.['transactions']).toMatchObject([{ id: bare }, { id: asked, message }]);
    const { entries } = await activity.listAudits(id, { q: 'authenticate' }, context);
    expect(entries.map(({ extras }) => extras)).toEqual([
      { tx: bare },
      { tx: asked, connectwise: 'T'.repeat(64) },
    ]);
  });

  it('removes passkeys, also when there are none', async () => {
    const id = await create();
    givePasskeys(id);
    expect(await activity.removePasskeys(id, context)).toBe(200);
    expect(heldOne(id)).toMatchObject({ hasPasskeys: false, state: 'live' });
    expect(await activity.removePasskeys(id, context)).toBe(200);
  });

  it('shows what was done, by pages and by what is searched', async () => {
    const id = await create();
    await users.setTags(id, {}, context);
    await users.setTags(id, {}, context);
    const all = await activity.listAudits(id, {}, context);
    expect(all.total).toBe(3);
    expect(all.entries[2]).toEqual({
      subject: id,
      name: 'Anna Muster',
      type: 'user',
      actor: service.running.environment['SENDAUTH_USERNAME'],
      action: 'create',
      extras: {},
      createdAt: expect.any(Date),
    });
    const second = await activity.listAudits(id, { page: 2, perPage: 1, q: 'set tags' }, context);
    expect(second).toMatchObject({ total: 2, entries: [{ action: 'set tags' }] });
  });

  it('shows transactions, by pages and by what is searched', async () => {
    const id = await create();
    const register = await activity.registerUser(id, context);
    givePasskeys(id);
    const door = await activity.authenticateUser(id, { message: 'The door' }, context);
    const all = await activity.listTransactions(id, {}, context);
    expect(all.total).toBe(2);
    expect(all.entries[0]).toEqual({
      id: door.id,
      state: 'pending',
      subject: id,
      subjectName: 'Anna Muster',
      requestor: service.running.environment['SENDAUTH_USERNAME'],
      context: 'authenticate',
      message: 'The door',
      userMessage: null,
      createdAt: expect.any(Date),
      completedAt: null,
      expiresAt: expect.any(Date),
    });
    expect(await activity.listTransactions(id, { q: 'door' }, context)).toMatchObject({ total: 1 });
    const second = await activity.listTransactions(id, { page: 2, perPage: 1 }, context);
    expect(second.entries.map((each) => each.id)).toEqual([register.id]);
  });
});

describe('the typed client of SendAuth, before anything is sent', () => {
  const body = (more: object) => () => users.createUser({ ...ANNA, ...more }, context);
  const listing = (query: object) => () => users.listUsers(query, context);
  const lone = 'a\ud800b';

  it.each([
    ['a first name of one letter', body({ firstName: '𠮷' }), 'too_short', 'firstName'],
    ['a first name of 51 letters', body({ firstName: 'a'.repeat(51) }), 'too_long', 'firstName'],
    ['no last name', body({ lastName: undefined }), 'required', 'lastName'],
    ['a last name of 51 letters', body({ lastName: 'a'.repeat(51) }), 'too_long', 'lastName'],
    ['half a letter', body({ lastName: lone }), 'not_encodable', 'lastName'],
    ['what is no email', body({ email: 'anna' }), 'not_an_email', 'email'],
    ['an empty email', body({ email: '' }), 'not_an_email', 'email'],
    ['an email beyond ASCII', body({ email: 'jörg@bücher.test' }), 'not_an_email', 'email'],
    ['an email of 257 letters', body({ email: `${'a'.repeat(250)}@x.test` }), 'too_long', 'email'],
    ['a phone of 21 letters', body({ phone: '1'.repeat(21) }), 'too_long', 'phone'],
    ['a number for a phone', body({ phone: 41 }), 'not_a_text', 'phone'],
    ['a role that is not listed', body({ role: 'owner' }), 'not_listed', 'role'],
    ['a company of one letter', body({ company: { name: 'X' } }), 'too_short', 'company.name'],
    ['a company of 101 letters', body({ company: { name: 'x'.repeat(101) } }), 'too_long', 'company.name'],
    ['a company with an odd id', body({ company: { id: '7' } }), 'not_a_uuid', 'company.id'],
    ['an odd organisation', body({ company: { orgID: '7' } }), 'not_a_uuid', 'company.orgID'],
    ['a permission of 65 letters', body({ permissions: ['ok', 'p'.repeat(65)] }), 'too_long', 'permissions'],
    ['permissions that are no list', body({ permissions: 'all' }), 'not_a_list', 'permissions'],
    ['a long group permission', body({ groupPermissions: ['p'.repeat(65)] }), 'too_long', 'groupPermissions'],
    ['an odd permission group', body({ permissionGroups: ['all'] }), 'not_a_uuid', 'permissionGroups'],
    ['an odd preference', body({ messagingPreference: 'fax' }), 'not_listed', 'messagingPreference'],
    ['page 0', listing({ page: 0 }), 'out_of_bounds', 'page'],
    ['page 1.5', listing({ page: 1.5 }), 'not_a_whole_number', 'page'],
    ['no rows a page', listing({ perPage: 0 }), 'out_of_bounds', 'perPage'],
    ['101 rows a page', listing({ perPage: 101 }), 'out_of_bounds', 'perPage'],
    ['half a letter to search for', listing({ q: lone }), 'not_encodable', 'q'],
    ['a long permission to search for', listing({ permission: 'p'.repeat(65) }), 'too_long', 'permission'],
    ['an odd order', listing({ sortDir: 'up' }), 'not_listed', 'sortDir'],
    [
      '101 deleted users',
      () => users.listDeletedUsers({ perPage: 101 }, context),
      'out_of_bounds',
      'perPage',
    ],
    ['101 audits', () => activity.listAudits(NOBODY, { perPage: 101 }, context), 'out_of_bounds', 'perPage'],
    [
      'page 0 of transactions',
      () => activity.listTransactions(NOBODY, { page: 0 }, context),
      'out_of_bounds',
      'page',
    ],
    ['half a letter in a tag', () => users.setTags(NOBODY, { team: lone }, context), 'not_encodable', 'tags'],
    [
      'a message of 1,025 letters',
      () => activity.authenticateUser(NOBODY, { message: 'm'.repeat(1025) }, context),
      'too_long',
      'message',
    ],
    [
      'a reference of 65 letters',
      () => activity.authenticateUser(NOBODY, { connectwise: 'T'.repeat(65) }, context),
      'too_long',
      'connectwise',
    ],
  ] as const)('refuses %s', async (_, call, reason, attribute) => {
    await expect(call()).rejects.toMatchObject({ kind: 'invalid', detail: { reason, attribute } });
    expect(calls()).toEqual([]);
  });

  it('refuses the same in an update, and nothing of what goes back as it was read', async () => {
    const id = await create();
    const before = calls().length;
    const update = users.updateUser(id, { body: { ...ANNA, firstName: 'A' } }, context);
    await expect(update).rejects.toMatchObject({ kind: 'invalid', detail: { reason: 'too_short' } });
    expect(calls()).toHaveLength(before);
    const odd = { body: ANNA, kept: { role: 'auditor' } };
    service.running.addFaults({ match: { body: '"role":"auditor"' }, status: 200, body: { ...ANNA, id } });
    expect(await users.updateUser(id, odd, context)).toMatchObject({ status: 200 });
    expect(service.running.faults).toMatchObject([{ hits: 1 }]);
  });

  it.each(['deleted', '', '..', 'deleted/046b6c7f-0b8a-43b9-b35d-6489e6daee91', '046b6c7f'])(
    'D14: refuses the id %j in every operation',
    async (id) => {
      const refused: readonly Promise<unknown>[] = [
        users.getUser(id, context),
        users.updateUser(id, { body: ANNA }, context),
        users.deleteUser(id, context),
        users.restoreUser(id, context),
        users.destroyUser(id, context),
        users.setTags(id, {}, context),
        activity.registerUser(id, context),
        activity.authenticateUser(id, {}, context),
        activity.removePasskeys(id, context),
        activity.listAudits(id, {}, context),
        activity.listTransactions(id, {}, context),
      ];
      for (const call of refused) {
        await expect(call).rejects.toMatchObject({
          kind: 'invalid',
          detail: { reason: 'account_id_is_no_uuid' },
        });
      }
      expect(calls()).toEqual([]);
    },
  );
});

describe('the typed client of SendAuth, answers that are not as described', () => {
  const answer = (body: unknown, status = 200): void => {
    service.running.addFaults({ status, body });
  };

  it('H31, H37: shows unknown words as such, leaves unknown members out, and keeps both in what was read', async () => {
    const odd = {
      id: NOBODY,
      ...ANNA,
      role: 'auditor',
      messagingPreference: 'fax',
      badge: 7,
      company: { name: 'X', vat: 1 },
    };
    answer(odd);
    const { user } = await users.getUser(NOBODY, context);
    expect(user).toEqual(odd);
    const details = detailsOf(user);
    expect(details).toMatchObject({ ...ANNA, role: 'unknown', messagingPreference: 'unknown' });
    expect(details).not.toHaveProperty('badge');
    expect(details.company).toEqual({ id: null, orgID: null, name: 'X', createdAt: null });
  });

  it.each([
    ['missing', { id: NOBODY }],
    [
      'of another type',
      {
        id: NOBODY,
        role: 7,
        username: {},
        permissions: 'all',
        groupPermissions: [7],
        permissionGroups: null,
        messagingPreference: [],
        hasPasskeys: 'yes',
        createdAt: 'yesterday',
        lastAuthenticated: 0,
      },
    ],
  ])('H33: shows members that are %s as having no value', async (_, body) => {
    answer(body);
    const { user } = await users.getUser(NOBODY, context);
    expect(detailsOf(user)).toEqual({
      id: NOBODY,
      username: null,
      firstName: null,
      lastName: null,
      email: null,
      phone: null,
      role: null,
      company: null,
      permissions: [],
      groupPermissions: [],
      permissionGroups: [],
      messagingPreference: null,
      hasPasskeys: null,
      createdAt: null,
      lastAuthenticated: null,
    });
  });

  it.each([{}, { state: null }, { state: 'paused', extra: 1 }, { state: 7, createdAt: 'yesterday' }])(
    'H37: shows the transaction %j as in an unknown state',
    async (row) => {
      answer({ rows: [row], total: 1 });
      const { entries } = await activity.listTransactions(NOBODY, {}, context);
      expect(entries).toEqual([
        {
          id: null,
          state: 'unknown',
          subject: null,
          subjectName: null,
          requestor: null,
          context: null,
          message: null,
          userMessage: null,
          createdAt: null,
          completedAt: null,
          expiresAt: null,
        },
      ]);
    },
  );

  it.each([{}, { extras: null, extra: 1 }, { extras: 'none', created_at: 'yesterday', actor: 7 }])(
    'H31: shows the audit %j as saying nothing',
    async (row) => {
      answer({ rows: [row], total: 1 });
      const { entries } = await activity.listAudits(NOBODY, {}, context);
      expect(entries).toEqual([
        { subject: null, name: null, type: null, actor: null, action: null, extras: {}, createdAt: null },
      ]);
    },
  );

  it('reads pages without rows as empty', async () => {
    for (const rows of [undefined, null, []]) {
      answer({ rows, total: 0 });
      expect(await users.listUsers({}, context)).toEqual({ users: [], total: 0 });
      answer({ rows, total: 0 });
      expect(await activity.listAudits(NOBODY, {}, context)).toEqual({ entries: [], total: 0 });
      answer({ rows, total: 0 });
      expect(await activity.listTransactions(NOBODY, {}, context)).toEqual({ entries: [], total: 0 });
    }
  });

  it('H31: shows what happened to a user where it is not counted, and walks no list of users so', async () => {
    const body = { rows: [{}] };
    answer(body);
    expect(await activity.listAudits(NOBODY, {}, context)).toMatchObject({ entries: [{}], total: null });
    answer(body);
    expect(await activity.listTransactions(NOBODY, {}, context)).toMatchObject({
      entries: [{}],
      total: null,
    });
    answer({ rows: [] });
    await expect(users.listUsers({}, context)).rejects.toMatchObject({ kind: 'protocol' });
  });

  it.each([[[]], ['text'], [{ rows: {}, total: 1 }], [{ rows: [1], total: 1 }], [{}]])(
    'H27: takes %j for no page',
    async (body) => {
      const expected = { kind: 'protocol' };
      answer(body);
      await expect(users.listUsers({}, context)).rejects.toMatchObject(expected);
      answer(body);
      await expect(activity.listAudits(NOBODY, {}, context)).rejects.toMatchObject(expected);
      answer(body);
      await expect(activity.listTransactions(NOBODY, {}, context)).rejects.toMatchObject(expected);
    },
  );

  it.each([undefined, {}, { tx: null }, { tx: '' }, []])(
    'H24: knows that something began when the answer %j does not say what',
    async (body) => {
      answer(body, 201);
      await expect(activity.registerUser(NOBODY, context)).rejects.toMatchObject({ kind: 'outcomeUnknown' });
      answer(body, 201);
      await expect(activity.authenticateUser(NOBODY, {}, context)).rejects.toMatchObject({
        kind: 'outcomeUnknown',
      });
    },
  );
});

describe('the typed client of SendAuth, errors', () => {
  const OPERATIONS = {
    list: () => users.listUsers({}, context),
    create: () => users.createUser({ firstName: 'Anna', lastName: 'Muster' }, context),
    'create with an email': () => users.createUser(ANNA, context),
    get: () => users.getUser(NOBODY, context),
    update: () => users.updateUser(NOBODY, { body: ANNA, changesEmail: false }, context),
    'update of an email': () => users.updateUser(NOBODY, { body: ANNA }, context),
    delete: () => users.deleteUser(NOBODY, context),
    'list deleted': () => users.listDeletedUsers({}, context),
    restore: () => users.restoreUser(NOBODY, context),
    destroy: () => users.destroyUser(NOBODY, context),
    tags: () => users.setTags(NOBODY, {}, context),
    register: () => activity.registerUser(NOBODY, context),
    authenticate: () => activity.authenticateUser(NOBODY, { message: 'Hello' }, context),
    'remove passkeys': () => activity.removePasskeys(NOBODY, context),
    audits: () => activity.listAudits(NOBODY, {}, context),
    transactions: () => activity.listTransactions(NOBODY, {}, context),
  };
  type Operation = keyof typeof OPERATIONS;
  const READS: readonly string[] = ['list', 'get', 'list deleted', 'audits', 'transactions'];
  const everywhere: readonly (readonly [number, ProviderErrorKind])[] = [
    [400, 'invalid'],
    [401, 'unauthorized'],
    [402, 'paymentRequired'],
    [410, 'gone'],
    [429, 'rateLimited'],
    [503, 'rateLimited'],
  ];
  const somewhere: Readonly<Partial<Record<Operation, Readonly<Record<number, ProviderErrorKind>>>>> = {
    list: { 404: 'gone', 403: 'unauthorized' },
    create: { 404: 'gone', 403: 'unauthorized', 422: 'invalid' },
    'create with an email': { 422: 'identifierTaken', 409: 'identifierTaken' },
    update: { 403: 'unsupported', 422: 'invalid' },
    'update of an email': { 422: 'identifierTaken', 409: 'identifierTaken' },
    delete: { 403: 'unsupported' },
    'list deleted': { 404: 'gone' },
    restore: { 422: 'identifierTaken' },
    register: { 406: 'conflict' },
    authenticate: { 406: 'conflict' },
  };
  // Each body is one that an error may have (PROVIDERS.md 4.4), and none of them is ever repeated to anybody.
  const SPELLINGS = [
    { body: { error: 'anna@example.test is refused', details: ['anna@example.test'] } },
    { body: 'anna@example.test is refused', headers: { 'content-type': 'text/plain' } },
    { body: '<html>anna@example.test</html>', headers: { 'content-type': 'text/html' } },
    { body: '{"error":', headers: { 'content-type': 'application/json' } },
    {},
  ];
  const names = Object.keys(OPERATIONS) as Operation[]; // the table's own names, which Object.keys forgets

  it.each(names)('are told by their status, whatever their bodies: %s', async (name) => {
    const lost: ProviderErrorKind = READS.includes(name) ? 'unreachable' : 'outcomeUnknown';
    const own = Object.entries(somewhere[name] ?? {}).map(
      ([status, kind]) => [Number(status), kind] as const,
    );
    const expected = new Map<number, ProviderErrorKind>([
      [404, 'notFound'],
      ...everywhere,
      [500, lost],
      [502, lost],
      ...own,
    ]);
    if (name === 'create with an email') expected.set(404, 'gone');
    for (const [status, kind] of expected) {
      for (const spelling of SPELLINGS) {
        service.running.addFaults({ status, ...spelling });
        const error: unknown = await OPERATIONS[name]().catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ kind, detail: { status } });
        expect(JSON.stringify(error) + String(error)).not.toContain('anna');
      }
    }
    expect(held()).toEqual([]);
  });

  it.each(['json', 'text', 'empty'])(
    'of SendAuth itself are told apart (bodies: %s)',
    async (errorBodies) => {
      service.running.provider.behaviour.merge({ errorBodies });
      const id = await create();
      const duplicate = { ...ANNA, email: 'ANNA@example.test' };
      await expect(users.createUser(duplicate, context)).rejects.toMatchObject({
        kind: 'identifierTaken',
        detail: { taken: 'email', status: 422 },
      });
      await expect(users.deleteUser(SERVICE_ACCOUNT_ID, context)).rejects.toMatchObject({
        kind: 'unsupported',
        detail: { reason: 'own_account', status: 403 },
      });
      const above = { body: { ...ANNA, role: 'super_admin' }, changesEmail: false } as const;
      await expect(users.updateUser(id, above, context)).rejects.toMatchObject({
        kind: 'unsupported',
        detail: { reason: 'insufficient_permissions', status: 403 },
      });
      await expect(users.destroyUser(id, context)).rejects.toMatchObject({ kind: 'notFound' });
      await expect(users.restoreUser(id, context)).rejects.toMatchObject({ kind: 'notFound' });
      for (const name of names.filter((each) => !each.startsWith('create') && !each.startsWith('list'))) {
        await expect(OPERATIONS[name]()).rejects.toMatchObject({ kind: 'notFound', detail: { status: 404 } });
      }
      expect(held()).toMatchObject([{ id, state: 'live' }]);
    },
  );

  it('H06: tell how long to wait', async () => {
    service.running.addFaults({ status: 429, headers: { 'retry-after': '7' } });
    await expect(users.listUsers({}, context)).rejects.toMatchObject({
      kind: 'rateLimited',
      detail: { retryAfterMs: 7000 },
    });
  });
});

describe('what SendAuth offers for an account beside mirroring', () => {
  const target = (accountId: string | null) => ({ accountId, remoteKey: 'hr-1' });

  /** Built anew for each story, with nothing but what the admin API has. */
  function offered() {
    const {
      readAudits,
      readTransactions,
      startRegistration,
      startAuthentication,
      removePasskeys,
      ...others
    } = service.buildAll().operations;
    if (!readAudits || !readTransactions || !startRegistration || !startAuthentication || !removePasskeys)
      throw new Error('an operation is missing');
    expect(others).toEqual({});
    return { readAudits, readTransactions, startRegistration, startAuthentication, removePasskeys };
  }

  /** Every operation once, about one user. */
  function all(accountId: string | null): (() => Promise<unknown>)[] {
    const offers = offered();
    const query = { page: 1, perPage: 10 };
    return [
      () => offers.readAudits(target(accountId), query, context),
      () => offers.readTransactions(target(accountId), query, context),
      () => offers.startRegistration(target(accountId), context),
      () => offers.startAuthentication(target(accountId), {}, context),
      () => offers.removePasskeys(target(accountId), context),
    ];
  }

  it('is a registration, an authentication, the end of passkeys, and a look at both histories', async () => {
    const offers = offered();
    const anna = target(await create());
    const registration = await offers.startRegistration(anna, context);
    givePasskeys(anna.accountId ?? '');
    await expect(offers.startRegistration(anna, context)).rejects.toMatchObject({
      kind: 'conflict',
      detail: { reason: 'already_has_passkeys' },
    });
    const authentication = await offers.startAuthentication(
      anna,
      { message: 'Door', connectwise: 'T-1' },
      context,
    );
    await offers.removePasskeys(anna, context);
    expect(held()).toMatchObject([{ hasPasskeys: false }]);
    await expect(offers.startAuthentication(anna, {}, context)).rejects.toMatchObject({
      kind: 'conflict',
      detail: { reason: 'no_passkeys' },
    });
    const transactions = await offers.readTransactions(anna, { page: 1, perPage: 10 }, context);
    expect(transactions.entries.map(({ id }) => id)).toEqual([authentication.id, registration.id]);
    const audits = await offers.readAudits(anna, { page: 1, perPage: 1 }, context);
    expect(audits).toMatchObject({ total: 4, entries: [{ action: 'remove passkeys' }] });
  });

  it.each(['soft-deleted', 'missing'])('finds nobody who is %s', async (how) => {
    const id = how === 'missing' ? NOBODY : await create();
    if (how === 'soft-deleted') await users.deleteUser(id, context);
    for (const operation of all(id)) await expect(operation()).rejects.toMatchObject({ kind: 'notFound' });
  });

  it('H10: does not take a SendAuth that is gone for a user who is', async () => {
    const id = await create();
    service.running.addFaults({ times: 'always', status: 404, body: '<html>Not here</html>' });
    for (const operation of all(id)) await expect(operation()).rejects.toMatchObject({ kind: 'gone' });
  });

  it('needs the id of an account', async () => {
    for (const operation of all(null)) {
      await expect(operation()).rejects.toMatchObject({ detail: { reason: 'no_account_id' } });
    }
    expect(calls()).toEqual([]);
  });
});
