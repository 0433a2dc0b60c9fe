import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Apideck } from '@apideck/unify';
import * as errors from '@apideck/unify/models/errors/index.js';
import { ConsumerRequestCounts } from '@apideck/unify/sdk/consumerrequestcounts.js';
import { Consumers } from '@apideck/unify/sdk/consumers.js';
import { RunningProvider, type HeldAccount } from '../../apps/simulators/src/frame/index.js';
import { vaultDefinition } from '../../apps/simulators/src/vault/index.js';
import { watchConnections, type Connections } from './connections.js';
import { describeMethods } from './describe-methods.js';

/** Less than a test may take, so that a call that nobody answers fails as such. */
const CALL_TIMEOUT_MS = 5_000;

let connections: Connections;
let vault: RunningProvider;

beforeAll(() => {
  connections = watchConnections();
});

beforeEach(async () => {
  vault = await RunningProvider.start(vaultDefinition);
});

afterEach(() => vault.close());

afterAll(async () => {
  await connections.end();
  expect(connections.hosts()).toEqual(['127.0.0.1']);
});

function apideck(different: { apiKey?: string; appId?: string } = {}): Apideck {
  const { VAULT_API_KEY: apiKey = '', VAULT_APP_ID: appId = '' } = vault.environment;
  return new Apideck({ apiKey, appId, serverURL: vault.url, timeoutMs: CALL_TIMEOUT_MS, ...different });
}

function held(): HeldAccount[] {
  return [...vault.provider.accounts()];
}

function plant(...consumerIds: readonly string[]): void {
  vault.plant(consumerIds.map((consumer_id) => ({ op: 'put', account: { consumer_id } })));
}

function calls(): string[] {
  return [...vault.log.since(0)].map((call) => `${call.method} ${call.path} ${call.status}`);
}

describe("Apideck's own client, vault.consumers", () => {
  describeMethods({
    of: Consumers,
    client: () => apideck().vault.consumers,
    stories: {
      create: {
        tells: 'stores a consumer whole, and makes no second one of the same id',
        run: async (consumers) => {
          const metadata = {
            accountName: 'Ánn & Söhne',
            userName: 'Ánn',
            email: 'ann@x.org',
            image: 'https://x.org/ann.png',
          };
          const created = await consumers.create({
            createConsumerRequest: { consumerId: 'hr/7 é', metadata },
          });
          expect(created.createConsumerResponse?.data).toMatchObject({ consumerId: 'hr/7 é', metadata });

          await consumers.create({
            createConsumerRequest: { consumerId: 'hr/7 é', metadata: { userName: 'Beth' } },
          });

          expect(held()).toMatchObject([
            { consumer_id: 'hr/7 é', application_id: vault.environment['VAULT_APP_ID'] },
          ]);
          expect(held()[0]?.['metadata']).toEqual({ user_name: 'Beth' });
        },
      },
      get: {
        tells: 'reads everything that is held of a consumer, connections and counts included',
        run: async (consumers) => {
          vault.plant({
            op: 'put',
            account: {
              consumer_id: 'hr/7 é',
              metadata: { user_name: 'Ánn' },
              connections: [{ service_id: 'pipedrive' }],
              aggregated_request_count: 9,
              request_counts: { unify: 5, proxy: 3, vault: 1 },
            },
          });
          const [account] = held();

          const { getConsumerResponse } = await consumers.get({ consumerId: 'hr/7 é' });

          expect(getConsumerResponse?.data).toMatchObject({
            consumerId: account?.['consumer_id'],
            metadata: { userName: 'Ánn' },
            services: ['pipedrive'],
            aggregatedRequestCount: 9,
            requestCounts: { unify: 5, proxy: 3, vault: 1 },
            created: account?.['created'],
            modified: account?.['modified'],
          });
          expect(getConsumerResponse?.data.connections).toMatchObject([
            { id: 'pipedrive+hr/7 é', serviceId: 'pipedrive', consumerId: 'hr/7 é', state: 'authorized' },
          ]);
        },
      },
      list: {
        tells: 'turns the pages by their cursors, each consumer once and in order',
        run: async (consumers) => {
          plant('a-1', 'a-2', 'b-1', 'a-3', 'b-2');

          const pages: (string | undefined)[][] = [];
          for await (const page of await consumers.list({ limit: 2 })) {
            pages.push(page.getConsumersResponse?.data.map(({ consumerId }) => consumerId) ?? []);
          }

          expect(pages).toEqual([['a-1', 'a-2'], ['b-1', 'a-3'], ['b-2']]);
          expect(vault.log.counts).toEqual({ total: 3, writes: 0, mutating: 0 });
        },
      },
      update: {
        tells: 'changes what it sends of the metadata and leaves the rest',
        run: async (consumers) => {
          plant('ann');
          vault.plant({
            op: 'patch',
            id: 'ann',
            account: { metadata: { user_name: 'Ann', email: 'a@x.org' } },
          });

          const { updateConsumerResponse } = await consumers.update({
            consumerId: 'ann',
            updateConsumerRequest: { metadata: { userName: 'Beth' } },
          });

          expect(updateConsumerResponse?.data.metadata).toEqual({ userName: 'Beth', email: 'a@x.org' });
          expect(held()).toMatchObject([{ metadata: { user_name: 'Beth', email: 'a@x.org' } }]);
        },
      },
      delete: {
        tells: 'takes one consumer away and no other',
        run: async (consumers) => {
          plant('ann', 'ann-2');

          const { deleteConsumerResponse } = await consumers.delete({ consumerId: 'ann' });

          expect(deleteConsumerResponse?.data.consumerId).toBe('ann');
          expect(held().map((account) => account['consumer_id'])).toEqual(['ann-2']);
        },
      },
    },
  });

  it('filters a listing by the start of an id and by a piece of any field, page by page', async () => {
    plant('a-1', 'b-1', 'a-2', 'a-3');
    vault.plant({ op: 'patch', id: 'b-1', account: { metadata: { email: 'Ann+1@x.org' } } });
    const { consumers } = apideck().vault;
    const found = async (filter: { consumerId?: string; search?: string }): Promise<unknown[]> => {
      const ids: unknown[] = [];
      for await (const page of await consumers.list({ filter, limit: 2 })) {
        ids.push(...(page.getConsumersResponse?.data ?? []).map(({ consumerId }) => consumerId));
      }
      return ids;
    };

    expect(await found({ consumerId: 'a-' })).toEqual(['a-1', 'a-2', 'a-3']);
    expect(await found({ search: 'ann+1@' })).toEqual(['b-1']);
    expect(await found({ consumerId: 'a-', search: 'ann' })).toEqual([]);
  });

  it('continues a listing from a cursor that was kept', async () => {
    plant('a', 'b', 'c');
    const first = await apideck().vault.consumers.list({ limit: 2 });
    const cursor = first['~next']?.cursor ?? '';

    const rest = await apideck().vault.consumers.list({ limit: 2, cursor });

    expect(rest.getConsumersResponse?.data.map(({ consumerId }) => consumerId)).toEqual(['c']);
    expect(rest.next()).toBeNull();
  });
});

