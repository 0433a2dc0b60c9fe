import type { AccountStore, SimulatedRequest } from '../frame/index.js';
import type { VaultRefusal } from './answer.js';
import { invalid } from './answer.js';
import { toListItem, type Consumer } from './consumer.js';

/** @see PROVIDERS.md 1.5 */
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 200;
const CURSOR_PREFIX = 'vault::consumers::';

export interface Page {
  readonly data: readonly Omit<Consumer, 'connections'>[];
  readonly meta: object;
  readonly links: object;
}

/** One page of consumers, oldest first; the cursor is a place in that order and says nothing to its reader. */
export function listConsumers(store: AccountStore<Consumer>, request: SimulatedRequest): Page | VaultRefusal {
  const limit = readLimit(request.query.get('limit'));
  if (limit === undefined) return invalid({ invalid: [{ limit: `must be 1 to ${MAX_LIMIT}` }] });
  const cursor = request.query.get('cursor');
  const start = cursor === null || cursor === '' ? 0 : readCursor(cursor);
  if (start === undefined) return invalid('Invalid cursor');

  const { items, next } = takePage(store, { start, limit, passes: filterOf(request.query) });
  const nextCursor = next === null ? null : writeCursor(next);
  return {
    data: items.map(toListItem),
    meta: {
      items_on_page: items.length,
      cursors: { previous: null, current: writeCursor(start), next: nextCursor },
    },
    links: {
      previous: null,
      current: `https://unify.apideck.com${request.target}`,
      next: nextCursor && nextLink(request.query, nextCursor),
    },
  };
}

/** The same listing from another place: its page size and filters go along. */
function nextLink(query: URLSearchParams, cursor: string): string {
  const next = new URLSearchParams(query);
  next.set('cursor', cursor);
  return `https://unify.apideck.com/vault/consumers?${next.toString()}`;
}

interface PageQuery {
  readonly start: number;
  readonly limit: number;
  readonly passes: (consumer: Consumer) => boolean;
}

/** `next` is the position of the first consumer that did not fit, or `null` at the end of the list. */
function takePage(
  store: AccountStore<Consumer>,
  { start, limit, passes }: PageQuery,
): { items: Consumer[]; next: number | null } {
  const items: Consumer[] = [];
  for (const [position, consumer] of store.from(start)) {
    if (!passes(consumer)) continue;
    if (items.length === limit) return { items, next: position };
    items.push(consumer);
  }
  return { items, next: null };
}

/** A prefix of the id, a piece of any field; neither is exact. @see vault.openapi.yml ConsumersFilter */
function filterOf(query: URLSearchParams): (consumer: Consumer) => boolean {
  const prefix = query.get('filter[consumer_id]') ?? '';
  const piece = (query.get('filter[search]') ?? '').toLowerCase();
  return ({ consumer_id, metadata }) => {
    if (!consumer_id.startsWith(prefix)) return false;
    const searched = [consumer_id, metadata.email, metadata.account_name, metadata.user_name];
    return piece === '' || searched.some((text) => text?.toLowerCase().includes(piece) === true);
  };
}

function readLimit(text: string | null): number | undefined {
  if (text === null) return DEFAULT_LIMIT;
  const limit = Number(text);
  return /^\d+$/.test(text) && limit >= 1 && limit <= MAX_LIMIT ? limit : undefined;
}

function writeCursor(position: number): string {
  return Buffer.from(CURSOR_PREFIX + String(position)).toString('base64');
}

function readCursor(cursor: string): number | undefined {
  const text = Buffer.from(cursor, 'base64').toString('latin1');
  const digits = text.startsWith(CURSOR_PREFIX) ? text.slice(CURSOR_PREFIX.length) : '';
  return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
}
