import {
  AccountStore,
  Behaviour,
  milliseconds,
  oneOf,
  type AccountChange,
  type HeldAccount,
  type SimulatedAnswer,
  type SimulatedProvider,
  type SimulatedRequest,
  type SimulatorContext,
} from '../frame/index.js';
import { consumerNotFound, invalid, routeNotFound, success, unauthorized, VaultRefusal } from './answer.js';
import { readCreateBody, readUpdateBody } from './body.js';
import { newConsumer, type Consumer, type Metadata } from './consumer.js';
import { listConsumers } from './listing.js';
import { plantConsumer } from './planting.js';

/** Points that the documents leave open. @see PROVIDERS.md 1.3 (PATCH), 1.6 (upsert) */
const SWITCHES = {
  /** A create of an existing consumer replaces its metadata, or leaves it. */
  upsertMetadata: oneOf('overwrite', 'keep'),
  /** An update changes the fields that were sent, or replaces the whole metadata. */
  patchMetadata: oneOf('merge', 'replace'),
  /** A deleted consumer is still shown by `get` for this long. */
  deleteThenGetLiveMs: milliseconds(),
};

interface Credentials {
  readonly apiKey: string;
  readonly applicationId: string;
}

/** Apideck Vault's consumers, all six operations. @see vault.openapi.yml */
export class VaultSimulator implements SimulatedProvider {
  readonly name = 'vault';
  readonly behaviour = new Behaviour(SWITCHES);
  readonly #consumers: AccountStore<Consumer>;

  constructor(
    private readonly context: SimulatorContext,
    private readonly credentials: Credentials,
  ) {
    this.#consumers = new AccountStore(context.now);
  }

  handle(request: SimulatedRequest): SimulatedAnswer {
    const answer = this.#refuseStranger(request) ?? this.#route(request);
    return answer instanceof VaultRefusal ? answer.answer : answer;
  }

  handleAsOf(request: SimulatedRequest, timeMs: number): SimulatedAnswer {
    return this.#consumers.readAsOf(timeMs, () => this.handle(request));
  }

  *accounts(): Generator<HeldAccount> {
    for (const consumer of this.#consumers.values()) yield { ...consumer, state: 'live' };
  }

  plant(change: AccountChange): void {
    const { applicationId } = this.credentials;
    plantConsumer(change, { store: this.#consumers, applicationId, at: this.#at() });
  }

  /** The id is the only unique key, and what accounts are held by: it cannot be doubled. */
  duplicates(): Readonly<Record<string, number>> {
    return { consumer_id: 0 };
  }

  reset(): void {
    this.#consumers.clear();
  }

  #refuseStranger({ headers }: SimulatedRequest): VaultRefusal | undefined {
    if (headers.authorization === undefined) return unauthorized('Missing authentication');
    if (headers.authorization !== `Bearer ${this.credentials.apiKey}`) return unauthorized('Invalid API key');
    if (headers['x-apideck-app-id'] === undefined) return unauthorized('Missing Header: x-apideck-app-id');
    if (headers['x-apideck-app-id'] !== this.credentials.applicationId)
      return unauthorized('Unknown application');
    return undefined;
  }

  #route(request: SimulatedRequest): SimulatedAnswer | VaultRefusal {
    const [vault, consumers, id, stats, ...rest] = request.segments;
    if (vault !== 'vault' || consumers !== 'consumers' || rest.length > 0) return routeNotFound();
    if (id === undefined) return this.#routeCollection(request);
    if (stats === undefined) return this.#routeConsumer(request, id);
    return stats === 'stats' && request.method === 'GET' ? this.#stats(request, id) : routeNotFound();
  }

  #routeCollection(request: SimulatedRequest): SimulatedAnswer | VaultRefusal {
    switch (request.method) {
      case 'GET':
        return this.#list(request);
      case 'POST':
        return this.#upsert(request);
      default:
        return routeNotFound();
    }
  }

