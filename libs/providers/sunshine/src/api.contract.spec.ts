import { contextOf, type ProviderClient } from '#http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sunshineDefinition } from '../../../../apps/simulators/src/sunshine/index.js';
import { RunningProvider } from '../../../../apps/simulators/src/frame/index.js';
import { startSunshine, type SunshineService } from '../../../../test/support/simulated-kinds.js';
import { trafficWitness } from '../../../../test/support/traffic.js';
import { completeSunshineApi, type SunshineApi } from './api.js';
import { createSunshineClient, sunshineSettings, type SunshineSettings } from './config.js';
import { METADATA_MAX_BYTES } from './limits.js';
import type { ProfileBody, UserCreateBody } from './user-body.js';
import type { SunshineUser } from './user.js';

const context = contextOf();
const NOBODY = { idOrExternalId: 'nobody' };
const ANNA: UserCreateBody = {
  externalId: 'hr:4711/ä b',
  signedUpAt: new Date('2020-05-21T15:53:30.197Z'),
  toBeRetained: true,
  profile: {
    givenName: 'Anna',
    surname: "O'Muster",
    email: 'anna.muster+hr@example.com',
    avatarUrl: 'https://example.com/anna.png?size=2',
    locale: 'de-CH',
  },
  metadata: { team: 'Sales', seats: 12, remote: true },
};

let service: SunshineService;
let api: SunshineApi<SunshineUser>;
const clients: ProviderClient[] = [];

beforeAll(async () => {
  service = await startSunshine();
  api = open(service.running);
});
beforeEach(() => {
  service.running.reset();
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await service.close();
});

/** The complete client, with the simulator's own settings except as told. */
function open(
  running: RunningProvider,
  different: Partial<SunshineSettings> = {},
  nowMs?: () => number,
): SunshineApi<SunshineUser> {
  const given = Object.entries(running.environment).map(([name, value]) => [
    name.slice('SUNSHINE_'.length),
    value,
  ]);
  const settings = { ...sunshineSettings.parse(Object.fromEntries(given)), ...different };
  const client = createSunshineClient(settings, nowMs);
  clients.push(client);
  return completeSunshineApi(client, settings.APP_ID);
}

const held = () => [...service.running.provider.accounts()];
const calls = () => [...service.running.log.since(0)].map(({ method, path }) => `${method} ${path}`);

describe('creating a user', () => {
  it('sends every member, and reads every member of the answer', async () => {
    const { status, user } = await api.createUser(ANNA, context);
    expect(status).toBe(201);
    expect(user).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      authenticated: false,
      externalId: ANNA.externalId,
      zendeskId: null,
      brandId: null,
      signedUpAt: ANNA.signedUpAt,
      toBeRetained: true,
      profile: ANNA.profile,
      metadata: ANNA.metadata,
      identities: [],
    });
    const { externalId, profile, metadata } = ANNA;
    const signedUpAt = '2020-05-21T15:53:30.197Z';
    expect(held()).toMatchObject([
      { id: user.id, externalId, signedUpAt, toBeRetained: true, profile, metadata },
    ]);
  });

  it('takes a user of whom nothing is told', async () => {
    const { user } = await api.createUser({}, context);
    expect(user).toMatchObject({ externalId: null, metadata: {}, toBeRetained: null });
    expect(held()).toHaveLength(1);
  });

  it('tells a taken externalId as a conflict', async () => {
    await api.createUser(ANNA, context);
    const again = api.createUser(ANNA, context);
    await expect(again).rejects.toMatchObject({
      kind: 'conflict',
      detail: { reason: 'user_exists', status: 409 },
    });
    expect(held()).toHaveLength(1);
  });
});

