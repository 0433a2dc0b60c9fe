import { ProviderError } from '#identity-provider';
import { PAGE_LIMIT } from './capabilities.js';
import { toFilterQuery, type UserFilters } from './filters.js';

/** What a listing can be ordered by: the fields that it can be filtered by, but `identifier`. @see PROVIDERS.md 3.5 */
export const ORDER_FIELDS = [
  'id',
  'status',
  'login_count',
  'created_at',
  'updated_at',
  'last_login_at',
] as const;

/** One key of an order. */
export interface OrderKey {
  readonly field: (typeof ORDER_FIELDS)[number];
  readonly direction: 'ASC' | 'DESC';
}

/** Which page of users, in which order, of whom. @see passage.openapi.yaml `list-paginated-users` */
export interface UsersQuery {
  /** From 1. (Default: 1) */
  readonly page?: number;
  /** 1 to 500. (Default: not documented) */
  readonly limit?: number;
  /** Unix seconds. With the first answer's, later pages do not move when users are added. (Default: now) */
  readonly createdBefore?: number;
  /** The first key counts most. (Default: not documented) */
  readonly orderBy?: readonly OrderKey[];
  readonly filter?: UserFilters;
}

/**
 * What is asked for, as it is sent.
 * @throws ProviderError `invalid`: `page_out_of_bounds`, `limit_out_of_bounds`, `created_before_refused`,
 * `order_refused`, and for filters as `toFilterQuery`
 */
export function toListQuery(asked: UsersQuery): Record<string, string | number> {
  const { page, limit, createdBefore, orderBy = [], filter = {} } = asked;
  refuseOutside(page, { min: 1, reason: 'page_out_of_bounds', attribute: 'page' });
  refuseOutside(limit, { min: 1, max: PAGE_LIMIT, reason: 'limit_out_of_bounds', attribute: 'limit' });
  const anchor = { min: 0, reason: 'created_before_refused', attribute: 'created_before' };
  refuseOutside(createdBefore, anchor);
  return {
    ...(page === undefined ? {} : { page }),
    ...(limit === undefined ? {} : { limit }),
    ...(createdBefore === undefined ? {} : { created_before: createdBefore }),
    ...(orderBy.length === 0 ? {} : { order_by: orderBy.map(spellKey).join(',') }),
    ...toFilterQuery(filter),
  };
}

interface Bounds {
  readonly min: number;
  readonly max?: number;
  readonly reason: string;
  readonly attribute: string;
}

function refuseOutside(value: number | undefined, { min, max, reason, attribute }: Bounds): void {
  if (value === undefined) return;
  const fits = Number.isSafeInteger(value) && value >= min && value <= (max ?? value);
  if (!fits) throw new ProviderError('invalid', { reason, attribute });
}

function spellKey({ field, direction }: OrderKey): string {
  // Checked although they are typed: what reaches this from outside may be neither.
  const isTaken = ORDER_FIELDS.includes(field) && /^(?:ASC|DESC)$/.test(direction);
  if (!isTaken) throw new ProviderError('invalid', { reason: 'order_refused', attribute: 'order_by' });
  return `${field}:${direction}`;
}
