import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { judge } from './judge.js';
import { loadOfficial, type Official } from './operations.js';
import { bodySchemas } from './reading.js';
import type { Exchange } from './recording.js';
import { isNode, nodesOf, schemasOf, type Node } from './schema.js';

const FOLDER = process.env['ROLLCALL_SPECS_DIR'] ?? '';
const USER = '046b6c7f-0b8a-43b9-b35d-6489e6daee91';
const WHEN = '2026-01-02T03:04:05.000Z';

/** A call of which only what matters is said. */
interface Told {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly status?: number;
  readonly answer?: unknown;
  readonly answerType?: string;
}

function exchange(provider: string, defaults: Told, told: Told): Exchange {
  const {
    method = 'GET',
    target = '/',
    headers = {},
    body,
    status = 200,
    answer,
    answerType,
  } = { ...defaults, ...told };
  const hasBody = body !== undefined;
  return {
    provider,
    method,
    target,
    requestHeaders: { ...(hasBody ? { 'content-type': 'application/json' } : {}), ...headers },
    requestBody: !hasBody ? '' : typeof body === 'string' ? body : JSON.stringify(body),
    status,
    responseHeaders:
      answer === undefined ? {} : { 'content-type': answerType ?? 'application/json; charset=utf-8' },
    responseBody: answer === undefined ? '' : typeof answer === 'string' ? answer : JSON.stringify(answer),
  };
}

const VAULT = { authorization: 'Bearer', 'x-apideck-app-id': '*' };
const vaultGet: Told = {
  target: '/vault/consumers/a%3A1',
  headers: VAULT,
  answer: {
    status_code: 200,
    status: 'OK',
    data: { consumer_id: 'a:1', metadata: { email: 'x' }, request_counts: { unify: 1 } },
  },
};
const vaultCreate: Told = {
  ...vaultGet,
  method: 'POST',
  target: '/vault/consumers',
  body: { consumer_id: 'a:1' },
};
const vaultList: Told = {
  ...vaultGet,
  target: '/vault/consumers?limit=200&cursor=c&filter%5Bconsumer_id%5D=a%3A',
  answer: { status_code: 200, status: 'OK', data: [{ consumer_id: 'a' }], meta: { cursors: { next: null } } },
};

const SUNSHINE = { authorization: 'Basic' };
const users = '/sc/v2/apps/app/users';
const profile = {
  givenName: 'Ann',
  surname: null,
  email: 'a@x.test',
  avatarUrl: 'https://x.test/a.png',
  locale: 'en',
};
const sunshineGet: Told = {
  target: `${users}/u1?brandId=b`,
  headers: SUNSHINE,
  answer: {
    user: { id: 'u', authenticated: false, externalId: null, profile, metadata: {}, identities: [], more: 1 },
  },
};
const sunshineCreate: Told = {
  ...sunshineGet,
  method: 'POST',
  target: users,
  body: { externalId: 'e', profile, metadata: { any: 1 } },
  status: 201,
};

const PASSAGE = { authorization: 'Bearer' };
const apps = '/v1/apps/app/users';
const listItem = {
  id: 'u',
  email: '',
  phone: '',
  email_verified: true,
  phone_verified: false,
  external_id: '',
  status: 'active',
  created_at: WHEN,
  updated_at: WHEN,
  last_login_at: WHEN,
  login_count: 0,
  user_metadata: null,
};
const event = {
  id: 'e',
  created_at: WHEN,
  completed_at: null,
  ip_addr: '::1',
  status: 'complete',
  type: 'login',
  action: 'login',
  user_agent: '',
  user_agent_display: '',
  social_login_type: null,
};
const passageUser = {
  ...listItem,
  recent_events: [event],
  social_connections: {},
  webauthn: false,
  webauthn_devices: [],
  webauthn_types: [],
};
const passageGet: Told = { target: `${apps}/u`, headers: PASSAGE, answer: { user: passageUser } };
const passageCreate: Told = {
  ...passageGet,
  method: 'POST',
  target: apps,
  body: { email: 'a', user_metadata: { any: 1 } },
  status: 201,
};
const link = { href: '' };
const passageList: Told = {
  target: `${apps}?limit=500&page=1&order_by=id%3AASC&login_count=%3Cgt%3A5%3E&identifier=%3Clike%3Aann%3E`,
  headers: PASSAGE,
  answer: {
    users: [listItem],
    page: 1,
    limit: 500,
    total_users: 1,
    created_before: 1,
    _links: { first: link, last: link, next: link, previous: link, self: link },
  },
};