describe('reading a user', () => {
  it('finds it by both of its keys, with what only the provider sets', async () => {
    const { user } = await api.createUser(ANNA, context);
    const identities = [{ type: 'email', value: 'anna@example.com', verification: 'sso' }];
    const account = { zendeskId: '35436', authenticated: true, identities };
    service.running.plant({ op: 'patch', id: user.id, account });
    const expected = { status: 200, user: { ...user, ...account } };
    expect(await api.getUser({ idOrExternalId: user.id }, context)).toEqual(expected);
    expect(await api.getUser({ idOrExternalId: 'hr:4711/ä b' }, context)).toEqual(expected);
  });
});

describe('changing a user', () => {
  it('sends every member', async () => {
    const { user } = await api.createUser(ANNA, context);
    const signedUpAt = new Date('2021-01-01T00:00:00.000Z');
    const profile = {
      givenName: 'Anne',
      surname: 'Meier',
      email: 'anne@example.org',
      avatarUrl: 'urn:a:b',
      locale: 'fr',
    };
    const body = {
      signedUpAt,
      toBeRetained: false,
      profile,
      metadata: { team: 'HR', seats: 0, remote: false },
    };
    const answer = await api.updateUser({ idOrExternalId: user.id }, body, context);
    expect(answer).toEqual({ status: 200, user: { ...user, ...body } });
    expect(held()).toMatchObject([{ ...body, signedUpAt: '2021-01-01T00:00:00.000Z' }]);
  });

  it('clears fields of the profile, and all metadata at once', async () => {
    const { user } = await api.createUser(ANNA, context);
    const cleared = { givenName: null, surname: null, email: null, avatarUrl: null, locale: null };
    const body = { profile: cleared, metadata: null };
    const answer = await api.updateUser({ idOrExternalId: user.id }, body, context);
    expect(answer.user).toMatchObject({ profile: cleared, metadata: {}, toBeRetained: true });
    expect(held()).toMatchObject([{ profile: {}, metadata: {} }]);
  });
});

describe('removing', () => {
  it('of a user is accepted, and happens later', async () => {
    const { user } = await api.createUser(ANNA, context);
    expect(await api.deleteUser({ idOrExternalId: user.id }, context)).toBe(200);
    expect(held()).toMatchObject([{ id: user.id, state: 'deleting' }]);
  });

  it('of personal information leaves the user and its keys', async () => {
    const { user } = await api.createUser(ANNA, context);
    const answer = await api.deletePersonalInformation({ idOrExternalId: 'hr:4711/ä b' }, context);
    expect(answer).toMatchObject({
      status: 200,
      user: { id: user.id, externalId: ANNA.externalId, metadata: {} },
    });
    expect(held()).toEqual([
      expect.objectContaining({ id: user.id, profile: { locale: 'de-CH' }, metadata: {} }),
    ]);
  });
});

describe('a user who belongs to one brand', () => {
  it('is named by its externalId with the brand, by every call, and not without', async () => {
    const brandId = '9477922990333';
    const { user } = await api.createUser({ externalId: 'ann', brandId }, context);
    await api.createUser({ externalId: 'ann', metadata: { other: true } }, context);
    const ann = { idOrExternalId: 'ann', brandId };
    expect((await api.getUser(ann, context)).user).toEqual({ ...user, brandId });
    await api.updateUser(ann, { metadata: { team: 'HR' } }, context);
    expect(held()).toMatchObject([{ brandId, metadata: { team: 'HR' } }, { metadata: { other: true } }]);
    await api.deletePersonalInformation(ann, context);
    expect(held()).toMatchObject([{ brandId, metadata: {} }, { metadata: { other: true } }]);
    await api.deleteUser(ann, context);
    expect(held()).toMatchObject([{ brandId, state: 'deleting' }, { state: 'live' }]);
  });
});

