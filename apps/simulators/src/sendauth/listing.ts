import type { Directory } from './directory.js';
import type { Refusal } from './refusal.js';
import { invalidField } from './refusal.js';
import { isServiceAccount } from './service-account.js';
import type { User } from './user.js';

/** Names that can be sorted by are not documented; any other leaves the default order, newest first. */
const SORT_FIELDS = ['createdAt', 'firstName', 'lastName', 'email', 'username', 'lastAuthenticated'] as const;

export interface Order {
  readonly field: (typeof SORT_FIELDS)[number] | 'deletedAt';
  readonly descending: boolean;
}

/** Latest deletion first: the deleted list takes no sorting, and its default order is not documented. */
export const LATEST_DELETION_FIRST: Order = { field: 'deletedAt', descending: true };

const MEMBERS = {
  live: (user: User) => user.deletedAt === undefined && !isServiceAccount(user),
  liveWithService: (user: User) => user.deletedAt === undefined,
  softDeleted: (user: User) => user.deletedAt !== undefined,
};
export type ListName = keyof typeof MEMBERS;

/** @see sendauth.openapi.yaml listUsers sortBy, sortDir */
export function readOrder(query: URLSearchParams): Order | Refusal {
  const direction = query.get('sortDir') ?? 'asc';
  if (direction !== 'asc' && direction !== 'desc') {
    return invalidField('sortDir', 'must be asc or desc', direction);
  }
  const field = SORT_FIELDS.find((each) => each === query.get('sortBy'));
  if (field === undefined) return { field: 'createdAt', descending: true };
  return { field, descending: direction === 'desc' };
}

/** The user lists, searched and in order; pages are cut from them, so they shift when users come and go. */
export class UserLists {
  /** Whole lists of the present revision: walking 1,000 pages must not sort 1,000 times. */
  readonly #whole = new Map<string, readonly User[]>();
  #revision = -1;
  readonly #searchTexts = new WeakMap<User, string>();

  constructor(private readonly directory: Directory) {}

  /** @param query `q` (a piece of name, email or phone) and `permission` (a whole one) narrow the list */
  find(list: ListName, order: Order, query: URLSearchParams): readonly User[] {
    const piece = (query.get('q') ?? '').toLowerCase();
    const permission = query.get('permission');
    const users = this.#narrowed(list, order, piece) ?? this.#inOrder(list, order);
    if (piece === '' && permission === null) return users;
    return users.filter(
      (user) =>
        this.#searchText(user).includes(piece) && (permission === null || hasPermission(user, permission)),
    );
  }

  #narrowed(list: ListName, order: Order, piece: string): User[] | undefined {
    const { users, emails } = this.directory;
    const ids = users.readsThePast ? undefined : emails.candidates(piece);
    if (ids === undefined) return undefined;
    const found = [...ids].map((id) => users.get(id)).filter((user) => user !== undefined);
    return sort(found.filter(MEMBERS[list]), order);
  }

  #inOrder(list: ListName, order: Order): readonly User[] {
    const { users } = this.directory;
    const read = (): readonly User[] => sort([...users.values()].filter(MEMBERS[list]), order);
    if (users.readsThePast) return read();
    if (users.revision !== this.#revision) this.#whole.clear();
    this.#revision = users.revision;
    const key = `${list} ${order.field} ${String(order.descending)}`;
    const known = this.#whole.get(key) ?? read();
    this.#whole.set(key, known);
    return known;
  }

  #searchText(user: User): string {
    const known = this.#searchTexts.get(user);
    if (known !== undefined) return known;
    const searched = [`${user.firstName} ${user.lastName}`, user.email, user.phone];
    const text = searched.join('\n').toLowerCase();
    this.#searchTexts.set(user, text);
    return text;
  }
}

function hasPermission(user: User, permission: string): boolean {
  return (
    user.permissions?.includes(permission) === true || user.groupPermissions?.includes(permission) === true
  );
}

function sort(users: User[], { field, descending }: Order): User[] {
  const sign = descending ? -1 : 1;
  return users.sort((one, other) => {
    const [a, b] = [one[field] ?? '', other[field] ?? ''];
    return a === b ? 0 : a < b ? -sign : sign;
  });
}
