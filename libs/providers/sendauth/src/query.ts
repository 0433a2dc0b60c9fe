import { anyText, oneOf, refuseBroken, textOf, wholeNumber } from './limits.js';
import { PERMISSION_LENGTH } from './user-body.js';

/** Users a page at most. @see sendauth.openapi.yaml listUsers `perPage`, checked 2026-11-20 */
export const PAGE_LIMIT = 100;

/** Which page of a list, searched for what. Without bounds SendAuth chooses (undocumented). @see PROVIDERS.md 4.5 */
export interface PageQuery {
  /** From 1. */
  readonly page?: number;
  /** 1 to 100. Lists other than that of live users declare no bounds of their own, and are held to these. */
  readonly perPage?: number;
  /** A search of unstated scope and exactness. */
  readonly q?: string;
}

/** @see sendauth.openapi.yaml listDeletedUsers */
export interface DeletedUsersQuery extends PageQuery {
  /** Only users who have this permission; at most 64 characters. */
  readonly permission?: string;
}

/** @see sendauth.openapi.yaml listUsers */
export interface UsersQuery extends DeletedUsersQuery {
  /** Which names can be sorted by is not documented. */
  readonly sortBy?: string;
  readonly sortDir?: 'asc' | 'desc';
}

const LIMITS = {
  page: wholeNumber(1, Number.MAX_SAFE_INTEGER),
  perPage: wholeNumber(1, PAGE_LIMIT),
  q: anyText,
  permission: textOf(0, PERMISSION_LENGTH),
  sortBy: anyText,
  sortDir: oneOf(['asc', 'desc']),
};

/**
 * What is asked for, as it is sent.
 * @throws ProviderError `invalid` when a limit of the description is broken
 */
export function toQuery(asked: UsersQuery): Readonly<Record<string, string | number>> {
  refuseBroken(LIMITS, asked);
  const given = Object.entries(asked).filter(([name, value]) => name in LIMITS && value !== undefined);
  return Object.fromEntries(given);
}
