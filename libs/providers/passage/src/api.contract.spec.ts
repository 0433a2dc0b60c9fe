import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { contextOf, type ProviderClient } from '#http';
import type { ProviderErrorKind } from '#identity-provider';
import { startPassage, type PassageService } from '../../../../test/support/simulated-kinds.js';
import { completePassageApi, type PassageApi } from './api.js';
import { createPassageClient, passageSettings } from './config.js';
import type { UserFilters } from './filters.js';
import type { ListedPassageUser, PassageUser } from './user.js';
import { ORDER_FIELDS, type OrderKey, type UsersQuery } from './users-query.js';

type CompleteApi = PassageApi<PassageUser, ListedPassageUser>;
type Held = Readonly<Record<string, unknown>>;

const NOBODY = 'nobodyNobodyNobodyNobody';
const ANNA = { email: 'anna.muster+hr@example.com', phone: '+41446681800' };
const BY_ID: readonly OrderKey[] = [{ field: 'id', direction: 'ASC' }];

let service: PassageService;
let client: ProviderClient;
let api: CompleteApi;
const context = contextOf();

beforeAll(async () => {
  service = await startPassage();
  client = open();
  api = completePassageApi(client, appId());
});
beforeEach(() => {
  service.running.reset();
  service.running.provider.behaviour.merge({ metadataFields: 'team,seats:integer,remote:boolean' });
});
afterAll(async () => {
  await client.close();
  await service.close();
});

function open(apiKey?: string): ProviderClient {
  const { PASSAGE_BASE_URL, PASSAGE_API_KEY } = service.running.environment;
  const settings = { BASE_URL: PASSAGE_BASE_URL, API_KEY: apiKey ?? PASSAGE_API_KEY, APP_ID: appId() };
  return createPassageClient(passageSettings.parse(settings));
}

function appId(): string {
  return service.running.environment['PASSAGE_APP_ID'] ?? '';
}

const held = (): Held[] => [...service.running.provider.accounts()];
const calls = (): string[] =>
  [...service.running.log.since(0)].map(({ method, path }) => `${method} ${path}`);
const plant = (...accounts: readonly object[]): void => {
  service.running.plant(accounts.map((account) => ({ op: 'put', account })));
};
const answer = (body: unknown, status = 200): void => {
  service.running.addFaults({ status, body });
};
const create = async (body: object = ANNA): Promise<string> => (await api.createUser(body, context)).user.id;

