import { orNull, type ProviderResponse } from '#http';
import { ProviderError } from '#identity-provider';
import { z } from 'zod';

/** Where there is no such page, its address is empty (inferred). @see passage.openapi.yaml `PaginatedLinks` */
const link = orNull(z.object({ href: orNull(z.string()) })).transform((given) =>
  given?.href === '' ? null : (given?.href ?? null),
);

const linksSchema = z.object({ self: link, first: link, previous: link, next: link, last: link });
const NO_LINKS = { self: null, first: null, previous: null, next: null, last: null };

/** One page of users. @see passage.openapi.yaml `ListPaginatedUsersResponse` */
export interface PassageUserPage<Item> {
  readonly users: readonly Item[];
  /** Users on all pages of this listing. */
  readonly total: number;
  /** Unix seconds: all pages of a listing show users created before it, if each is asked for with it. */
  readonly createdBefore: number;
  readonly page: number | null;
  readonly limit: number | null;
  /** Addresses of this page and others; `null` where there is none. */
  readonly links: Readonly<Record<keyof typeof NO_LINKS, string | null>>;
}

/** Reads pages of one kind of item. @throws ProviderError `protocol` when an answer is no such page */
export function pageReader<Item>(
  item: z.ZodType<Item>,
): (response: ProviderResponse) => PassageUserPage<Item> {
  const schema = z.object({
    users: z.array(item),
    total_users: z.number().int().nonnegative(),
    created_before: z.number().int(),
    page: orNull(z.number()),
    limit: orNull(z.number()),
    _links: orNull(linksSchema),
  });
  return ({ status, json }) => {
    const parsed = schema.safeParse(json);
    if (!parsed.success) throw new ProviderError('protocol', { reason: 'not_a_page_of_users', status });
    const { users, total_users: total, created_before: createdBefore, page, limit, _links } = parsed.data;
    return { users, total, createdBefore, page, limit, links: _links ?? NO_LINKS };
  };
}
