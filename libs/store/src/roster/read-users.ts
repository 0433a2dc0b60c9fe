import { emailKey, type User, type UserStatus } from '#domain';
import type { Database } from '../database.js';
import type { Prisma } from '../generated/client.js';
import { toUser } from './user-row.js';

/** Users a page at most. */
export const MAX_USERS_A_PAGE = 200;

export interface UserQuery {
  /** Reads on behind this user. */
  readonly after?: string | undefined;
  /** At most `MAX_USERS_A_PAGE`. */
  readonly limit: number;
  readonly status?: UserStatus | undefined;
  /** Exact. Finds the present holder and purged ones. */
  readonly externalKey?: string | undefined;
  /** Compared without regard to case or composition. */
  readonly email?: string | undefined;
  /** Only users whose link at this provider is parked. */
  readonly parkedAt?: string | undefined;
}

export interface UserPage {
  readonly users: readonly User[];
  /** The `after` of the next page; `null` on the last. */
  readonly next: string | null;
}

/** Finds a user by id; `null` when there is none. */
export async function findUser(database: Database, id: string): Promise<User | null> {
  const row = await database.prisma.user.findUnique({ where: { id } });
  return row === null ? null : toUser(row);
}

/**
 * Lists users in order of id, which is the order of creation. A user is on exactly one page, whatever is written meanwhile.
 * Whoever stands for an account of nobody is no user to anybody else, and is left out.
 * @throws RangeError when the limit is not between 1 and `MAX_USERS_A_PAGE`
 */
export async function listUsers(database: Database, query: UserQuery): Promise<UserPage> {
  const { after, limit, status, externalKey, email, parkedAt } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_USERS_A_PAGE) {
    throw new RangeError(`limit must be between 1 and ${MAX_USERS_A_PAGE}`);
  }
  const rows = await database.prisma.user.findMany({
    where: {
      isStandIn: false,
      ...(after === undefined ? {} : { id: { gt: after } }),
      ...(status === undefined ? {} : { status }),
      ...(externalKey === undefined ? {} : { externalKey }),
      ...(email === undefined ? {} : { emailKey: emailKey(email) }),
      ...(parkedAt === undefined ? {} : { links: { some: parkedLink(database, parkedAt) } }),
    },
    orderBy: { id: 'asc' },
    take: limit + 1,
  });
  const users = rows.slice(0, limit).map((row) => toUser(row));
  return { users, next: rows.length > limit ? (users.at(-1)?.id ?? null) : null };
}

/** Parked, and nothing newer is wanted: what `standingOf` calls so. */
function parkedLink({ prisma }: Database, provider: string): Prisma.LinkWhereInput {
  return { provider, parkCode: { not: null }, handled: { equals: prisma.link.fields.wanted } };
}