const SENDAUTH = { authorization: 'Basic' };
const api = '/api/v1/users';
const person = {
  firstName: 'Ann',
  lastName: 'Bo',
  email: 'a@x.test',
  phone: '',
  company: null,
  permissions: ['p'],
};
const sendauthGet: Told = {
  target: `${api}/${USER}`,
  headers: SENDAUTH,
  answer: { ...person, id: USER, createdAt: WHEN },
};
const sendauthPut: Told = { ...sendauthGet, method: 'PUT', body: person };
const sendauthList: Told = {
  ...sendauthGet,
  target: `${api}?page=1&perPage=100&sortDir=asc`,
  answer: { rows: [{ ...person, id: USER }], total: 1 },
};
const sendauthRegister: Told = {
  ...sendauthGet,
  method: 'POST',
  target: `${api}/${USER}/register`,
  status: 201,
  answer: { tx: USER },
};
const sendauthTags: Told = {
  method: 'PUT',
  target: `${api}/${USER}/tags`,
  headers: SENDAUTH,
  body: { tags: { any: 'v' } },
};

/** Good calls, with the operation that they are. */
const GOOD: readonly [provider: string, operation: string, told: Told][] = [
  ['vault', 'consumersOne', vaultGet],
  ['vault', 'consumersAdd', vaultCreate],
  ['vault', 'consumersAll', vaultList],
  ['vault', 'consumersOne', { ...vaultGet, status: 429, answer: { message: 'slow down' } }],
  ['sunshine', 'GetUser', sunshineGet],
  ['sunshine', 'CreateUser', sunshineCreate],
  ['passage', 'get-user', passageGet],
  ['passage', 'create-user', passageCreate],
  ['passage', 'list-paginated-users', passageList],
  ['passage', 'delete-user', { target: `${apps}/u`, method: 'DELETE', headers: PASSAGE }],
  ['sendauth', 'getUser', sendauthGet],
  ['sendauth', 'updateUser', sendauthPut],
  ['sendauth', 'listUsers', sendauthList],
  ['sendauth', 'registerUser', sendauthRegister],
  ['sendauth', 'setUserTags', sendauthTags],
  ['sendauth', 'listDeletedUsers', { ...sendauthList, target: `${api}/deleted?page=1` }],
  ['sendauth', 'restoreUser', { method: 'PUT', target: `${api}/deleted/${USER}`, headers: SENDAUTH }],
];

const JUDGED = new Set(
  (
    'type enum nullable format readOnly properties required additionalProperties items allOf anyOf ' +
    'minLength maxLength minimum maximum'
  ).split(' '),
);
/** Says nothing about what is right. */
const REMARKS = new Set(['title', 'description', 'example', 'default']);

function schemasOfOperation({ parameters, requestBody, responses }: Node): Node[] {
  const ofParameters = nodesOf(parameters).map(({ schema }) => schema);
  return [...ofParameters.filter(isNode), ...[requestBody, ...nodesOf(responses)].flatMap(bodySchemas)];
}