describe('a request that the description has no room for', () => {
  const profile = (fields: ProfileBody): UserCreateBody => ({ profile: fields });
  const long = (length: number) => 'x'.repeat(length);

  it.each<[string, UserCreateBody]>([
    ['external_id_length', { externalId: '' }],
    ['external_id_length', { externalId: long(1025) }],
    ['external_id_length', { externalId: 'half \ud800 a pair' }],
    ['brand_id_length', { brandId: '' }],
    ['brand_id_length', { brandId: long(25) }],
    ['signed_up_at_range', { signedUpAt: new Date('no date') }],
    ['signed_up_at_range', { signedUpAt: new Date(Date.UTC(10_000, 0)) }],
    ['signed_up_at_range', { signedUpAt: new Date(Date.UTC(-1, 0)) }],
    ['given_name_length', profile({ givenName: '' })],
    ['given_name_length', profile({ givenName: '界'.repeat(129) })],
    ['surname_length', profile({ surname: '' })],
    ['surname_length', profile({ surname: long(129) })],
    ['email_length', profile({ email: '' })],
    ['email_length', profile({ email: `${long(117)}@example.com` })],
    ['email_format', profile({ email: 'nobody' })],
    ['avatar_url_length', profile({ avatarUrl: '' })],
    ['avatar_url_length', profile({ avatarUrl: `https://example.com/${long(2029)}` })],
    ['avatar_url_format', profile({ avatarUrl: 'example.com/a.png' })],
    ['locale_length', profile({ locale: '' })],
    ['locale_length', profile({ locale: long(65) })],
    ['metadata_value', { metadata: { seats: Number.NaN } }],
    ['metadata_value', { metadata: JSON.parse('{"nested":{"a":1}}') as { nested: string } }], // what types forbid
    ['metadata_size', { metadata: { note: '界'.repeat(METADATA_MAX_BYTES / 3) } }],
  ])('is refused as %s, and nothing is sent: %j', async (reason, body) => {
    const refused = { kind: 'invalid', detail: { reason } };
    await expect(api.createUser(body, context)).rejects.toMatchObject(refused);
    await expect(api.updateUser(NOBODY, body, context)).rejects.toMatchObject(refused);
    expect(calls()).toEqual([]);
  });

  it.each([
    ['brand_id_length', { idOrExternalId: 'ann', brandId: '' }],
    ['brand_id_length', { idOrExternalId: 'ann', brandId: long(25) }],
    ['path_segment_refused', { idOrExternalId: '' }],
    ['path_segment_refused', { idOrExternalId: '..' }],
    ['path_segment_not_encodable', { idOrExternalId: '\ud800' }],
  ])(
    'is refused as %s by whatever names a user by it, and nothing is sent (I13)',
    async (reason, reference) => {
      const refused = { kind: 'invalid', detail: { reason } };
      await expect(api.getUser(reference, context)).rejects.toMatchObject(refused);
      await expect(api.updateUser(reference, {}, context)).rejects.toMatchObject(refused);
      await expect(api.deleteUser(reference, context)).rejects.toMatchObject(refused);
      await expect(api.deletePersonalInformation(reference, context)).rejects.toMatchObject(refused);
      expect(calls()).toEqual([]);
    },
  );

  it('is none at the limits themselves, and stays far below the 100 kB that a request may have', async () => {
    const widest = '\u{1f600}'; // two code units and four bytes, and one character
    const note = widest.repeat((METADATA_MAX_BYTES - '{"note":""}'.length - 1) / 4);
    const body: UserCreateBody = {
      externalId: widest.repeat(1024),
      brandId: widest.repeat(24),
      signedUpAt: new Date(Date.UTC(9999, 11, 31)),
      toBeRetained: true,
      profile: {
        givenName: widest.repeat(128),
        surname: widest.repeat(128),
        email: `${long(116)}@example.com`,
        avatarUrl: `https://example.com/${long(2028)}`,
        locale: long(64),
      },
      metadata: { note },
    };
    const { user } = await api.createUser(body, context);
    expect(user).toMatchObject(body);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(100_000 / 3);
  });
});

