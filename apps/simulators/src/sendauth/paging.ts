import { invalidField, type Refusal } from './refusal.js';

/** The default is not documented. @see PROVIDERS.md 4.5 */
const DEFAULT_PER_PAGE = 20;
const MAX_PER_PAGE = 100;

export interface PageBounds {
  /** From 1. */
  readonly page: number;
  readonly perPage: number;
}

export interface PageOf<T> {
  readonly rows: readonly T[];
  /** All rows on all pages. */
  readonly total: number;
}

/** The live list: `page` from 1, `perPage` 1 to 100; that anything else is 422 is inferred. @see listUsers */
export function readStrictBounds(query: URLSearchParams): PageBounds | Refusal {
  const page = readCount(query.get('page'), 1);
  if (page === undefined) return invalidField('page', 'must be 1 or more');
  const perPage = readCount(query.get('perPage'), DEFAULT_PER_PAGE);
  if (perPage === undefined || perPage > MAX_PER_PAGE) return invalidField('perPage', 'must be 1 to 100');
  return { page, perPage };
}

/** The other lists declare no bounds: what makes no sense becomes the default, and a page is cut at 100 rows. */
export function readLooseBounds(query: URLSearchParams): PageBounds {
  const perPage = readCount(query.get('perPage'), DEFAULT_PER_PAGE) ?? DEFAULT_PER_PAGE;
  return { page: readCount(query.get('page'), 1) ?? 1, perPage: Math.min(perPage, MAX_PER_PAGE) };
}

/** Cuts one page out of everything. */
export function pageOf<T>(all: readonly T[], { page, perPage }: PageBounds): PageOf<T> {
  return { rows: all.slice((page - 1) * perPage, page * perPage), total: all.length };
}

function readCount(text: string | null, initial: number): number | undefined {
  if (text === null) return initial;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
