import type { ExplainError, ProviderClient, ProviderResponse } from '#http';
import { ProviderError, type CallContext } from '#identity-provider';
import { z } from 'zod';

/**
 * What the port needs of a consumer. Read leniently: list items lack members that a single read has.
 * @see vault.openapi.yml `Consumer`, PROVIDERS.md 1.9
 */
const consumerSchema = z.object({
  consumer_id: z.string().min(1),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
const consumerResponseSchema = z.object({ data: consumerSchema });
const consumersResponseSchema = z.object({
  data: z.array(consumerSchema),
  meta: z.object({ cursors: z.object({ next: z.string().nullish() }).nullish() }).nullish(),
});

/** A consumer as Vault answers it. */
export type VaultConsumer = z.infer<typeof consumerSchema>;

/** The display fields; those left out of an update may stay or go (PROVIDERS.md 1.3). @see vault.openapi.yml `ConsumerMetadata` */
export interface ConsumerMetadata {
  readonly account_name?: string;
  readonly user_name?: string;
  readonly email?: string;
  /** A URL. */
  readonly image?: string;
}

/** A consumer, and the HTTP status that answered with it. */
export interface ConsumerAnswer {
  readonly status: number;
  readonly consumer: VaultConsumer;
}

/** One page of consumers; `next` is `null` on the last one (inferred, PROVIDERS.md 1.5). */
export interface ConsumerPage {
  readonly consumers: readonly VaultConsumer[];
  readonly next: string | null;
}

/**
 * Typed calls on the consumers of one application.
 * Every method throws `ProviderError` (`notFound` only for a missing consumer) or `CallNotStarted`.
 * @see vault.openapi.yml `/vault/consumers`
 */
export class VaultApi {
  constructor(private readonly client: ProviderClient) {}

  /** Creates a consumer, or answers with the one that has this id, whose metadata may be left as it was. @see PROVIDERS.md 1.6 */
  async createConsumer(
    consumerId: string,
    metadata: ConsumerMetadata,
    context: CallContext,
  ): Promise<ConsumerAnswer> {
    const body = { consumer_id: consumerId, metadata };
    return readConsumer(await this.send('POST', consumers(), context, body));
  }

  async getConsumer(consumerId: string, context: CallContext): Promise<ConsumerAnswer> {
    return readConsumer(await this.send('GET', consumers(consumerId), context));
  }

  async updateConsumer(
    consumerId: string,
    metadata: ConsumerMetadata,
    context: CallContext,
  ): Promise<ConsumerAnswer> {
    return readConsumer(await this.send('PATCH', consumers(consumerId), context, { metadata }));
  }

  /** Takes connections and stored credentials along. @see PROVIDERS.md 1.7 */
  async deleteConsumer(consumerId: string, context: CallContext): Promise<number> {
    return (await this.send('DELETE', consumers(consumerId), context)).status;
  }

  /** @param page `cursor` is `null` for the first page; `limit` is 1 to 200 */
  async listConsumers(
    page: { readonly cursor: string | null; readonly limit: number },
    context: CallContext,
  ): Promise<ConsumerPage> {
    const query = { limit: page.limit, ...(page.cursor === null ? {} : { cursor: page.cursor }) };
    const request = { method: 'GET', path: consumers(), query, explain: explainError } as const;
    const { status, json } = await this.client.request(request, context);
    const parsed = consumersResponseSchema.safeParse(json);
    if (!parsed.success) throw new ProviderError('protocol', { reason: 'not_a_page_of_consumers', status });
    const next = parsed.data.meta?.cursors?.next ?? '';
    return { consumers: parsed.data.data, next: next === '' ? null : next };
  }

  private send(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: readonly string[],
    ...[context, body]: readonly [CallContext, unknown?]
  ): Promise<ProviderResponse> {
    return this.client.request({ method, path, body, explain: explainError }, context);
  }
}

function consumers(...below: readonly string[]): readonly string[] {
  return ['vault', 'consumers', ...below];
}

function readConsumer({ status, json }: ProviderResponse): ConsumerAnswer {
  // A write that was accepted without its answer may have happened: it is read back, not refused.
  if (json === undefined) throw new ProviderError('outcomeUnknown', { reason: 'empty_answer', status });
  const parsed = consumerResponseSchema.safeParse(json);
  if (!parsed.success) throw new ProviderError('protocol', { reason: 'not_a_consumer', status });
  return { status, consumer: parsed.data.data };
}

const errorSchema = z.object({ type_name: z.string() });

/**
 * Only a 404 that says `EntityNotFoundError` speaks of one consumer. Any other means that Vault is not where we look
 * for it, and would otherwise make everybody look absent.
 * @see PROVIDERS.md 1.4
 */
const explainError: ExplainError = (status, json) => {
  if (status !== 404) return null;
  const parsed = errorSchema.safeParse(json);
  return parsed.success && parsed.data.type_name === 'EntityNotFoundError'
    ? new ProviderError('notFound', { reason: 'consumer_not_found', status })
    : new ProviderError('gone', { reason: 'not_found_but_not_the_consumer', status });
};