describe('an answer that is not what is described', () => {
  const ID = '5963c0d619a30a2e00de36b8';
  const NOTHING = { givenName: null, surname: null, email: null, avatarUrl: null, locale: null };
  const readAs = async (user: unknown) => {
    service.running.addFaults({ status: 200, body: { user } });
    return (await api.getUser({ idOrExternalId: ID }, context)).user;
  };

  it.each<[string, Record<string, unknown>]>([
    ['left out', {}],
    [
      'null',
      {
        externalId: null,
        zendeskId: null,
        brandId: null,
        authenticated: null,
        signedUpAt: null,
        toBeRetained: null,
        profile: null,
        metadata: null,
        identities: null,
      },
    ],
  ])('is read with no value for whatever is %s', async (_, user) => {
    expect(await readAs({ id: ID, ...user })).toEqual({
      id: ID,
      authenticated: null,
      externalId: null,
      zendeskId: null,
      brandId: null,
      signedUpAt: null,
      toBeRetained: null,
      profile: NOTHING,
      metadata: {},
      identities: [],
    });
  });

  it('is read without members that nobody described, and with words that nobody listed (H31)', async () => {
    const user = await readAs({
      id: ID,
      hasPaymentInfo: false,
      mood: { today: 'fine' },
      signedUpAt: 'last week',
      profile: { locale: 'en', localeOrigin: 'zendeskAccount' },
      metadata: { team: 'HR', nested: { not: 'flat' }, none: null },
      identities: [{ type: 'pigeon', value: 'coop 4', verification: 'by eye', since: 1999 }],
    });
    expect(user).toMatchObject({ signedUpAt: null, metadata: { team: 'HR' } });
    expect(user.profile).toEqual({ ...NOTHING, locale: 'en' });
    expect(user.identities).toEqual([{ type: 'pigeon', value: 'coop 4', verification: 'by eye' }]);
    expect(user).not.toHaveProperty('mood');
    expect(user).not.toHaveProperty('hasPaymentInfo');
  });

  it.each([
    ['H26', '', 'outcomeUnknown', 'empty_answer'],
    ['H27', {}, 'protocol', 'not_a_user'],
    ['H27', { user: {} }, 'protocol', 'not_a_user'],
    ['H27', { user: { id: 7 } }, 'protocol', 'not_a_user'],
    ['H27', [], 'protocol', 'not_a_user'],
  ])('%s: is no success when the body is %j', async (_, body, kind, reason) => {
    service.running.addFaults({ status: 201, body });
    await expect(api.createUser(ANNA, context)).rejects.toMatchObject({ kind, detail: { reason } });
  });
});

describe('an error', () => {
  const told = (code: string) => ({ errors: [{ code, title: 'told in words' }] });

  it('for a user who is not there is notFound, whatever is asked for', async () => {
    const missing = { kind: 'notFound', detail: { reason: 'user_not_found', status: 404 } };
    await expect(api.getUser(NOBODY, context)).rejects.toMatchObject(missing);
    await expect(api.updateUser(NOBODY, { metadata: {} }, context)).rejects.toMatchObject(missing);
    await expect(api.deleteUser(NOBODY, context)).rejects.toMatchObject(missing);
    await expect(api.deletePersonalInformation(NOBODY, context)).rejects.toMatchObject(missing);
    expect(held()).toEqual([]);
  });

  it.each([
    [400, told('bad_request'), 'invalid', 'invalid'],
    [401, told('unauthorized'), 'unauthorized', 'unauthorized'],
    [403, told('forbidden'), 'unauthorized', 'unauthorized'],
    [404, told('app_not_found'), 'gone', 'gone'],
    [409, told('conflict'), 'conflict', 'conflict'],
    [413, told('payload_too_large'), 'invalid', 'invalid'],
    [429, told('too_many_requests'), 'rateLimited', 'rateLimited'],
    [500, '<html>', 'unreachable', 'outcomeUnknown'],
    [503, '', 'rateLimited', 'rateLimited'],
  ])('of HTTP %i with %j is %s to a read and %s to a write', async (status, body, read, write) => {
    const { user } = await api.createUser(ANNA, context);
    const ann = { idOrExternalId: user.id };
    service.running.addFaults({ times: 'always', status, body });
    const detail = expect.objectContaining({ status }) as unknown; // a matcher, which is of no type
    await expect(api.getUser(ann, context)).rejects.toMatchObject({ kind: read, detail });
    for (const call of [
      () => api.createUser({ externalId: 'ben' }, context),
      () => api.updateUser(ann, { metadata: null }, context),
      () => api.deleteUser(ann, context),
      () => api.deletePersonalInformation(ann, context),
    ]) {
      await expect(call()).rejects.toMatchObject({ kind: write, detail });
    }
    expect(held()).toMatchObject([{ id: user.id, metadata: ANNA.metadata, state: 'live' }]);
  });

  it('of 429 tells how long to wait, where the provider says so', async () => {
    service.running.addFaults({ status: 429, headers: { 'retry-after': '7' } });
    const limited = { kind: 'rateLimited', detail: { retryAfterMs: 7_000 } };
    await expect(api.getUser(NOBODY, context)).rejects.toMatchObject(limited);
  });
});

