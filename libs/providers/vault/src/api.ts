import { readAnswer, type ProviderClient, type ProviderRequest, type ProviderResponse } from '#http';
import type { CallContext, Period } from '#identity-provider';
import type { z } from 'zod';
import {
  consumerSchema,
  statsSchema,
  type ConsumerAnswer,
  type ConsumerStats,
  type VaultConsumer,
} from './consumer.js';
import { explainError } from './explain.js';
import { pageReader, type ConsumerPage } from './page.js';
import {
  checkCreateBody,
  checkMetadata,
  toListQuery,
  toStatsQuery,
  type ConsumersQuery,
  type CreateConsumerBody,
  type UpdateConsumerBody,
} from './request.js';

/**
 * Typed calls on the consumers of one application: all six operations.
 *
 * A request that breaks a limit of the description is refused as `ProviderError` `invalid` before anything is sent.
 * Otherwise every method throws `ProviderError` or `CallNotStarted`: `notFound` only for a missing consumer, `gone` for
 * every other 404, `invalid` for 400 and 422, `unauthorized` for 401, `paymentRequired` for 402 (a plan limit), and for
 * 5xx `unreachable` after a read and `outcomeUnknown` after a write.
 * @see vault.openapi.yml `/vault/consumers`; PROVIDERS.md 1.2 and 1.4
 */
export class VaultApi<Consumer> {
  private readonly readPage: (response: ProviderResponse) => ConsumerPage<Consumer>;

  /** @param schema how much of a consumer is read, and how: `consumerSchema` is the whole of it */
  constructor(
    private readonly client: ProviderClient,
    private readonly schema: z.ZodType<Consumer>,
  ) {
    this.readPage = pageReader(schema);
  }

  /** `GET /vault/consumers`: a page of consumers, in no promised order, without their connections. @see PROVIDERS.md 1.5 */
  async listConsumers(query: ConsumersQuery, context: CallContext): Promise<ConsumerPage<Consumer>> {
    const request = { method: 'GET', path: consumers(), query: toListQuery(query) } as const;
    return this.readPage(await this.send(request, context));
  }

  /**
   * `POST /vault/consumers`, answered 200: creates a consumer, or answers with the one that has this id, whose metadata
   * may be left as it was. @see PROVIDERS.md 1.6
   */
  async createConsumer(body: CreateConsumerBody, context: CallContext): Promise<ConsumerAnswer<Consumer>> {
    checkCreateBody(body);
    return this.callForConsumer({ method: 'POST', path: consumers(), body }, context);
  }

  /** `GET /vault/consumers/{consumer_id}`: one consumer with its connections. */
  async getConsumer(consumerId: string, context: CallContext): Promise<ConsumerAnswer<Consumer>> {
    return this.callForConsumer({ method: 'GET', path: consumers(consumerId) }, context);
  }

  /** `PATCH /vault/consumers/{consumer_id}`. Whether fields that are left out stay is not documented. @see PROVIDERS.md 1.3 */
  async updateConsumer(
    consumerId: string,
    body: UpdateConsumerBody,
    context: CallContext,
  ): Promise<ConsumerAnswer<Consumer>> {
    checkMetadata(body.metadata);
    return this.callForConsumer({ method: 'PATCH', path: consumers(consumerId), body }, context);
  }

  /**
   * `DELETE /vault/consumers/{consumer_id}`: takes connections and stored credentials along. Irreversible. The sources
   * disagree on the body of the answer, so nothing is read from it. @see PROVIDERS.md 1.7 and 1.9
   * @returns the HTTP status
   */
  async deleteConsumer(consumerId: string, context: CallContext): Promise<number> {
    return (await this.send({ method: 'DELETE', path: consumers(consumerId) }, context)).status;
  }

  /** `GET /vault/consumers/{consumer_id}/stats`: how many requests were made on its behalf after `start` and before `end`. */
  async getStats(consumerId: string, period: Period, context: CallContext): Promise<ConsumerStats> {
    const request = {
      method: 'GET',
      path: consumers(consumerId, 'stats'),
      query: toStatsQuery(period),
    } as const;
    const expected = { schema: statsSchema, member: 'data', reason: 'not_request_counts' };
    return readAnswer(request, await this.send(request, context), expected);
  }

  private async callForConsumer(
    request: ProviderRequest,
    context: CallContext,
  ): Promise<ConsumerAnswer<Consumer>> {
    const response = await this.send(request, context);
    const expected = { schema: this.schema, member: 'data', reason: 'not_a_consumer' };
    return { status: response.status, consumer: readAnswer(request, response, expected) };
  }

  private send(request: ProviderRequest, context: CallContext): Promise<ProviderResponse> {
    return this.client.request({ explain: explainError, ...request }, context);
  }
}

/** The complete client: every answer as the description has it. */
export function completeVaultApi(client: ProviderClient): VaultApi<VaultConsumer> {
  return new VaultApi(client, consumerSchema);
}

function consumers(...below: readonly string[]): readonly string[] {
  return ['vault', 'consumers', ...below];
}
