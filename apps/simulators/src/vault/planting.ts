import { z } from 'zod';
import { ChangeRefused, mergePatch, omit, type AccountChange, type AccountStore } from '../frame/index.js';
import { newConsumer, type Connection, type Consumer } from './consumer.js';

const count = z.number().int().min(0);

const plantedShape = z.strictObject({
  consumer_id: z.string().min(1),
  application_id: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  connections: z.array(z.record(z.string(), z.unknown())).optional(),
  services: z.array(z.string()).optional(),
  aggregated_request_count: count.optional(),
  request_counts: z.strictObject({ unify: count, proxy: count, vault: count }).optional(),
  created: z.iso.datetime().optional(),
  modified: z.iso.datetime().optional(),
  request_count_updated: z.iso.datetime().optional(),
  state: z.literal('live').optional(),
});

interface Ground {
  readonly store: AccountStore<Consumer>;
  readonly applicationId: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Makes one change behind the API's back. Vault has one state, so only put, patch and remove make sense. */
export function plantConsumer(change: AccountChange, ground: Ground): void {
  const { store } = ground;
  switch (change.op) {
    case 'put':
      put(change.account, ground);
      return;
    case 'patch': {
      const merged = mergePatch(requireConsumer(store, change.id), change.account);
      // A merge patch of two objects is an object.
      put(merged as Record<string, unknown>, ground, change.id);
      return;
    }
    case 'remove':
      requireConsumer(store, change.id);
      store.delete(change.id);
      return;
    case 'softDelete':
    case 'restore':
    case 'suspend':
    case 'activate':
      throw new ChangeRefused(`vault has no ${change.op}; allowed are put, patch and remove`);
  }
}

function put(account: Readonly<Record<string, unknown>>, ground: Ground, id?: string): void {
  const checked = plantedShape.safeParse(account);
  if (!checked.success) throw new ChangeRefused(`not a consumer: ${z.prettifyError(checked.error)}`);
  const given = omit(checked.data, 'state');
  if (id !== undefined && given.consumer_id !== id) throw new ChangeRefused('consumer_id cannot be changed');
  const connections = (given.connections ?? []).map((each) => completed(each, given.consumer_id));
  const services = given.services ?? [...new Set(connections.map((each) => String(each['service_id'])))];
  const planted = {
    ...newConsumer(given.consumer_id, ground.applicationId, ground.at),
    ...given,
    connections,
    services,
  };
  // The schema has checked every member; what it cannot say is that an absent member is never `undefined`.
  ground.store.set(given.consumer_id, planted as Consumer);
}

function completed(connection: Connection, consumerId: string): Connection {
  const given = connection['service_id'];
  const service = typeof given === 'string' ? given : 'salesforce';
  const rest = { unified_api: 'crm', auth_type: 'oauth2', enabled: true, state: 'authorized', health: 'ok' };
  return {
    ...rest,
    ...connection,
    service_id: service,
    id: `${service}+${consumerId}`,
    consumer_id: consumerId,
  };
}

function requireConsumer(store: AccountStore<Consumer>, id: string): Consumer {
  const consumer = store.get(id);
  if (consumer === undefined) throw new ChangeRefused(`vault holds no consumer with this id`);
  return consumer;
}
