import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import {
  ApiClient,
  UserCreateBody,
  UsersApi,
  UserUpdateBody,
  type ClientProfile,
} from 'sunshine-conversations-client';
import { RunningProvider, type HeldAccount } from '../../apps/simulators/src/frame/index.js';
import { sunshineDefinition } from '../../apps/simulators/src/sunshine/index.js';
import { until } from '../support/until.js';
import { watchConnections, type Connections } from './connections.js';
import { describeMethods } from './describe-methods.js';

/** Less than a test may take, so that a call that nobody answers fails as such. */
const CALL_TIMEOUT_MS = 5_000;
/** Long enough that a deletion is seen under way, short enough to wait for its end. */
const DELETION_DELAY_MS = 150;

let connections: Connections;
let sunshine: RunningProvider;
let appId: string;

beforeAll(() => {
  connections = watchConnections();
});

beforeEach(async () => {
  sunshine = await RunningProvider.start(sunshineDefinition);
  sunshine.provider.behaviour.merge({ deletionDelayMs: DELETION_DELAY_MS });
  appId = sunshine.environment['SUNSHINE_APP_ID'] ?? '';
});

afterEach(() => sunshine.close());

afterAll(async () => {
  await connections.end();
  expect(connections.hosts()).toEqual(['127.0.0.1']);
});

function keyId(): string {
  return sunshine.environment['SUNSHINE_KEY_ID'] ?? '';
}

function secret(): string {
  return sunshine.environment['SUNSHINE_KEY_SECRET'] ?? '';
}

function unauthenticated(): ApiClient {
  const client = new ApiClient();
  client.basePath = sunshine.url;
  client.timeout = CALL_TIMEOUT_MS;
  return client;
}

function withBasic(password = secret()): UsersApi {
  const client = unauthenticated();
  client.authentications.basicAuth.username = keyId();
  client.authentications.basicAuth.password = password;
  return new UsersApi(client);
}

/** As the description asks for: HS256, `kid` in the header, `scope` among the claims. @see sunshine.openapi.yaml, JWTs */
async function withJwt(signingSecret = secret()): Promise<UsersApi> {
  const client = unauthenticated();
  client.authentications.bearerAuth.accessToken = await new SignJWT({ scope: 'app' })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: keyId() })
    .sign(new TextEncoder().encode(signingSecret));
  return new UsersApi(client);
}

function held(): HeldAccount[] {
  return [...sunshine.provider.accounts()];
}

function create(externalId: string, more: Partial<UserCreateBody> = {}): UserCreateBody {
  return Object.assign(new UserCreateBody(externalId), more);
}

function update(more: UserUpdateBody): UserUpdateBody {
  return Object.assign(new UserUpdateBody(), more);
}

const PROFILE: ClientProfile = {
  givenName: 'Ánn',
  surname: "O'Neil",
  email: 'Ann@x.org',
  avatarUrl: 'https://x.org/ann.png',
  locale: 'pt-BR',
};

/** Plants one user that has everything. @returns its id */
function plantAnn(): string {
  sunshine.plant({
    op: 'put',
    account: {
      externalId: 'hr/7 é',
      signedUpAt: '2020-05-21T15:53:30.197Z',
      profile: PROFILE,
      metadata: { phone: '+41', level: 3, isStaff: true },
      identities: [{ type: 'email', value: 'ann@x.org', verification: 'verified' }],
    },
  });
  return String(held()[0]?.['id']);
}

