import { PageTrail, ProviderError, type CallContext } from '#identity-provider';
import type { VaultApi } from './api.js';
import { PAGE_LIMIT } from './capabilities.js';
import type { HeldConsumer } from './consumer.js';
import type { ConsumerPage } from './page.js';

/** A cursor may be refused because it has expired (inferred); a listing that has to begin anew more often is given up. */
const RESTARTS_AT_MOST = 2;

/** Pages in a row without anybody that are followed; a filter of theirs could empty one, but not for long. */
const EMPTY_PAGES_AT_MOST = 10;

/**
 * Reads all consumers, a page at a time, as far as the cursors lead: nothing tells how many there are. When a cursor is
 * refused the listing begins anew, so a consumer may be shown again.
 * @throws ProviderError `protocol` when the cursors lead nowhere, `invalid` when they are refused again and again
 * @see PROVIDERS.md 1.5
 */
export async function* listConsumers(
  api: VaultApi<HeldConsumer>,
  context: CallContext,
): AsyncGenerator<ConsumerPage<HeldConsumer>> {
  const trail = new PageTrail(EMPTY_PAGES_AT_MOST);
  const cursors = new Set<string>();
  let restarts = 0;
  for (let cursor: string | null = null; ;) {
    const page = await readPage(api, cursor, context);
    if (page === 'cursorRefused') {
      if (++restarts > RESTARTS_AT_MOST) throw new ProviderError('invalid', { reason: 'cursor_refused' });
      trail.turnBack();
      cursors.clear();
      cursor = null;
      continue;
    }
    const { next } = page;
    if (next !== null) {
      if (cursors.has(next)) throw new ProviderError('protocol', { reason: 'cursor_repeats' });
      cursors.add(next);
      trail.follow(page.consumers.map(({ consumer_id }) => consumer_id));
    }
    yield page;
    if (next === null) return;
    cursor = next;
  }
}

async function readPage(
  api: VaultApi<HeldConsumer>,
  cursor: string | null,
  context: CallContext,
): Promise<ConsumerPage<HeldConsumer> | 'cursorRefused'> {
  try {
    return await api.listConsumers({ cursor, limit: PAGE_LIMIT }, context);
  } catch (error) {
    const isRefusal = error instanceof ProviderError && error.kind === 'invalid';
    if (cursor !== null && isRefusal) return 'cursorRefused';
    throw error;
  }
}