describe.each(['basic', 'jwt'] as const)('who authenticates by %s', (AUTH) => {
  it('is let in by the right key', async () => {
    const { user } = await open(service.running, { AUTH }).createUser(ANNA, context);
    expect(held()).toMatchObject([{ id: user.id }]);
  });

  it.each([
    ['another secret', { KEY_SECRET: 'another-secret' }, 401],
    ['another key', { KEY_ID: 'app_000000000000000000000000' }, 401],
    ['another app', { APP_ID: 'ffffffffffffffffffffffff' }, 403],
  ])('is told so with %s, whatever is asked for, and changes nothing', async (_, different, status) => {
    await api.createUser(ANNA, context);
    const before = held();
    const refused = { kind: 'unauthorized', detail: { status } };
    const stranger = open(service.running, { AUTH, ...different });
    const ann = { idOrExternalId: 'hr:4711/ä b' };
    await expect(stranger.createUser({ externalId: 'ben' }, context)).rejects.toMatchObject(refused);
    await expect(stranger.getUser(ann, context)).rejects.toMatchObject(refused);
    await expect(stranger.updateUser(ann, { metadata: null }, context)).rejects.toMatchObject(refused);
    await expect(stranger.deleteUser(ann, context)).rejects.toMatchObject(refused);
    await expect(stranger.deletePersonalInformation(ann, context)).rejects.toMatchObject(refused);
    expect(held()).toEqual(before);
  });
});

describe('tokens and time', () => {
  const MINUTE_MS = 60_000;
  let nowMs = Date.now();
  let running: RunningProvider;

  beforeAll(async () => {
    running = await RunningProvider.start(sunshineDefinition, {
      now: () => nowMs,
      witness: trafficWitness(),
    });
  });
  afterAll(() => running.close());

  it('lets nobody in with a token that has expired by the clock of the provider', async () => {
    const late = open(running, { AUTH: 'jwt' }, () => nowMs - 10 * MINUTE_MS);
    const refused = { kind: 'unauthorized', detail: { status: 401 } };
    await expect(late.createUser(ANNA, context)).rejects.toMatchObject(refused);
    expect([...running.provider.accounts()]).toEqual([]);
  });

  it('lets one in for as long as it runs, since tokens are renewed before they end', async () => {
    const tokens = open(running, { AUTH: 'jwt' }, () => nowMs);
    const { user } = await tokens.createUser(ANNA, context);
    for (let minute = 0; minute < 30; minute += 1) {
      nowMs += MINUTE_MS;
      await tokens.updateUser({ idOrExternalId: user.id }, { metadata: { minute } }, context);
      expect([...running.provider.accounts()]).toMatchObject([{ metadata: { minute } }]);
    }
  });
});
