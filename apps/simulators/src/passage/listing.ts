import { timestamp, toListItem, type PassageAccount } from './account.js';
import type { PassageDirectory } from './directory.js';
import { readOrder } from './order.js';
import { readFilters } from './query.js';
import { invalidRequest } from './refusal.js';

/** @see PROVIDERS.md 3.5 */
export const MAX_LIMIT = 500;
/** Inferred: the description names only the maximum. */
export const DEFAULT_LIMIT = 100;

/** Where a listing is asked for. */
export interface ListingRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly nowMs: number;
}

interface Window {
  readonly page: number;
  readonly limit: number;
  /** Unix seconds. */
  readonly createdBefore: number;
}

interface Selection {
  readonly key: string;
  readonly revision: number;
  readonly accounts: readonly PassageAccount[];
}

/** The listing of one app. Keeps its last selection: whoever reads page after page has it selected and sorted once. */
export class Listing {
  #last: Selection | undefined;

  constructor(private readonly directory: PassageDirectory) {}

  /** One page, as `GET /apps/{app_id}/users` answers it. Throws 400 for what the query may not hold. */
  page(request: ListingRequest): Record<string, unknown> {
    const window = readWindow(request.query, request.nowMs);
    const accounts = this.#select(request.query, window.createdBefore);
    const start = (window.page - 1) * window.limit;
    return {
      users: accounts.slice(start, start + window.limit).map(toListItem),
      page: window.page,
      limit: window.limit,
      total_users: accounts.length,
      created_before: window.createdBefore,
      _links: links(request, window, accounts.length),
    };
  }

  #select(query: URLSearchParams, createdBefore: number): readonly PassageAccount[] {
    const { revision, readsThePast } = this.directory;
    const key = selectionKey(query, createdBefore);
    if (!readsThePast && this.#last?.key === key && this.#last.revision === revision) {
      return this.#last.accounts;
    }
    const accounts = selectAccounts(this.directory, query, createdBefore);
    // A lookup of one account must not push out what a page-by-page reader comes back for.
    if (!readsThePast && !isLookup(query)) this.#last = { key, revision, accounts };
    return accounts;
  }
}

function readWindow(query: URLSearchParams, nowMs: number): Window {
  return {
    page: readCount(query, 'page', { fallback: 1, min: 1 }),
    limit: readCount(query, 'limit', { fallback: DEFAULT_LIMIT, min: 1, max: MAX_LIMIT }),
    // Rounded up: an anchor in whole seconds that is rounded down would hide who was created in this second.
    createdBefore: readCount(query, 'created_before', { fallback: Math.floor(nowMs / 1000) + 1, min: 0 }),
  };
}

function readCount(
  query: URLSearchParams,
  name: string,
  bounds: { fallback: number; min: number; max?: number },
): number {
  const text = query.get(name);
  if (text === null || text === '') return bounds.fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < bounds.min || value > (bounds.max ?? Number.MAX_SAFE_INTEGER)) {
    throw invalidRequest(`${name} is invalid`);
  }
  return value;
}

function selectionKey(query: URLSearchParams, createdBefore: number): string {
  const rest = new URLSearchParams(query);
  rest.delete('page');
  rest.delete('limit');
  rest.set('created_before', String(createdBefore));
  return rest.toString();
}

function selectAccounts(
  directory: PassageDirectory,
  query: URLSearchParams,
  createdBefore: number,
): PassageAccount[] {
  // Past the year 9999 a time is spelt differently and would compare as earlier.
  const anchor = timestamp(Math.min(createdBefore * 1000, Date.UTC(9999, 0)));
  const compare = readOrder(query.get('order_by'));
  const predicates = [(account: PassageAccount) => account.created_at < anchor, ...readFilters(query)];
  const found: PassageAccount[] = [];
  for (const account of candidates(directory, query)) {
    if (predicates.every((holds) => holds(account))) found.push(account);
  }
  return found.sort(compare);
}

function isLookup(query: URLSearchParams): boolean {
  return isWhole(query.get('identifier')) || isWhole(query.get('id'));
}

/** Whether a filter asks for one value, without an operator. */
function isWhole(filter: string | null): filter is string {
  return filter !== null && !filter.startsWith('<');
}

/** A lookup goes through the indices, so that it costs the same however many there are; they know only the present. */
function candidates(directory: PassageDirectory, query: URLSearchParams): Iterable<PassageAccount> {
  if (directory.readsThePast) return directory.all();
  const id = query.get('id');
  if (isWhole(id)) return [directory.get(id)].filter((hit) => hit !== undefined);
  const identifier = query.get('identifier');
  if (!isWhole(identifier)) return directory.all();
  return new Set([...directory.findByEmail(identifier), ...directory.findByPhone(identifier)]);
}

/** @see passage.openapi.yaml `PaginatedLinks`. Where there is no such page the address is empty (inferred). */
function links(request: ListingRequest, window: Window, total: number): Record<string, { href: string }> {
  const last = Math.max(1, Math.ceil(total / window.limit));
  const at = (page: number) => ({ href: page >= 1 && page <= last ? address(request, window, page) : '' });
  return {
    self: { href: address(request, window, window.page) },
    first: at(1),
    last: at(last),
    next: at(window.page + 1),
    previous: at(window.page - 1),
  };
}

function address(request: ListingRequest, window: Window, page: number): string {
  const query = new URLSearchParams(request.query);
  query.set('page', String(page));
  query.set('limit', String(window.limit));
  query.set('created_before', String(window.createdBefore));
  return `${request.path}?${query.toString()}`;
}