describe('the typed client of Passage, one user', () => {
  it('creates one with every member, and reads the whole of it back', async () => {
    const metadata = { team: 'Bücher', seats: 12, remote: false };
    const { status, user } = await api.createUser({ ...ANNA, user_metadata: metadata }, context);
    expect(status).toBe(201);
    const [kept] = held();
    expect(kept).toMatchObject({ ...ANNA, id: user.id, user_metadata: metadata });
    expect(await api.getUser(user.id, context)).toEqual({ status: 200, user });
    expect(user).toEqual({
      ...ANNA,
      id: user.id,
      email_verified: false,
      phone_verified: false,
      external_id: null,
      status: 'active',
      created_at: new Date(String(kept?.['created_at'])),
      updated_at: new Date(String(kept?.['updated_at'])),
      last_login_at: null,
      login_count: 0,
      user_metadata: metadata,
      webauthn: false,
      webauthn_devices: [],
      webauthn_types: [],
      recent_events: [],
      social_connections: { apple: null, github: null, google: null },
    });
  });

  it.each([{ email: ANNA.email }, { phone: ANNA.phone }])('creates one with %j alone', async (body) => {
    const { user } = await api.createUser(body, context);
    expect(user).toMatchObject({ email: null, phone: null, user_metadata: null, ...body });
    expect(held()).toMatchObject([body]);
  });

  it('changes what it sends and leaves the rest, and clears with an empty text', async () => {
    const id = await create({ ...ANNA, user_metadata: { team: 'A', seats: 1 } });
    const { status, user } = await api.updateUser(id, { phone: '' }, context);
    expect([status, user.phone, user.email]).toEqual([200, null, ANNA.email]);
    await api.updateUser(id, { email: 'anne@example.com', user_metadata: { team: null } }, context);
    expect(held()).toMatchObject([{ email: 'anne@example.com', phone: '', user_metadata: { seats: 1 } }]);
    await api.updateUser(id, {}, context);
    expect(held()).toMatchObject([{ email: 'anne@example.com', phone: '' }]);
  });

  it('deactivates one and activates it, twice each, and ends its sessions', async () => {
    const id = await create();
    service.running.plant({ op: 'patch', id, account: { refreshTokens: 3 } });
    for (const expected of ['inactive', 'inactive', 'active', 'active'] as const) {
      const change = expected === 'active' ? 'activateUser' : 'deactivateUser';
      const { status, user } = await api[change](id, context);
      expect([status, user.status]).toEqual([200, expected]);
      expect(held()).toMatchObject([{ status: expected, refreshTokens: 3 }]);
    }
    expect(await api.revokeTokens(id, context)).toBe(200);
    expect(held()).toMatchObject([{ refreshTokens: 0, status: 'active' }]);
  });

  it('deletes one and no other', async () => {
    const id = await create();
    await create({ phone: '+14155550123' });
    expect(await api.deleteUser(id, context)).toBe(200);
    expect(held()).toMatchObject([{ phone: '+14155550123' }]);
  });

  it('shows passkeys, recent events and social connections', async () => {
    const at = '2024-01-02T03:04:05.000000Z';
    const later = '2024-02-02T03:04:05.000000Z';
    const social = { provider_id: '77', provider_identifier: 'a@example.com', created_at: at };
    plant({
      id: 'ann',
      ...ANNA,
      login_count: 3,
      last_login_at: later,
      webauthn_devices: [
        {
          id: 'd1',
          cred_id: 'c1',
          friendly_name: 'Phone',
          type: 'passkey',
          created_at: at,
          updated_at: later,
        },
        { id: 'd2', type: 'security_key', usage_count: 9, last_login_at: later },
      ],
      recent_events: [
        { id: 'e1', action: 'register', created_at: at },
        { id: 'e2', status: 'incomplete', social_login_type: 'github', created_at: at, completed_at: later },
      ],
      social_connections: { github: { ...social, last_login_at: later }, apple: social },
    });
    const { user } = await api.getUser('ann', context);
    expect(user).toMatchObject({
      login_count: 3,
      last_login_at: new Date(later),
      webauthn: true,
      webauthn_types: ['passkey', 'security_key'],
    });
    expect(user.webauthn_devices).toEqual([
      {
        id: 'd1',
        cred_id: 'c1',
        friendly_name: 'Phone',
        type: 'passkey',
        usage_count: 0,
        created_at: new Date(at),
        updated_at: new Date(later),
        last_login_at: null,
        icons: { light: null, dark: null },
      },
      expect.objectContaining({ id: 'd2', usage_count: 9, last_login_at: new Date(later) }),
    ]);
    expect(user.recent_events).toEqual([
      {
        id: 'e1',
        type: 'login',
        action: 'register',
        status: 'complete',
        ip_addr: '192.0.2.1',
        user_agent: 'Browser',
        user_agent_display: 'Browser',
        social_login_type: null,
        created_at: new Date(at),
        completed_at: null,
      },
      expect.objectContaining({
        status: 'incomplete',
        social_login_type: 'github',
        completed_at: new Date(later),
      }),
    ]);
    expect(user.social_connections).toEqual({
      apple: { ...social, created_at: new Date(at), last_login_at: null },
      github: { ...social, created_at: new Date(at), last_login_at: new Date(later) },
      google: null,
    });
  });
});

