import { timestamp, type PassageAccount } from './account.js';
import type { PassageDirectory } from './directory.js';
import { readOrder } from './order.js';
import { readFilters } from './query.js';

interface Kept {
  readonly key: string;
  readonly ids: readonly string[];
  readonly anchor: string;
  /** Whether updates can neither move an account in it nor move it in or out. */
  readonly isFixed: boolean;
  readonly revision: number;
  readonly arrangement: number;
  /** Accounts before this position of the directory have been looked at. */
  next: number;
}

/**
 * Whom a listing shows, in order. Keeps the last selection as long as it holds: whoever reads page after page behind
 * one anchor has it selected and sorted once, however much is written in between.
 */
export class Selections {
  #kept: Kept | undefined;

  constructor(private readonly directory: PassageDirectory) {}

  /**
   * Ids in the order asked for.
   * @param createdBefore Unix seconds
   * @throws PassageRefusal 400 for an order or a filter that cannot be
   */
  select(query: URLSearchParams, createdBefore: number): readonly string[] {
    const found = lookup(this.directory, query);
    // A lookup must not push out what a page-by-page reader comes back for, nor the past what holds now.
    if (found || this.directory.readsThePast) {
      return selectFrom(found ?? this.directory.all(), query, anchorOf(createdBefore));
    }
    const key = keyOf(query, createdBefore);
    if (this.#kept?.key !== key || !this.#holds(this.#kept))
      this.#kept = this.#make(key, query, createdBefore);
    return this.#kept.ids;
  }

  #make(key: string, query: URLSearchParams, createdBefore: number): Kept {
    const { revision, arrangement } = this.directory;
    const anchor = anchorOf(createdBefore);
    const accounts: PassageAccount[] = [];
    let next = 0;
    for (const [position, account] of this.directory.from(0)) {
      accounts.push(account);
      next = position + 1;
    }
    const ids = selectFrom(accounts, query, anchor);
    return { key, ids, anchor, isFixed: isFixed(query), revision, arrangement, next };
  }

  #holds(kept: Kept): boolean {
    const { revision, arrangement } = this.directory;
    if (kept.revision === revision) return true;
    if (!kept.isFixed || kept.arrangement !== arrangement) return false;
    for (const [position, account] of this.directory.from(kept.next)) {
      if (account.created_at < kept.anchor) return false;
      kept.next = position + 1;
    }
    return true;
  }
}

function anchorOf(createdBefore: number): string {
  // Past the year 9999 a time is spelt differently and would compare as earlier.
  return timestamp(Math.min(createdBefore * 1000, Date.UTC(9999, 0)));
}

function keyOf(query: URLSearchParams, createdBefore: number): string {
  const rest = new URLSearchParams(query);
  rest.delete('page');
  rest.delete('limit');
  rest.set('created_before', String(createdBefore));
  return rest.toString();
}

const FIXED_PARAMETERS: readonly string[] = ['page', 'limit', 'created_before', 'order_by', 'created_at'];

function isFixed(query: URLSearchParams): boolean {
  const order = query.get('order_by') ?? '';
  return (
    [...query.keys()].every((name) => FIXED_PARAMETERS.includes(name)) &&
    order.split(',').every((key) => /^\s*(id:|created_at:|$)/.test(key))
  );
}

function selectFrom(accounts: Iterable<PassageAccount>, query: URLSearchParams, anchor: string): string[] {
  const compare = readOrder(query.get('order_by'));
  const predicates = [(account: PassageAccount) => account.created_at < anchor, ...readFilters(query)];
  const found: PassageAccount[] = [];
  for (const account of accounts) if (predicates.every((holds) => holds(account))) found.push(account);
  return found.sort(compare).map((account) => account.id);
}

/**
 * The few accounts that a filter by one whole identifier or id can mean, so that a lookup costs the same however many
 * there are; `undefined` without such a filter, and in the past, which the indices do not know.
 */
function lookup(directory: PassageDirectory, query: URLSearchParams): PassageAccount[] | undefined {
  if (directory.readsThePast) return undefined;
  const id = query.get('id');
  if (isWhole(id)) return [directory.get(id)].filter((hit) => hit !== undefined);
  const identifier = query.get('identifier');
  if (!isWhole(identifier)) return undefined;
  return [...new Set([...directory.findByEmail(identifier), ...directory.findByPhone(identifier)])];
}

/** Whether a filter asks for one value, without an operator. */
function isWhole(filter: string | null): filter is string {
  return filter !== null && !filter.startsWith('<');
}
