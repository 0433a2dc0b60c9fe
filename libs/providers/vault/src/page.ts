import { orNull, type ProviderResponse } from '#http';
import { ProviderError } from '#identity-provider';
import { z } from 'zod';

/** Where a page has no neighbour, its cursor is absent, `null` or empty (inferred). @see PROVIDERS.md 1.5 */
const cursor = orNull(z.string()).transform((text) => (text === '' ? null : text));

const NO_CURSORS = { previous: null, current: null, next: null };

const metaSchema = z.object({
  cursors: orNull(z.object({ previous: cursor, current: cursor, next: cursor })),
  total_count: orNull(z.number()),
});

/** One page of consumers. @see vault.openapi.yml `GetConsumersResponse`, `Meta` */
export interface ConsumerPage<Consumer> {
  readonly consumers: readonly Consumer[];
  /** Cursors: opaque, and to be sent back as they are. `next` is `null` on the last page. */
  readonly previous: string | null;
  readonly current: string | null;
  readonly next: string | null;
  /** On all pages; `null` where Vault does not count. */
  readonly total: number | null;
}

/** Reads pages of one kind of consumer. @throws ProviderError `protocol` when an answer is no such page */
export function pageReader<Consumer>(
  consumer: z.ZodType<Consumer>,
): (response: ProviderResponse) => ConsumerPage<Consumer> {
  const schema = z.object({ data: z.array(consumer), meta: orNull(metaSchema) });
  return ({ status, json }) => {
    const parsed = schema.safeParse(json);
    if (!parsed.success) throw new ProviderError('protocol', { reason: 'not_a_page_of_consumers', status });
    const { data, meta } = parsed.data;
    return { consumers: data, ...(meta?.cursors ?? NO_CURSORS), total: meta?.total_count ?? null };
  };
}