describe('the typed client of Passage, listings', () => {
  const day = (number: number): string => `2024-01-0${number}T00:00:00.000000Z`;
  const PEOPLE = [
    { id: 'a', email: 'ann@x.org', phone: '+411', login_count: 1, created_at: day(1), updated_at: day(5) },
    {
      id: 'b',
      email: 'bob+1@y.org',
      status: 'inactive',
      login_count: 5,
      created_at: day(2),
      updated_at: day(4),
    },
    {
      id: 'c',
      phone: '+412',
      status: 'pending',
      last_login_at: day(6),
      created_at: day(3),
      updated_at: day(3),
    },
  ];
  const ids = async (query: UsersQuery): Promise<string> => {
    const { users } = await api.listUsers({ orderBy: BY_ID, ...query }, context);
    return users.map(({ id }) => id).join('');
  };
  const moment = (number: number): Date => new Date(day(number));

  it('shows users without any parameter, in the smaller shape', async () => {
    plant(...PEOPLE);
    const page = await api.listUsers({}, context);
    expect(calls()).toEqual([`GET /v1/apps/${appId()}/users`]);
    expect(page).toMatchObject({ total: 3, page: 1, createdBefore: expect.any(Number) });
    expect(page.users.find(({ id }) => id === 'c')).toEqual({
      id: 'c',
      email: null,
      phone: '+412',
      email_verified: false,
      phone_verified: false,
      external_id: null,
      status: 'pending',
      created_at: moment(3),
      updated_at: moment(3),
      last_login_at: moment(6),
      login_count: 0,
      user_metadata: null,
    });
  });

  it('turns the pages, all before the first one’s moment', async () => {
    plant(...PEOPLE);
    const first = await api.listUsers({ page: 1, limit: 2, orderBy: BY_ID }, context);
    const { createdBefore } = first;
    plant({ id: 'aa', email: 'late@x.org', created_at: new Date(createdBefore * 1000 + 5000).toISOString() });
    const second = await api.listUsers({ page: 2, limit: 2, createdBefore, orderBy: BY_ID }, context);
    expect([first, second].map(({ users }) => users.map(({ id }) => id))).toEqual([['a', 'b'], ['c']]);
    expect(second).toMatchObject({ total: 3, page: 2, limit: 2, createdBefore });
    expect(first.links).toMatchObject({ previous: null, next: expect.stringContaining('page=2') });
    expect(second.links).toMatchObject({ previous: expect.stringContaining('page=1'), next: null });
    expect(await ids({ createdBefore: moment(3).getTime() / 1000 })).toBe('ab');
    expect(await ids({ limit: 500, page: 9 })).toBe('');
  });

  it.each<readonly [UserFilters, string]>([
    [{ identifier: { op: 'eq', value: 'bob+1@y.org' } }, 'b'],
    [{ identifier: { op: 'eq', value: '+412' } }, 'c'],
    [{ identifier: { op: 'ne', value: 'ann@x.org' } }, 'bc'],
    [{ identifier: { op: 'gt', value: 'b' } }, 'b'],
    [{ identifier: { op: 'lt', value: 'a' } }, 'ac'],
    [{ identifier: { op: 'like', value: '.org' } }, 'ab'],
    [{ identifier: { op: 'not_like', value: 'x.org' } }, 'bc'],
    [{ id: { op: 'eq', value: 'b' } }, 'b'],
    [{ id: { op: 'ne', value: 'b' } }, 'ac'],
    [{ id: { op: 'gt', value: 'a' } }, 'bc'],
    [{ id: { op: 'lt', value: 'c' } }, 'ab'],
    [{ id: { op: 'like', value: 'C' } }, 'c'],
    [{ id: { op: 'not_like', value: 'c' } }, 'ab'],
    [{ login_count: { op: 'eq', value: 5 } }, 'b'],
    [{ login_count: { op: 'ne', value: 5 } }, 'ac'],
    [{ login_count: { op: 'gt', value: 0 } }, 'ab'],
    [{ login_count: { op: 'lt', value: 5 } }, 'ac'],
    [{ status: { op: 'eq', value: 'pending' } }, 'c'],
    [{ status: { op: 'ne', value: 'pending' } }, 'ab'],
    [{ status: { op: 'gt', value: 'active' } }, 'bc'],
    [{ status: { op: 'lt', value: 'inactive' } }, 'a'],
    [{ status: { op: 'like', value: 'active' } }, 'ab'],
    [{ status: { op: 'not_like', value: 'active' } }, 'c'],
    [{ created_at: { op: 'eq', value: moment(2) } }, 'b'],
    [{ created_at: { op: 'ne', value: moment(2) } }, 'ac'],
    [{ created_at: { op: 'gt', value: moment(1) } }, 'bc'],
    [{ created_at: { op: 'lt', value: moment(3) } }, 'ab'],
    [{ updated_at: { op: 'eq', value: moment(4) } }, 'b'],
    [{ updated_at: { op: 'ne', value: moment(4) } }, 'ac'],
    [{ updated_at: { op: 'gt', value: moment(4) } }, 'a'],
    [{ updated_at: { op: 'lt', value: moment(4) } }, 'c'],
    [{ last_login_at: { op: 'eq', value: moment(6) } }, 'c'],
    [{ last_login_at: { op: 'ne', value: moment(6) } }, 'ab'],
    [{ last_login_at: { op: 'gt', value: moment(1) } }, 'c'],
    [{ last_login_at: { op: 'lt', value: moment(1) } }, 'ab'],
    [{ identifier: { op: 'like', value: 'org' }, status: { op: 'eq', value: 'inactive' } }, 'b'],
    [{}, 'abc'],
  ])('finds by %j', async (filter, expected) => {
    plant(...PEOPLE);
    expect(await ids({ filter })).toBe(expected);
  });

  it.each(ORDER_FIELDS)('orders by %s, both ways', async (field) => {
    plant(...PEOPLE);
    const order = (direction: 'ASC' | 'DESC') =>
      ids({
        orderBy: [
          { field, direction },
          { field: 'id', direction },
        ],
      });
    const up = await order('ASC');
    expect(Array.from(up).sort().join('')).toBe('abc');
    expect(await order('DESC')).toBe(Array.from(up).reverse().join(''));
    const spelt = { id: 'abc', status: 'abc', login_count: 'cab', created_at: 'abc', updated_at: 'cba' };
    expect(up).toBe({ ...spelt, last_login_at: 'abc' }[field]);
  });
});

