import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Passage, PassageError } from '@passageidentity/passage-node';
import { RunningProvider, type HeldAccount } from '../../apps/simulators/src/frame/index.js';
import { passageDefinition } from '../../apps/simulators/src/passage/index.js';
import { watchConnections, type Connections } from './connections.js';
import { describeMethods } from './describe-methods.js';
import { fetchAt, type PassageUsers } from './passage-client.js';

/** Less than a test may take, so that a call that nobody answers fails as such. */
const CALL_TIMEOUT_MS = 5_000;

describe("Passage's own client", () => {
  let connections: Connections;
  let passage: RunningProvider;

  beforeAll(() => {
    connections = watchConnections();
  });

  beforeEach(async () => {
    passage = await RunningProvider.start(passageDefinition);
    passage.provider.behaviour.merge({ metadataFields: 'team,level:integer' });
  });

  afterEach(() => passage.close());

  afterAll(async () => {
    await connections.end();
    expect(connections.hosts()).toEqual(['127.0.0.1']);
  });

  function users(different: { appID?: string; apiKey?: string } = {}): PassageUsers {
    const { PASSAGE_APP_ID: appID = '', PASSAGE_API_KEY: apiKey = '' } = passage.environment;
    const fetchApi = fetchAt(passage.url, CALL_TIMEOUT_MS);
    return new Passage({ appID, apiKey, fetchApi, ...different }).user;
  }

  function held(): HeldAccount[] {
    return [...passage.provider.accounts()];
  }

  /** Plants one active user that has everything. @returns its id */
  function plantAnn(): string {
    passage.plant({
      op: 'put',
      account: {
        email: 'ann@x.org',
        phone: '+41791234567',
        user_metadata: { team: 'red' },
        last_login_at: '2026-01-02T03:04:05.000000Z',
        login_count: 2,
        refreshTokens: 2,
        webauthn_devices: [
          { id: 'laptop', friendly_name: 'Laptop' },
          { id: 'phone', friendly_name: 'Phone' },
        ],
      },
    });
    return String(held()[0]?.['id']);
  }

  function revokesTokens(method: 'revokeRefreshTokens' | 'signOut') {
    return {
      tells: 'ends every session of one user, who stays active',
      run: async (asked: PassageUsers): Promise<void> => {
        const id = plantAnn();

        await asked[method](id);

        expect(held()).toMatchObject([{ id, refreshTokens: 0, status: 'active' }]);
        expect(held()[0]?.['tokensRevokedAt']).not.toBeNull();
      },
    };
  }

  function findsByIdentifier(method: 'getByIdentifier' | 'getUserByIdentifier') {
    return {
      tells: 'finds a user by email, however it is written, and by phone',
      run: async (asked: PassageUsers): Promise<void> => {
        passage.plant({ op: 'put', account: { email: 'ann@x.org.uk' } });
        passage.plant({ op: 'put', account: { email: 'ann@x.org', phone: '+41791234567' } });
        const wanted = held().find(({ email }) => email === 'ann@x.org')?.['id'];

        expect((await asked[method]('Ann@X.org')).id).toBe(wanted);
        expect((await asked[method]('+41791234567')).id).toBe(wanted);
        await expect(asked[method]('nobody@x.org')).rejects.toThrow('User not found.');
      },
    };
  }

  describe('user', () => {
    describeMethods({
      // The class itself is not at the package's door: what an instance comes from is.
      of: { prototype: Object.getPrototypeOf(newUsers()) as PassageUsers },
      client: () => users(),
      stories: {
        create: {
          tells: 'stores a user whole',
          run: async (asked) => {
            const given = {
              email: 'ann@x.org',
              phone: '+41791234567',
              user_metadata: { team: 'red', level: 3 },
            };

            const created = await asked.create(given);

            expect(created).toMatchObject({ ...given, status: 'active' });
            expect(held()).toMatchObject([{ ...given, id: created.id, state: 'live' }]);
          },
        },
        get: {
          tells: 'reads everything that is held of a user, times as dates',
          run: async (asked) => {
            const id = plantAnn();

            const user = await asked.get(id);

            expect(user).toMatchObject({
              id,
              email: 'ann@x.org',
              phone: '+41791234567',
              status: 'active',
              user_metadata: { team: 'red' },
              webauthn_devices: [{ id: 'laptop' }, { id: 'phone' }],
            });
            expect(user.last_login_at.toISOString()).toBe('2026-01-02T03:04:05.000Z');
            expect(user.created_at.getTime()).toBe(Date.parse(String(held()[0]?.['created_at'])));
          },
        },
        getByIdentifier: findsByIdentifier('getByIdentifier'),
        getUserByIdentifier: findsByIdentifier('getUserByIdentifier'),
        update: {
          tells: 'changes what it sends and leaves the rest',
          run: async (asked) => {
            const id = plantAnn();

            const updated = await asked.update(id, { email: 'beth@x.org', user_metadata: { level: 4 } });

            const expected = {
              id,
              email: 'beth@x.org',
              phone: '+41791234567',
              user_metadata: { team: 'red', level: 4 },
            };
            expect(updated).toMatchObject(expected);
            expect(held()).toMatchObject([{ ...expected, login_count: 2 }]);
          },
        },
        deactivate: {
          tells: 'suspends a user, and again without harm',
          run: async (asked) => {
            const id = plantAnn();
            expect((await asked.deactivate(id)).status).toBe('inactive');
            expect((await asked.deactivate(id)).status).toBe('inactive');
            expect(held()).toMatchObject([{ id, status: 'inactive', state: 'suspended' }]);
          },
        },
        activate: {
          tells: 'brings a suspended user back as it was',
          run: async (asked) => {
            const id = plantAnn();
            passage.plant({ op: 'suspend', id });

            expect((await asked.activate(id)).status).toBe('active');

            expect(held()).toMatchObject([{ id, status: 'active', state: 'live', email: 'ann@x.org' }]);
          },
        },
        delete: {
          tells: 'takes one user away and no other',
          run: async (asked) => {
            const id = plantAnn();
            const beth = await asked.create({ email: 'beth@x.org' });

            await asked.delete(id);

            expect(held()).toMatchObject([{ id: beth.id }]);
            await expect(asked.get(id)).rejects.toMatchObject({ statusCode: 404 });
          },
        },
        listDevices: {
          tells: "reads a user's passkeys",
          run: async (asked) => {
            const devices = await asked.listDevices(plantAnn());
            expect(devices).toMatchObject([
              { id: 'laptop', friendly_name: 'Laptop' },
              { id: 'phone', friendly_name: 'Phone' },
            ]);
          },
        },
        revokeDevice: {
          tells: 'takes one passkey away and no other',
          run: async (asked) => {
            const id = plantAnn();

            await asked.revokeDevice(id, 'laptop');

            expect(held()).toMatchObject([{ id, webauthn_devices: [{ id: 'phone' }] }]);
            await expect(asked.revokeDevice(id, 'laptop')).rejects.toMatchObject({
              statusCode: 404,
              errorCode: 'device_not_found',
            });
          },
        },
        revokeRefreshTokens: revokesTokens('revokeRefreshTokens'),
        signOut: revokesTokens('signOut'),
      },
    });
  });

  describe("Passage's own client, refused", () => {
    it('tells an absent user as not found, whatever it asked for', async () => {
      plantAnn();
      const before = held();
      const asked = users();
      const asks = [
        () => asked.get('nobody'),
        () => asked.update('nobody', { email: 'b@x.org' }),
        () => asked.activate('nobody'),
        () => asked.deactivate('nobody'),
        () => asked.delete('nobody'),
        () => asked.listDevices('nobody'),
        () => asked.revokeDevice('nobody', 'laptop'),
        () => asked.revokeRefreshTokens('nobody'),
      ];

      for (const ask of asks) {
        const outcome = ask();
        await expect(outcome).rejects.toThrow(PassageError);
        await expect(outcome).rejects.toMatchObject({ statusCode: 404, errorCode: 'user_not_found' });
      }
      expect(held()).toEqual(before);
      expect(passage.log.counts.mutating).toBe(0);
    });

    it('tells an identifier that is taken as an invalid request', async () => {
      const id = plantAnn();

      await expect(users().create({ email: 'Ann@x.org' })).rejects.toMatchObject({
        statusCode: 400,
        errorCode: 'invalid_request',
      });

      expect(held()).toMatchObject([{ id }]);
    });

    it('tells a phone number in no known format, and metadata that the app lacks, as an invalid request', async () => {
      const asked = users();
      for (const wrong of [{ phone: '079 123 45 67' }, { email: 'ann@x.org', user_metadata: { shoe: 42 } }]) {
        await expect(asked.create(wrong)).rejects.toMatchObject({ statusCode: 400 });
      }
      expect(held()).toEqual([]);
    });

    it('asks for an email or a phone before it sends anything', async () => {
      await expect(users().create({ user_metadata: { team: 'red' } })).rejects.toThrow('required');
      expect(passage.log.counts.total).toBe(0);
    });

    it('tells a wrong key as unauthorized and another app as not found', async () => {
      await expect(users({ apiKey: 'not-the-key' }).create({ email: 'ann@x.org' })).rejects.toMatchObject({
        statusCode: 401,
        errorCode: 'invalid_access_token',
      });
      await expect(users({ appID: 'not-the-app' }).create({ email: 'ann@x.org' })).rejects.toMatchObject({
        statusCode: 404,
        errorCode: 'app_not_found',
      });
      expect(held()).toEqual([]);
    });
  });

  /** A client that is never used, to see its methods. */
  function newUsers(): PassageUsers {
    const fetchApi = fetchAt('http://127.0.0.1:9', CALL_TIMEOUT_MS);
    return new Passage({ appID: 'none', apiKey: 'none', fetchApi }).user;
  }
});