describe("Sunshine's own client, UsersApi", () => {
  describeMethods({
    of: UsersApi,
    client: () => withBasic(),
    stories: {
      createUser: {
        tells: 'stores a user whole',
        run: async (users) => {
          const more = {
            signedUpAt: '2020-05-21T15:53:30.197Z',
            profile: PROFILE,
            metadata: { phone: '+41', level: 3, isStaff: true },
          };

          const { user } = await users.createUser(appId, create('hr/7 é', more));

          expect(user).toMatchObject({ externalId: 'hr/7 é', ...more });
          expect(held()).toMatchObject([{ id: user.id, externalId: 'hr/7 é', ...more, state: 'live' }]);
        },
      },
      createUserWithHttpInfo: {
        tells: 'answers 201',
        run: async (users) => {
          const { data, response } = await users.createUserWithHttpInfo(appId, create('ann'));
          expect(response.status).toBe(201);
          expect(held()).toMatchObject([{ id: data.user.id, externalId: 'ann' }]);
        },
      },
      getUser: {
        tells: 'reads one user by id and by externalId alike',
        run: async (users) => {
          const id = plantAnn();
          const byId = await users.getUser(appId, id);

          const account = held()[0];
          expect(byId.user).toMatchObject({
            id,
            profile: account?.['profile'],
            metadata: account?.['metadata'],
            signedUpAt: account?.['signedUpAt'],
            identities: account?.['identities'],
          });
          expect(await users.getUser(appId, 'hr/7 é')).toEqual(byId);
        },
      },
      getUserWithHttpInfo: {
        tells: 'answers 200 and changes nothing',
        run: async (users) => {
          const { response } = await users.getUserWithHttpInfo(appId, plantAnn());
          expect(response.status).toBe(200);
          expect(sunshine.log.counts).toEqual({ total: 1, writes: 0, mutating: 0 });
        },
      },
      updateUser: {
        tells: 'changes what it sends and leaves the rest',
        run: async (users) => {
          const id = plantAnn();

          const { user } = await users.updateUser(
            appId,
            'hr/7 é',
            update({ profile: { givenName: 'Beth' }, metadata: { level: 4 } }),
          );

          const expected = {
            id,
            profile: { ...PROFILE, givenName: 'Beth' },
            metadata: { phone: '+41', level: 4, isStaff: true },
          };
          expect(user).toMatchObject(expected);
          expect(held()).toMatchObject([expected]);
        },
      },
      updateUserWithHttpInfo: {
        tells: 'answers 200 with the user as it is now held',
        run: async (users) => {
          const { data, response } = await users.updateUserWithHttpInfo(
            appId,
            plantAnn(),
            update({ signedUpAt: '2021-01-01T00:00:00.000Z' }),
          );
          expect(response.status).toBe(200);
          expect(data.user.signedUpAt).toBe('2021-01-01T00:00:00.000Z');
          expect(held()).toMatchObject([{ signedUpAt: '2021-01-01T00:00:00.000Z' }]);
        },
      },
      deleteUser: {
        tells: 'has the user deleted, which is so a moment later',
        run: async (users) => {
          const id = plantAnn();
          await users.createUser(appId, create('beth'));

          await users.deleteUser(appId, id);

          expect(held()).toMatchObject([{ id, state: 'deleting' }, { externalId: 'beth' }]);
          await until(() => held().length === 1);
          expect(held()).toMatchObject([{ externalId: 'beth', state: 'live' }]);
          await expect(users.getUser(appId, id)).rejects.toMatchObject({ status: 404 });
        },
      },
      deleteUserWithHttpInfo: {
        tells: 'answers 200 while the deletion is under way',
        run: async (users) => {
          plantAnn();
          const { response } = await users.deleteUserWithHttpInfo(appId, 'hr/7 é');
          expect(response.status).toBe(200);
          expect(held()).toMatchObject([{ state: 'deleting' }]);
          await until(() => held().length === 0);
        },
      },
      deleteUserPersonalInformation: {
        tells: 'leaves a user of whom nothing personal is left',
        run: async (users) => {
          const id = plantAnn();

          const { user } = await users.deleteUserPersonalInformation(appId, id);

          expect(user).toMatchObject({ id, externalId: 'hr/7 é', metadata: {} });
          expect(held()).toHaveLength(1);
          expect(held()[0]).toMatchObject({ id, externalId: 'hr/7 é', metadata: {}, state: 'live' });
          const personal = ['Ánn', "O'Neil", 'Ann@x.org', 'ann.png', '+41'];
          for (const text of personal) expect(JSON.stringify(held()[0]?.['profile'])).not.toContain(text);
        },
      },
      deleteUserPersonalInformationWithHttpInfo: {
        tells: 'answers 200, and again when nothing is left',
        run: async (users) => {
          const id = plantAnn();
          for (const name of [id, 'hr/7 é']) {
            const { response } = await users.deleteUserPersonalInformationWithHttpInfo(appId, name);
            expect(response.status).toBe(200);
          }
          expect(held()).toMatchObject([{ id, metadata: {} }]);
        },
      },
    },
  });

  it('is let in by a token that the key signed, for every operation', async () => {
    const users = await withJwt();

    const { user } = await users.createUser(appId, create('ann', { profile: { givenName: 'Ann' } }));
    await users.updateUser(appId, 'ann', update({ profile: { givenName: 'Beth' } }));
    expect((await users.getUser(appId, 'ann')).user.profile?.givenName).toBe('Beth');
    expect(held()).toMatchObject([{ id: user.id, profile: { givenName: 'Beth' } }]);
    await users.deleteUserPersonalInformation(appId, 'ann');
    expect(held()[0]?.['profile']).not.toHaveProperty('givenName');
    await users.deleteUser(appId, user.id);
    await until(() => held().length === 0);
  });
});