describe('the typed client of Passage, before anything is sent', () => {
  const lone = 'a\ud800b';
  const never = new Date(Number.NaN);
  const listing = (query: object) => () => api.listUsers(query, context);
  const finding = (filter: object) => listing({ filter });
  const creating = (body: object) => () => api.createUser(body, context);
  const updating = (body: object) => () => api.updateUser(NOBODY, body, context);

  it.each<readonly [string, () => Promise<unknown>, string, string]>([
    ['nobody in particular', creating({}), 'email_or_phone_required', 'email'],
    ['metadata alone', creating({ user_metadata: { team: 'A' } }), 'email_or_phone_required', 'email'],
    ['empty identifiers', creating({ email: '', phone: '' }), 'email_or_phone_required', 'email'],
    ['half a letter in an email', creating({ email: lone }), 'not_encodable', 'email'],
    ['half a letter in a phone', updating({ phone: lone }), 'not_encodable', 'phone'],
    [
      'half a letter in metadata',
      updating({ user_metadata: { team: lone } }),
      'not_encodable',
      'user_metadata.team',
    ],
    [
      'half a letter deep in the metadata',
      updating({ user_metadata: { prefs: [{ colour: lone }] } }),
      'not_encodable',
      'user_metadata.prefs',
    ],
    ['half a letter in a key', updating({ user_metadata: { [lone]: 1 } }), 'not_encodable', 'user_metadata'],
    [
      'no number in metadata',
      updating({ user_metadata: { seats: Number.NaN } }),
      'not_encodable',
      'user_metadata.seats',
    ],
    ['page 0', listing({ page: 0 }), 'page_out_of_bounds', 'page'],
    ['page 1.5', listing({ page: 1.5 }), 'page_out_of_bounds', 'page'],
    ['no users a page', listing({ limit: 0 }), 'limit_out_of_bounds', 'limit'],
    ['501 users a page', listing({ limit: 501 }), 'limit_out_of_bounds', 'limit'],
    [
      'a moment in milliseconds and a half',
      listing({ createdBefore: 1.5 }),
      'created_before_refused',
      'created_before',
    ],
    ['a moment before time', listing({ createdBefore: -1 }), 'created_before_refused', 'created_before'],
    [
      'an order by identifier',
      listing({ orderBy: [{ field: 'identifier', direction: 'ASC' }] }),
      'order_refused',
      'order_by',
    ],
    [
      'an order that is none',
      listing({ orderBy: [{ field: 'id', direction: 'asc' }] }),
      'order_refused',
      'order_by',
    ],
    [
      'a field that is no filter',
      finding({ email_verified: { op: 'eq', value: true } }),
      'filter_unknown',
      'email_verified',
    ],
    [
      'like for a count',
      finding({ login_count: { op: 'like', value: 1 } }),
      'operator_refused',
      'login_count',
    ],
    [
      'like for a time',
      finding({ updated_at: { op: 'like', value: new Date() } }),
      'operator_refused',
      'updated_at',
    ],
    ['an operator that there is none', finding({ id: { op: 'ge', value: 'a' } }), 'operator_refused', 'id'],
    [
      'half a count',
      finding({ login_count: { op: 'gt', value: 0.5 } }),
      'filter_value_refused',
      'login_count',
    ],
    [
      'a time that is none',
      finding({ created_at: { op: 'gt', value: never } }),
      'filter_value_refused',
      'created_at',
    ],
    [
      'a year of five digits',
      finding({ created_at: { op: 'gt', value: new Date(Date.UTC(10_000, 0)) } }),
      'filter_value_refused',
      'created_at',
    ],
    [
      'a status that is not listed',
      finding({ status: { op: 'eq', value: 'banned' } }),
      'filter_value_refused',
      'status',
    ],
    [
      'an empty identifier',
      finding({ identifier: { op: 'eq', value: '' } }),
      'filter_value_refused',
      'identifier',
    ],
    [
      'half a letter to search for',
      finding({ identifier: { op: 'like', value: lone } }),
      'filter_value_refused',
      'identifier',
    ],
    [
      'a value that reads as an operator',
      finding({ identifier: { op: 'eq', value: '<like:a>' } }),
      'not_searchable',
      'identifier',
    ],
    ['a value that ends its operator', finding({ id: { op: 'like', value: 'a>b' } }), 'not_searchable', 'id'],
  ])('refuses %s', async (_, call, reason, attribute) => {
    await expect(call()).rejects.toMatchObject({ kind: 'invalid', detail: { reason, attribute } });
    expect(calls()).toEqual([]);
  });

  it.each(['', '.', '..', lone])('D14: refuses the id %j in every path', async (id) => {
    const refused = [
      () => api.getUser(id, context),
      () => api.updateUser(id, {}, context),
      () => api.activateUser(id, context),
      () => api.deactivateUser(id, context),
      () => api.deleteUser(id, context),
      () => api.revokeTokens(id, context),
    ];
    for (const call of refused) await expect(call()).rejects.toMatchObject({ kind: 'invalid' });
    expect(calls()).toEqual([]);
  });
});