  #routeConsumer(request: SimulatedRequest, id: string): SimulatedAnswer | VaultRefusal {
    switch (request.method) {
      case 'GET':
        return this.#get(id);
      case 'PATCH':
        return this.#update(request, id);
      case 'DELETE':
        return this.#delete(id);
      default:
        return routeNotFound();
    }
  }

  #list(request: SimulatedRequest): SimulatedAnswer | VaultRefusal {
    const page = listConsumers(this.#consumers, request);
    if (page instanceof VaultRefusal) return page;
    return success(page.data, { meta: page.meta, links: page.links });
  }

  #upsert(request: SimulatedRequest): SimulatedAnswer | VaultRefusal {
    const body = readCreateBody(request);
    if (body instanceof VaultRefusal) return body;
    const existing = this.#consumers.get(body.consumerId);
    const keeps = existing !== undefined && this.behaviour.current.upsertMetadata === 'keep';
    const base = existing ?? newConsumer(body.consumerId, this.credentials.applicationId, this.#at());
    return this.#store(keeps ? base : this.#withMetadata(base, body.metadata ?? base.metadata));
  }

  #get(id: string): SimulatedAnswer | VaultRefusal {
    const { deleteThenGetLiveMs } = this.behaviour.current;
    const consumer = this.#consumers.get(id) ?? this.#consumers.recentlyDeleted(id, deleteThenGetLiveMs);
    return consumer === undefined ? consumerNotFound(id) : { ...success(consumer), accountId: id };
  }

  #update(request: SimulatedRequest, id: string): SimulatedAnswer | VaultRefusal {
    const consumer = this.#consumers.get(id);
    if (consumer === undefined) return consumerNotFound(id);
    const body = readUpdateBody(request);
    if (body instanceof VaultRefusal) return body;
    const { metadata = consumer.metadata } = body;
    const isMerged = this.behaviour.current.patchMetadata === 'merge';
    return this.#store(
      this.#withMetadata(consumer, isMerged ? { ...consumer.metadata, ...metadata } : metadata),
    );
  }

  /** Takes the connections and their credentials along. @see PROVIDERS.md 1.7 */
  #delete(id: string): SimulatedAnswer | VaultRefusal {
    if (!this.#consumers.delete(id)) return consumerNotFound(id);
    return { ...success({ consumer_id: id }), mutated: true, accountId: id };
  }

  /** All requests counted so far fall on `request_count_updated`: finer counts are not held. */
  #stats(request: SimulatedRequest, id: string): SimulatedAnswer | VaultRefusal {
    const start = request.query.get('start_datetime');
    const end = request.query.get('end_datetime');
    if (start === null || end === null)
      return invalid({ missing: [{ start_datetime: 'required' }, { end_datetime: 'required' }] });
    const consumer = this.#consumers.get(id);
    if (consumer === undefined) return consumerNotFound(id);
    if (Number.isNaN(Date.parse(start)) || Number.isNaN(Date.parse(end)))
      return invalid({
        invalid: [{ start_datetime: 'must be a datetime' }, { end_datetime: 'must be a datetime' }],
      });
    const updated = Date.parse(consumer.request_count_updated);
    const isInRange = updated >= Date.parse(start) && updated <= Date.parse(end);
    const data = {
      application_id: consumer.application_id,
      consumer_id: id,
      start_datetime: start,
      end_datetime: end,
      aggregated_request_count: isInRange ? consumer.aggregated_request_count : 0,
      request_counts: isInRange ? consumer.request_counts : { unify: 0, proxy: 0, vault: 0 },
    };
    return { ...success(data), accountId: id };
  }

  #store(consumer: Consumer): SimulatedAnswer {
    this.#consumers.set(consumer.consumer_id, consumer);
    return { ...success(consumer), mutated: true, accountId: consumer.consumer_id };
  }

  #withMetadata(consumer: Consumer, metadata: Metadata): Consumer {
    return { ...consumer, metadata, modified: this.#at() };
  }

  #at(): string {
    return new Date(this.context.now()).toISOString();
  }
}
