import type { SimulatedAnswer } from '../frame/index.js';
import type { Activity } from './activity.js';
import type { SendAuthBehaviour } from './behaviour.js';
import type { UserBody } from './body.js';
import type { Directory } from './directory.js';
import {
  ALREADY_EXISTS,
  INSUFFICIENT_PERMISSIONS,
  invalidField,
  NOT_FOUND,
  OWN_ACCOUNT,
  Refusal,
} from './refusal.js';
import { isServiceAccount } from './service-account.js';
import { DEFAULT_FIELDS, toWireUser, type User } from './user.js';

interface Parts {
  readonly directory: Directory;
  readonly activity: Activity;
  readonly behaviour: SendAuthBehaviour;
  readonly now: () => number;
}

type Outcome = SimulatedAnswer | Refusal;

/** The life of a user: create, read, update, soft delete, restore, destroy. @see PROVIDERS.md 4.2, 4.7 */
export class Users {
  constructor(private readonly parts: Parts) {}

  create(body: UserBody): Outcome {
    if (body.role === 'super_admin') return INSUFFICIENT_PERMISSIONS;
    if (this.#isEmailTaken(body.email)) return ALREADY_EXISTS;
    const user = this.parts.directory.draft(body);
    return user instanceof Refusal ? user : this.#write(user, 'create', 201);
  }

  get(id: string): Outcome {
    const { directory, behaviour, now } = this.parts;
    const user = directory.users.get(id);
    if (user === undefined) return NOT_FOUND;
    const { getSoftDeleted, deleteThenGetLiveMs } = behaviour.current;
    const isShown =
      user.deletedAt === undefined || getSoftDeleted === 200 || now() - user.deletedAt < deleteThenGetLiveMs;
    return isShown ? { status: 200, body: toWireUser(user), accountId: id } : NOT_FOUND;
  }

  update(id: string, body: UserBody): Outcome {
    const { directory, behaviour } = this.parts;
    const user = directory.live(id);
    if (user === undefined) return NOT_FOUND;
    if (body.role === 'super_admin' && user.role !== 'super_admin') return INSUFFICIENT_PERMISSIONS;
    if (this.#isEmailTaken(body.email, id)) return invalidField('email', 'is already taken', body.email);
    const fields = directory.fieldsOf(body);
    if (fields instanceof Refusal) return fields;
    const base = behaviour.current.putOmitted === 'keep' ? user : withoutWritable(user);
    return this.#write({ ...base, ...fields }, 'update', 200);
  }

  softDelete(id: string): Outcome {
    const { directory, behaviour, now } = this.parts;
    const user = directory.live(id);
    if (user === undefined) {
      const isRepeat = directory.softDeleted(id) !== undefined && behaviour.current.deleteTwice === 200;
      return isRepeat ? { status: 200, mutated: true, accountId: id } : NOT_FOUND;
    }
    if (isServiceAccount(user)) return OWN_ACCOUNT;
    return this.#quietWrite({ ...user, deletedAt: now() }, 'delete');
  }

  /** Keeps passkeys, tags and role. That an email taken meanwhile refuses it with 422 is inferred. */
  restore(id: string): Outcome {
    const user = this.parts.directory.softDeleted(id);
    if (user === undefined) return NOT_FOUND;
    if (this.#isEmailTaken(user.email, id)) return ALREADY_EXISTS;
    return this.#quietWrite({ ...user, deletedAt: undefined }, 'restore');
  }

  destroy(id: string): Outcome {
    const { directory, activity } = this.parts;
    if (directory.softDeleted(id) === undefined) return NOT_FOUND;
    directory.remove(id);
    activity.forget(id);
    return { status: 200, mutated: true, accountId: id };
  }

  /** The whole map: tags that are not named are gone. @see PROVIDERS.md 4.3 */
  setTags(id: string, tags: Readonly<Record<string, string>>): Outcome {
    const user = this.parts.directory.live(id);
    return user === undefined ? NOT_FOUND : this.#quietWrite({ ...user, tags }, 'set tags');
  }

  removePasskeys(id: string): Outcome {
    const user = this.parts.directory.live(id);
    return user === undefined
      ? NOT_FOUND
      : this.#quietWrite({ ...user, hasPasskeys: false }, 'remove passkeys');
  }

  #write(user: User, action: string, status: number): SimulatedAnswer {
    return { ...this.#quietWrite(user, action), status, body: toWireUser(user) };
  }

  /** Most writes answer without a body. */
  #quietWrite(user: User, action: string): SimulatedAnswer {
    this.parts.directory.put(user);
    this.parts.activity.record(user, action);
    return { status: 200, mutated: true, accountId: user.id };
  }

  #isEmailTaken(email: string | undefined, exceptId = ''): boolean {
    const countSoftDeleted = this.parts.behaviour.current.softDeletedBlocksEmail;
    return this.parts.directory.isEmailTaken(email, { exceptId, countSoftDeleted });
  }
}

/** The user with every writable field as nobody had ever set it; names follow in any case, being required. */
function withoutWritable(user: User): User {
  const unset = { email: undefined, phone: undefined, company: undefined };
  return { ...user, ...unset, ...DEFAULT_FIELDS };
}