describe('the typed client of Passage, answers that are not as described', () => {
  const LISTED = {
    id: 'ann',
    email: null,
    phone: null,
    email_verified: null,
    phone_verified: null,
    external_id: null,
    status: null,
    created_at: null,
    updated_at: null,
    last_login_at: null,
    login_count: null,
    user_metadata: null,
  };
  const WHOLE = {
    ...LISTED,
    webauthn: null,
    webauthn_devices: null,
    webauthn_types: null,
    recent_events: null,
    social_connections: null,
  };

  it.each([
    ['absent', { id: 'ann' }],
    ['null', WHOLE],
    ['empty', { id: 'ann', email: '', phone: '', external_id: '', created_at: '' }],
    ['times that never were', { id: 'ann', updated_at: 'soon', last_login_at: '0001-01-01T00:00:00Z' }],
    ['unknown', { id: 'ann', nickname: 'A', score: { of: 7 } }],
  ])('H33: reads members that are %s as no value', async (_, user) => {
    answer({ user });
    expect((await api.getUser('ann', context)).user).toEqual(WHOLE);
    answer({ users: [user], total_users: 1, created_before: 1 });
    expect((await api.listUsers({}, context)).users).toEqual([LISTED]);
  });

  it('H37: reads words that are not listed as unknown, and leaves unknown members out', async () => {
    const event = { id: 'e', action: 'recover', status: 'failed', social_login_type: 'myspace', risk: 9 };
    answer({
      user: {
        id: 'ann',
        status: 'suspended',
        webauthn_types: ['passkey', 'implant'],
        webauthn_devices: [{ id: 'd', type: 'implant' }],
        recent_events: [event],
        social_connections: { myspace: { provider_id: '1' } },
      },
    });
    const { user } = await api.getUser('ann', context);
    expect(user).toMatchObject({
      status: 'unknown',
      webauthn_types: ['passkey', 'unknown'],
      webauthn_devices: [{ id: 'd', type: 'unknown', icons: null }],
      recent_events: [{ id: 'e', action: 'unknown', status: 'unknown', social_login_type: 'unknown' }],
      social_connections: { apple: null, github: null, google: null },
    });
    expect(user.recent_events?.[0]).not.toHaveProperty('risk');
  });

  it.each([{}, { _links: null }, { _links: { self: null } }, { _links: { next: { href: '' } }, page: null }])(
    'reads a page with %j as one without neighbours',
    async (more) => {
      answer({ users: [], total_users: 0, created_before: 1, ...more });
      expect(await api.listUsers({}, context)).toEqual({
        users: [],
        total: 0,
        createdBefore: 1,
        page: null,
        limit: null,
        links: { self: null, first: null, previous: null, next: null, last: null },
      });
    },
  );

  it.each([{}, [], { users: [], total_users: 0 }, { users: [{}], total_users: 1, created_before: 1 }])(
    'H27: takes %j for no page',
    async (body) => {
      answer(body);
      await expect(api.listUsers({}, context)).rejects.toMatchObject({
        kind: 'protocol',
        detail: { reason: 'not_a_page_of_users' },
      });
    },
  );

  it.each([{}, { user: null }, { user: { id: 7 } }, { user: { id: '' } }, { id: 'ann' }])(
    'H27: takes %j for no user',
    async (body) => {
      answer(body);
      await expect(api.getUser('ann', context)).rejects.toMatchObject({ kind: 'protocol' });
    },
  );

  it('H26: takes an empty answer to a write for one whose outcome is unknown', async () => {
    answer('', 201);
    await expect(api.createUser(ANNA, context)).rejects.toMatchObject({ kind: 'outcomeUnknown' });
    answer('{}');
    expect(await api.deleteUser('ann', context)).toBe(200);
  });
});

