import { toListItem } from './account.js';
import type { PassageDirectory } from './directory.js';
import { invalidRequest } from './refusal.js';
import { Selections } from './selection.js';

/** @see PROVIDERS.md 3.5 */
const MAX_LIMIT = 500;
/** Inferred: the description names only the maximum. */
const DEFAULT_LIMIT = 100;

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

/** The listing of one app. */
export class Listing {
  readonly #selections: Selections;

  constructor(private readonly directory: PassageDirectory) {
    this.#selections = new Selections(directory);
  }

  /** One page, as `GET /apps/{app_id}/users` answers it. Throws 400 for what the query may not hold. */
  page(request: ListingRequest): Record<string, unknown> {
    const window = readWindow(request.query, request.nowMs);
    const ids = this.#selections.select(request.query, window.createdBefore);
    const start = (window.page - 1) * window.limit;
    const accounts = ids.slice(start, start + window.limit).map((id) => this.directory.get(id));
    return {
      users: accounts.filter((account) => account !== undefined).map(toListItem),
      page: window.page,
      limit: window.limit,
      total_users: ids.length,
      created_before: window.createdBefore,
      _links: links(request, window, ids.length),
    };
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