describe("Apideck's own client, vault.consumerRequestCounts", () => {
  describeMethods({
    of: ConsumerRequestCounts,
    client: () => apideck().vault.consumerRequestCounts,
    stories: {
      list: {
        tells: 'counts the requests of a period, and none outside it',
        run: async (requestCounts) => {
          vault.plant({
            op: 'put',
            account: {
              consumer_id: 'ann',
              aggregated_request_count: 9,
              request_counts: { unify: 5, proxy: 3, vault: 1 },
              request_count_updated: '2026-03-05T00:00:00.000Z',
            },
          });
          const counted = async (startDatetime: string, endDatetime: string): Promise<unknown> => {
            const answer = await requestCounts.list({ consumerId: 'ann', startDatetime, endDatetime });
            return answer.consumerRequestCountsInDateRangeResponse?.data;
          };

          expect(await counted('2026-03-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z')).toMatchObject({
            consumerId: 'ann',
            aggregatedRequestCount: 9,
            requestCounts: { unify: 5, proxy: 3, vault: 1 },
          });
          expect(await counted('2026-04-01T00:00:00.000Z', '2026-05-01T00:00:00.000Z')).toMatchObject({
            aggregatedRequestCount: 0,
            requestCounts: { unify: 0, proxy: 0, vault: 0 },
          });
        },
      },
    },
  });
});

describe("Apideck's own client, refused", () => {
  it('tells an absent consumer as not found, whatever it asked for', async () => {
    plant('somebody else');
    const { consumers, consumerRequestCounts } = apideck().vault;
    const period = { startDatetime: '2026-03-01T00:00:00Z', endDatetime: '2026-04-01T00:00:00Z' };

    const asked = [
      () => consumers.get({ consumerId: 'nobody' }),
      () => consumers.update({ consumerId: 'nobody', updateConsumerRequest: { metadata: {} } }),
      () => consumers.delete({ consumerId: 'nobody' }),
      () => consumerRequestCounts.list({ consumerId: 'nobody', ...period }),
    ];

    for (const ask of asked) await expect(ask()).rejects.toThrow(errors.NotFoundResponse);
    expect(held()).toHaveLength(1);
    expect(vault.log.counts.mutating).toBe(0);
  });

  it('tells a wrong key and an unknown application as unauthorized', async () => {
    const request = { createConsumerRequest: { consumerId: 'ann' } };
    for (const different of [{ apiKey: 'not-the-key' }, { appId: 'not-the-app' }]) {
      await expect(apideck(different).vault.consumers.create(request)).rejects.toThrow(
        errors.UnauthorizedResponse,
      );
    }
    expect(held()).toEqual([]);
  });

  it('tells an image that is no URL, and pages that are too long, as a bad request', async () => {
    const { consumers } = apideck().vault;

    await expect(
      consumers.create({ createConsumerRequest: { consumerId: 'ann', metadata: { image: 'face' } } }),
    ).rejects.toThrow(errors.BadRequestResponse);
    await expect(consumers.list({ limit: 201 })).rejects.toThrow(errors.BadRequestResponse);

    expect(held()).toEqual([]);
  });

  it('tells a bill to be paid and a body that makes no sense apart', async () => {
    vault.addFaults([
      { status: 402, body: refusal(402) },
      { status: 422, body: refusal(422) },
    ]);
    const { consumers } = apideck().vault;

    await expect(consumers.get({ consumerId: 'ann' })).rejects.toThrow(errors.PaymentRequiredResponse);
    await expect(consumers.get({ consumerId: 'ann' })).rejects.toThrow(errors.UnprocessableResponse);
  });

  it('tries a create again after a 503, and one consumer comes of it', async () => {
    vault.addFaults({ status: 503, applied: true });

    await apideck().vault.consumers.create({ createConsumerRequest: { consumerId: 'ann' } });

    expect(held().map((account) => account['consumer_id'])).toEqual(['ann']);
    expect(calls()).toEqual(['POST /vault/consumers 503', 'POST /vault/consumers 200']);
  });
});

/** In the shape of the description's error answers. */
function refusal(status: number): Record<string, unknown> {
  return {
    status_code: status,
    error: 'Refused',
    type_name: 'RefusedError',
    message: 'Refused',
    detail: 'x',
  };
}