describe('the typed client of Passage, errors', () => {
  const OPERATIONS: Readonly<Record<string, () => Promise<unknown>>> = {
    list: () => api.listUsers({}, context),
    get: () => api.getUser('ann', context),
    create: () => api.createUser(ANNA, context),
    update: () => api.updateUser('ann', {}, context),
    activate: () => api.activateUser('ann', context),
    deactivate: () => api.deactivateUser('ann', context),
    delete: () => api.deleteUser('ann', context),
    'revoke tokens': () => api.revokeTokens('ann', context),
  };
  const READS = ['list', 'get'];
  const CONTENT = ['create', 'update'];

  it.each(Object.keys(OPERATIONS))('are told apart by status and code: %s', async (name) => {
    const lost: ProviderErrorKind = READS.includes(name) ? 'unreachable' : 'outcomeUnknown';
    const carriesContent = CONTENT.includes(name);
    const expected: readonly (readonly [number, string, ProviderErrorKind])[] = [
      [400, 'invalid_request', carriesContent ? 'conflict' : 'invalid'],
      [401, 'invalid_access_token', 'unauthorized'],
      [403, 'operation_not_allowed', 'unsupported'],
      [403, 'cannot_delete_admin', 'unauthorized'],
      [404, 'user_not_found', 'notFound'],
      [404, 'app_not_found', 'gone'],
      [404, 'something_new', 'gone'],
      [404, 'metadata_field_not_found', carriesContent ? 'invalid' : 'gone'],
      [409, 'invalid_request', 'conflict'],
      [410, 'gone', 'gone'],
      [429, 'too_many', 'rateLimited'],
      [500, 'internal_server_error', lost],
      [503, 'unavailable', 'rateLimited'],
    ];
    for (const [status, code, kind] of expected) {
      answer({ code, error: 'anna.muster is refused' }, status);
      const error: unknown = await OPERATIONS[name]?.().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ kind, detail: { status } });
      expect(JSON.stringify(error) + String(error)).not.toContain('anna.muster');
    }
    expect(held()).toEqual([]);
  });

  it('of Passage itself are a missing user, a wrong app, a wrong key and what it does not take', async () => {
    for (const name of Object.keys(OPERATIONS).filter((each) => each !== 'list' && each !== 'create')) {
      await expect(OPERATIONS[name]?.()).rejects.toMatchObject({
        kind: 'notFound',
        detail: { reason: 'user_not_found', status: 404 },
      });
    }
    const astray = completePassageApi(client, 'another-app');
    await expect(astray.getUser('ann', context)).rejects.toMatchObject({ kind: 'gone' });
    const stranger = open('another key');
    const call = completePassageApi(stranger, appId()).listUsers({}, context);
    await expect(call).rejects.toMatchObject({ kind: 'unauthorized', detail: { status: 401 } });
    await stranger.close();
    const id = await create();
    await expect(create()).rejects.toMatchObject({ kind: 'conflict', detail: { status: 400 } });
    await expect(api.updateUser(id, { email: '', phone: '' }, context)).rejects.toMatchObject({
      kind: 'conflict',
    });
    await expect(create({ email: 'b@x.org', user_metadata: { tier: 1 } })).rejects.toMatchObject({
      kind: 'conflict',
    });
    expect(held()).toMatchObject([{ id, ...ANNA }]);
  });

  it('H10: of a retired service mean that Passage is gone, and nobody else', async () => {
    service.running.addFaults({
      times: 'always',
      status: 404,
      body: '404 page not found',
      headers: { 'content-type': 'text/plain' },
    });
    for (const call of Object.values(OPERATIONS))
      await expect(call()).rejects.toMatchObject({ kind: 'gone' });
  });

  it('H24: a write whose answer is lost is in doubt, and a read is not', async () => {
    service.running.addFaults({ times: 'always', drop: 'after' });
    for (const [name, call] of Object.entries(OPERATIONS)) {
      const kind = READS.includes(name) ? 'unreachable' : 'outcomeUnknown';
      await expect(call()).rejects.toMatchObject({ kind });
    }
  });
});
