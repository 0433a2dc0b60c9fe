import { PageTrail, ProviderError, type CallContext } from '#identity-provider';
import type { PassageApi } from './api.js';
import { PAGE_LIMIT } from './capabilities.js';
import type { UserFilters } from './filters.js';
import type { HeldUser } from './user.js';
import type { OrderKey } from './users-query.js';

/** Creation order keeps what is inserted meanwhile behind what was read. @see PROVIDERS.md 3.5 */
const ORDER: readonly OrderKey[] = [
  { field: 'created_at', direction: 'ASC' },
  { field: 'id', direction: 'ASC' },
];

/** A listing that has to go back more often than this is given up: rows vanish faster than they can be read. */
const STEPS_BACK_AT_MOST = 20;

/** One page of a listing. */
export interface UserPage {
  readonly users: readonly HeldUser[];
  readonly complete: boolean;
  readonly total: number;
}

/**
 * Reads all users, or all that hold one identifier, a page at a time.
 *
 * Every page is anchored at the moment of the first, so users who are added meanwhile move nothing. A user who is
 * deleted meanwhile moves all later ones forward, some of them onto pages that were read already; the total tells, and
 * the listing goes back by as many pages as it takes. So a user may be listed twice, but none who stays is left out.
 * @throws ProviderError `protocol` when it cannot be brought to an end, or shows more or fewer than it counts
 */
export async function* listUsers(
  api: PassageApi<HeldUser>,
  context: CallContext,
  filter: UserFilters = {},
): AsyncGenerator<UserPage> {
  let anchor: { createdBefore?: number } = {};
  let known = Number.POSITIVE_INFINITY;
  let stepsBack = 0;
  const trail = new PageTrail(0);
  for (let page = 1; ;) {
    const query = { page, limit: PAGE_LIMIT, orderBy: ORDER, ...anchor, filter };
    const answer = await api.listUsers(query, context);
    anchor = { createdBefore: answer.createdBefore };
    const back = pagesToGoBack(page, known - answer.total);
    known = answer.total;
    if (back > 0 && ++stepsBack > STEPS_BACK_AT_MOST) {
      throw new ProviderError('protocol', { reason: 'listing_does_not_end' });
    }
    if (back > 0) trail.turnBack();
    const complete = back === 0 && isLast(page, answer.users.length, answer.total);
    if (back === 0 && !complete) trail.follow(answer.users.map(({ id }) => id));
    yield { users: answer.users, complete, total: answer.total };
    if (complete) return;
    page += back > 0 ? -back : 1;
  }
}

/**
 * A page that is not full is the last, and then all that are counted have been shown.
 * @throws ProviderError `protocol` when it counts otherwise; `total_users` is that of the query
 * @see passage.openapi.yaml `ListPaginatedUsersResponse`
 */
function isLast(page: number, length: number, total: number): boolean {
  const shown = (page - 1) * PAGE_LIMIT + length;
  if (length > 0 && shown > total) throw new ProviderError('protocol', { reason: 'more_than_the_total' });
  if (length === PAGE_LIMIT) return false;
  if (shown < total) throw new ProviderError('protocol', { reason: 'listing_ends_early' });
  return true;
}

/** Pages before this one that may have received users which it should have shown. */
function pagesToGoBack(page: number, vanished: number): number {
  if (!Number.isFinite(vanished) || vanished <= 0) return 0;
  return Math.min(page - 1, Math.ceil(vanished / PAGE_LIMIT));
}