function withMember(told: Told, ...members: [path: string, value: unknown][]): Told {
  const body = structuredClone(told.body) as Record<string, unknown>; // every caller's body is an object
  for (const [path, value] of members) put(body, path.split('.'), value);
  return { ...told, body };
}
function withAnswer(told: Told, path: string, value: unknown): Told {
  const answer = structuredClone(told.answer) as Record<string, unknown>; // every caller's answer is an object
  put(answer, path.split('.'), value);
  return { ...told, answer };
}
function put(
  target: Record<string, unknown>,
  [first = '', ...rest]: readonly string[],
  value: unknown,
): void {
  const below = target[first];
  // The paths of the table lead through objects and lists only.
  if (rest.length > 0) put(below as Record<string, unknown>, rest, value);
  else if (value === undefined) Reflect.deleteProperty(target, first);
  else target[first] = value;
}
function asking(told: Told, query: string): Told {
  return {
    ...told,
    target: `${told.target ?? ''}${told.target?.includes('?') === true ? '&' : '?'}${query}`,
  };
}

/** Each good call with one thing wrong, and what has to be said of it. */
const PLANTED: readonly [provider: string, told: Told, where: string, rule: string][] = [
  // Requests at Vault.
  ['vault', withMember(vaultCreate, ['name', 'x']), 'body', 'unlisted name'],
  ['vault', withMember(vaultCreate, ['metadata', { phone: '1' }]), 'body /metadata', 'unlisted phone'],
  ['vault', withMember(vaultCreate, ['consumer_id', 7]), 'body /consumer_id', 'type string'],
  ['vault', withMember(vaultCreate, ['consumer_id', undefined]), 'body', 'required consumer_id'],
  ['vault', { ...vaultCreate, body: undefined }, 'request', 'required requestBody'],
  ['vault', { ...vaultCreate, body: '{"consumer_id":' }, 'body', 'malformed JSON'],
  [
    'vault',
    { ...vaultCreate, headers: { ...VAULT, 'content-type': 'text/plain' } },
    'header /content-type',
    'media type not described',
  ],
  ['vault', { ...vaultGet, body: {} }, 'body', 'no body described'],
  ['vault', { ...vaultGet, headers: { authorization: 'Bearer' } }, 'header', 'required x-apideck-app-id'],
  [
    'vault',
    { ...vaultGet, headers: { ...VAULT, 'x-apideck-app-id': '' } },
    'header /x-apideck-app-id',
    'minLength 1',
  ],
  ['vault', { ...vaultGet, headers: { 'x-apideck-app-id': '*' } }, 'header', 'security apiKey'],
  ['vault', asking(vaultGet, 'expand=all'), 'query', 'unlisted expand'],
  ['vault', { ...vaultList, target: '/vault/consumers?limit=201' }, 'query /limit', 'maximum 200'],
  ['vault', { ...vaultList, target: '/vault/consumers?limit=0' }, 'query /limit', 'minimum 1'],
  ['vault', { ...vaultList, target: '/vault/consumers?limit=ten' }, 'query /limit', 'type integer'],
  ['vault', { ...vaultList, target: '/vault/consumers?limit=1.5' }, 'query /limit', 'type integer'],
  [
    'vault',
    { ...vaultList, target: '/vault/consumers?filter%5Bemail%5D=x' },
    'query /filter',
    'unlisted email',
  ],
  [
    'vault',
    { ...vaultGet, target: '/vault/consumers/a/stats?start_datetime=x' },
    'query',
    'required end_datetime',
  ],
  ['vault', { ...vaultGet, target: '/vault/consumers/a/b/c' }, 'GET', 'no such operation'],
  ['vault', { ...vaultGet, target: '/vault/consumers/' }, 'GET', 'no such operation'],
  ['vault', { ...vaultGet, target: '/vault/consumers/%E0%A4%A' }, 'GET', 'no such operation'],
  // Responses of Vault.
  ['vault', withAnswer(vaultGet, 'data.consumer_id', 7), 'body /data/consumer_id', 'type string'],
  ['vault', withAnswer(vaultGet, 'data', undefined), 'body', 'required data'],
  ['vault', withAnswer(vaultGet, 'data.consumer_id', undefined), 'body /data', 'required consumer_id'],
  [
    'vault',
    withAnswer(vaultGet, 'data.connections', [{ state: 'asleep' }]),
    'body /data/connections/*/state',
    'enum',
  ],
  ['vault', withAnswer(vaultGet, 'data.metadata', null), 'body /data/metadata', 'type object'],
  ['vault', { ...vaultGet, status: 500, answer: { message: 1 } }, 'body /message', 'type string'],
  ['vault', { ...vaultGet, answer: undefined }, 'body', 'required body'],
  ['vault', { ...vaultGet, answer: 'OK' }, 'body', 'malformed JSON'],
  ['vault', { ...vaultGet, answerType: 'text/html' }, 'header /content-type', 'media type not described'],
  // Requests at Sunshine.
  ['sunshine', withMember(sunshineCreate, ['phone', 'x']), 'body', 'unlisted phone'],
  ['sunshine', withMember(sunshineCreate, ['authenticated', true]), 'body', 'unlisted authenticated'],
  [
    'sunshine',
    withMember(sunshineCreate, ['externalId', 'x'.repeat(1025)]),
    'body /externalId',
    'maxLength 1024',
  ],
  [
    'sunshine',
    withMember(sunshineCreate, ['profile.givenName', '']),
    'body /profile/givenName',
    'minLength 1',
  ],
  [
    'sunshine',
    withMember(sunshineCreate, ['profile.email', 'nobody']),
    'body /profile/email',
    'format email',
  ],
  [
    'sunshine',
    withMember(sunshineCreate, ['profile.avatarUrl', 'no url']),
    'body /profile/avatarUrl',
    'format uri',
  ],
  ['sunshine', withMember(sunshineCreate, ['toBeRetained', null]), 'body /toBeRetained', 'type boolean'],
  ['sunshine', { ...sunshineCreate, body: [] }, 'body', 'type object'],
  ['sunshine', { ...sunshineCreate, body: undefined }, 'request', 'required requestBody'],
  ['sunshine', asking(sunshineGet, 'verbose=1'), 'query', 'unlisted verbose'],
  ['sunshine', { ...sunshineGet, target: users }, 'query', 'required filter'],
  ['sunshine', { ...sunshineGet, headers: {} }, 'header', 'security basicAuth|bearerAuth'],
  ['sunshine', { ...sunshineGet, target: '/v2/apps/app/users/u1' }, 'GET', 'no such operation'],
  // Responses of Sunshine.
  ['sunshine', withAnswer(sunshineGet, 'user.profile.locale', 5), 'body /user/profile/locale', 'type string'],
  [
    'sunshine',
    withAnswer(sunshineGet, 'user.profile.email', 'x'),
    'body /user/profile/email',
    'format email',
  ],
  ['sunshine', withAnswer(sunshineGet, 'user.metadata', null), 'body /user/metadata', 'not'],
  ['sunshine', withAnswer(sunshineGet, 'user', 'gone'), 'body /user', 'type object'],
  // Requests at Passage.
  ['passage', withMember(passageCreate, ['external_id', 'x']), 'body', 'unlisted external_id'],
  ['passage', withMember(passageCreate, ['email', null]), 'body /email', 'type string'],
  ['passage', { ...passageCreate, body: undefined }, 'request', 'required requestBody'],
  ['passage', asking(passageList, 'q=ann'), 'query', 'unlisted q'],
  ['passage', { ...passageList, target: `${apps}?limit=501` }, 'query /limit', 'maximum 500'],
  ['passage', { ...passageList, target: `${apps}?page=0` }, 'query /page', 'minimum 1'],
  [
    'passage',
    { ...passageList, target: `${apps}?login_count=%3Clike%3A5%3E` },
    'query /login_count',
    'anyOf',
  ],
  ['passage', { ...passageList, target: `${apps}?identifier=%3Chas%3Aann%3E` }, 'query /identifier', 'anyOf'],
  [
    'passage',
    { ...passageGet, method: 'PATCH', target: `${apps}/u/activate`, body: {} },
    'body',
    'no body described',
  ],
  ['passage', { ...passageGet, headers: { authorization: 'Basic' } }, 'header', 'security bearerAuth'],
  // Responses of Passage.
  ['passage', withAnswer(passageGet, 'user.login_count', '0'), 'body /user/login_count', 'type integer'],
  ['passage', withAnswer(passageGet, 'user.webauthn', undefined), 'body /user', 'required webauthn'],
  ['passage', withAnswer(passageGet, 'user.status', 'asleep'), 'body /user/status', 'enum'],
  [
    'passage',
    withAnswer(passageGet, 'user.created_at', 'today'),
    'body /user/created_at',
    'format date-time',
  ],
  ['passage', withAnswer(passageGet, 'user.email', null), 'body /user/email', 'type string'],
  ['passage', withAnswer(passageList, 'users.0.id', 1), 'body /users/*/id', 'type string'],
  ['passage', { ...passageGet, status: 404, answer: { code: 'nothing', error: '' } }, 'body /code', 'enum'],
  // Requests at SendAuth.
  ['sendauth', withMember(sendauthPut, ['locale', 'en']), 'body', 'unlisted locale'],
  ['sendauth', withMember(sendauthPut, ['id', USER]), 'body /id', 'readOnly'],
  ['sendauth', withMember(sendauthPut, ['hasPasskeys', true]), 'body /hasPasskeys', 'readOnly'],
  [
    'sendauth',
    withMember(sendauthPut, ['company', { createdAt: WHEN }]),
    'body /company/createdAt',
    'readOnly',
  ],
  ['sendauth', withMember(sendauthPut, ['company', 'Ltd']), 'body /company', 'type object|null'],
  ['sendauth', withMember(sendauthPut, ['company', { id: 'x' }]), 'body /company/id', 'format uuid'],
  ['sendauth', withMember(sendauthPut, ['firstName', undefined]), 'body', 'required firstName'],
  ['sendauth', withMember(sendauthPut, ['firstName', 'A']), 'body /firstName', 'minLength 2'],
  ['sendauth', withMember(sendauthPut, ['phone', '+'.repeat(21)]), 'body /phone', 'maxLength 20'],
  ['sendauth', withMember(sendauthPut, ['email', 'nobody']), 'body /email', 'format email'],
  ['sendauth', withMember(sendauthPut, ['email', null]), 'body /email', 'type string'],
  ['sendauth', withMember(sendauthPut, ['role', 'king']), 'body /role', 'enum'],
  [
    'sendauth',
    withMember(sendauthPut, ['permissions.0', 'p'.repeat(65)]),
    'body /permissions/*',
    'maxLength 64',
  ],
  ['sendauth', withMember(sendauthTags, ['tags.any', 1]), 'body /tags/any', 'type string'],
  ['sendauth', { ...sendauthPut, body: 'null' }, 'body', 'type object'],
  ['sendauth', { ...sendauthRegister, body: {} }, 'body', 'no body described'],
  ['sendauth', { ...sendauthGet, target: `${api}/someone` }, 'path /userID', 'format uuid'],
  ['sendauth', asking(sendauthList, 'limit=5'), 'query', 'unlisted limit'],
  ['sendauth', asking(sendauthGet, 'page=1'), 'query', 'unlisted page'],
  ['sendauth', { ...sendauthList, target: `${api}?perPage=101` }, 'query /perPage', 'maximum 100'],
  ['sendauth', { ...sendauthList, target: `${api}?sortDir=up` }, 'query /sortDir', 'enum'],
  ['sendauth', { ...sendauthList, target: `${api}?page=1&page=2` }, 'query /page', 'type integer'],
  ['sendauth', { ...sendauthGet, headers: { authorization: 'Bearer' } }, 'header', 'security basic'],
  // Responses of SendAuth.
  ['sendauth', withAnswer(sendauthGet, 'firstName', undefined), 'body', 'required firstName'],
  ['sendauth', withAnswer(sendauthGet, 'id', 'x'), 'body /id', 'format uuid'],
  ['sendauth', withAnswer(sendauthGet, 'role', 'king'), 'body /role', 'enum'],
  ['sendauth', withAnswer(sendauthList, 'total', '1'), 'body /total', 'type integer'],
  ['sendauth', withAnswer(sendauthList, 'rows.0.email', 'x'), 'body /rows/*/email', 'format email'],
  ['sendauth', { ...sendauthRegister, answer: { tx: 1 } }, 'body /tx', 'type string'],
];

