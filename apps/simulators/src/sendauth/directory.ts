import { AccountStore, randomUuid } from '../frame/index.js';
import type { UserBody } from './body.js';
import { EmailIndex } from './email-index.js';
import { invalidField, Refusal } from './refusal.js';
import { DEFAULT_FIELDS, type Company, type User, type WritableFields } from './user.js';

interface Parts {
  readonly now: () => number;
  readonly random: () => number;
}

/** All users, live and soft-deleted, with what is unique among them, and the companies that they name. */
export class Directory {
  readonly users: AccountStore<User>;
  readonly emails = new EmailIndex();
  readonly #companiesById = new Map<string, Company>();
  readonly #companiesByName = new Map<string, Company>();
  #orgId: string;

  constructor(private readonly parts: Parts) {
    this.users = new AccountStore(parts.now);
    this.#orgId = randomUuid(parts.random);
  }

  live(id: string): User | undefined {
    const user = this.users.get(id);
    return user?.deletedAt === undefined ? user : undefined;
  }

  softDeleted(id: string): User | undefined {
    const user = this.users.get(id);
    return user?.deletedAt === undefined ? undefined : user;
  }

  /** Creates or replaces; the email is not held against others. */
  put(user: User): void {
    const earlier = this.users.get(user.id);
    if (earlier?.email !== undefined) this.emails.remove(earlier.email, user.id);
    if (user.email !== undefined) this.emails.add(user.email, user.id);
    this.users.set(user.id, user);
  }

  remove(id: string): void {
    const earlier = this.users.get(id);
    if (earlier?.email !== undefined) this.emails.remove(earlier.email, id);
    this.users.delete(id);
  }

  /** Whether someone other than `exceptId` has this email; soft-deleted users count only if told so. */
  isEmailTaken(email: string | undefined, other: { exceptId?: string; countSoftDeleted: boolean }): boolean {
    if (email === undefined) return false;
    return [...this.emails.holders(email)].some(
      (id) => id !== other.exceptId && (other.countSoftDeleted || this.live(id) !== undefined),
    );
  }

  /** A new user with defaults for what the body leaves out; not yet held. */
  draft(body: UserBody): User | Refusal {
    const fields = this.fieldsOf(body);
    if (fields instanceof Refusal) return fields;
    return {
      ...DEFAULT_FIELDS,
      ...fields,
      id: randomUuid(this.parts.random),
      username: fields.email ?? `${fields.firstName}.${fields.lastName}`,
      hasPasskeys: false,
      createdAt: new Date(this.parts.now()).toISOString(),
      tags: {},
    };
  }

  /** The writable fields that a body sets, its company looked up or made. */
  fieldsOf(body: UserBody): WritableFields | Refusal {
    const { company, ...fields } = body;
    if (company === undefined) return fields;
    if (company === null) return { ...fields, company: undefined };
    const found = this.#company(company);
    return found instanceof Refusal ? found : { ...fields, company: found };
  }

  clear(): void {
    this.users.clear();
    this.emails.clear();
    this.#companiesById.clear();
    this.#companiesByName.clear();
    this.#orgId = randomUuid(this.parts.random);
  }

  /** A company is named by id or by name; an unknown name makes a new one. Inferred: the description is silent. */
  #company(given: NonNullable<UserBody['company']>): Company | Refusal {
    const known =
      given.id === undefined
        ? this.#companiesByName.get(given.name ?? '')
        : this.#companiesById.get(given.id);
    if (known !== undefined) return known;
    if (given.name === undefined) return invalidField('company', 'is not known');
    const made = {
      id: given.id ?? randomUuid(this.parts.random),
      orgID: given.orgID ?? this.#orgId,
      name: given.name,
      createdAt: new Date(this.parts.now()).toISOString(),
    };
    this.#companiesById.set(made.id, made);
    this.#companiesByName.set(made.name, made);
    return made;
  }
}