describe("Sunshine's own client, refused", () => {
  const refusal = (status: number, code: string) => ({
    status,
    body: { errors: [{ code, title: expect.any(String) }] },
  });

  it('tells an absent user as not found, whatever it asked for', async () => {
    plantAnn();
    const users = withBasic();
    const asked = [
      () => users.getUser(appId, 'nobody'),
      () => users.updateUser(appId, 'nobody', update({ profile: { givenName: 'B' } })),
      () => users.deleteUser(appId, 'nobody'),
      () => users.deleteUserPersonalInformation(appId, 'nobody'),
    ];

    for (const ask of asked) await expect(ask()).rejects.toMatchObject(refusal(404, 'user_not_found'));

    expect(sunshine.log.counts.mutating).toBe(0);
    expect(held()).toMatchObject([{ state: 'live', profile: PROFILE }]);
  });

  it('tells a second user of the same externalId as a conflict', async () => {
    const users = withBasic();
    await users.createUser(appId, create('ann', { profile: { givenName: 'Ann' } }));

    await expect(
      users.createUser(appId, create('ann', { profile: { givenName: 'Beth' } })),
    ).rejects.toMatchObject(refusal(409, 'conflict'));

    expect(held()).toMatchObject([{ externalId: 'ann', profile: { givenName: 'Ann' } }]);
  });

  it('tells a body that breaks the limits as a bad request', async () => {
    await expect(
      withBasic().createUser(appId, create('ann', { profile: { givenName: 'x'.repeat(129) } })),
    ).rejects.toMatchObject(refusal(400, 'bad_request'));
    expect(held()).toEqual([]);
  });

  it('tells a wrong secret as unauthorized, however it is used, and no credentials at all', async () => {
    const strangers = [
      withBasic('not-the-secret'),
      await withJwt('not-the-secret'),
      new UsersApi(unauthenticated()),
    ];
    for (const stranger of strangers) {
      await expect(stranger.createUser(appId, create('ann'))).rejects.toMatchObject(
        refusal(401, 'unauthorized'),
      );
    }
    expect(held()).toEqual([]);
  });

  it('tells an app that the key is not for as forbidden', async () => {
    const elsewhere = 'ffffffffffffffffffffffff';
    await expect(withBasic().createUser(elsewhere, create('ann'))).rejects.toMatchObject(
      refusal(403, 'forbidden'),
    );
    expect(held()).toEqual([]);
  });
});