if (existsSync(FOLDER)) describe('a call against the official description', tellGoodFromWrong);
// One name instead of a hundred.
else it.skip('a call against the official description: ROLLCALL_SPECS_DIR names no folder', () => undefined);

function tellGoodFromWrong(): void {
  let official: Official;
  beforeAll(async () => {
    official = await loadOfficial(FOLDER);
  });
  const judged = (provider: string, told: Told): ReturnType<typeof judge> => {
    const description = official.descriptions.get(provider);
    if (description === undefined) throw new Error(`no description of ${provider}`);
    return judge(exchange(provider, {}, told), description);
  };

  it.each(GOOD)('at %s, a good %s has nothing against it', (provider, operation, told) => {
    const { operation: matched, violations, undocumented } = judged(provider, told);
    expect({ operation: matched?.operationId, violations, undocumented }).toEqual({
      operation,
      violations: [],
      undocumented: null,
    });
  });

  it.each(PLANTED.map(([provider, told, where, rule]) => ({ provider, told, where, rule })))(
    'at $provider, what is wrong is found and named: $where, $rule',
    ({ provider, told, where, rule }) => {
      expect(judged(provider, told).violations).toContainEqual(expect.objectContaining({ where, rule }));
    },
  );

  it.each([
    ['vault', { ...vaultCreate, status: 201 }, { what: 'status', status: 201 }],
    ['sunshine', { ...sunshineGet, status: 401 }, { what: 'status', status: 401 }],
    ['passage', { ...passageGet, status: 429 }, { what: 'status', status: 429 }],
    ['sendauth', { ...sendauthGet, status: 401 }, { what: 'status', status: 401 }],
    ['sendauth', { ...sendauthGet, status: 404, answer: { error: 'x' } }, { what: 'body', status: 404 }],
    ['sendauth', { ...sendauthTags, answer: {} }, { what: 'body', status: 200 }],
  ])('at %s, what the description does not list is told apart', (provider, told, undocumented) => {
    expect(judged(provider, told)).toMatchObject({ violations: [], undocumented });
  });

  it('every keyword and format that the descriptions use is one that is judged', () => {
    const schemas = [...official.descriptions.values()].flatMap(({ definition }) => [
      ...schemasOf(nodesOf(definition['paths']).flatMap(nodesOf).flatMap(schemasOfOperation)),
    ]);
    expect(schemas.length).toBeGreaterThan(100);
    const keywords = new Set(schemas.flatMap(Object.keys));
    expect([...keywords].filter((keyword) => !JUDGED.has(keyword) && !REMARKS.has(keyword))).toEqual([]);
    const formats = new Set(schemas.map(({ format }) => format));
    expect([...formats].sort()).toEqual(['date-time', 'email', 'int64', 'uri', 'uuid', undefined]);
  });

  it('no value of a call is ever named', () => {
    const secret = 'Sw0rdfish';
    const told = withMember(
      sendauthPut,
      ['email', secret],
      ['role', secret],
      ['firstName', secret.repeat(9)],
    );
    const text = JSON.stringify(judged('sendauth', { ...told, target: `${api}/${secret}` }).violations);
    expect(text).toContain('format email');
    expect(text).not.toContain(secret);
  });
}
