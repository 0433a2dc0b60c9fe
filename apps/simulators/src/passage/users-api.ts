import type { SimulatedAnswer, SimulatedRequest, SimulatorContext } from '../frame/index.js';
import { blankAccount, timestamp, toUserInfo, toWireDevice, type PassageAccount } from './account.js';
import { readUserBody, type UserBody } from './bodies.js';
import type { PassageBehaviour } from './behaviour.js';
import type { PassageDirectory } from './directory.js';
import { newId } from './ids.js';
import { changeMetadata } from './metadata.js';
import { deviceNotFound, identifierTaken, invalidRequest, userNotFound } from './refusal.js';

interface Parts {
  readonly directory: PassageDirectory;
  readonly settings: () => PassageBehaviour;
  readonly context: SimulatorContext;
}

/** The operations on one user. Each throws a `PassageRefusal` for what it does not do. @see PROVIDERS.md 3.2 */
export class UsersApi {
  constructor(private readonly parts: Parts) {}

  create(request: SimulatedRequest): SimulatedAnswer {
    const { directory, settings, context } = this.parts;
    const account = this.#apply(readUserBody(request.body), {
      ...blankAccount(newId(context), timestamp(context.now())),
      status: settings().createdStatus,
    });
    directory.put(account);
    return answerUser(account, { status: 201, mutated: true });
  }

  get(id: string): SimulatedAnswer {
    const { directory, settings } = this.parts;
    const account = directory.get(id) ?? directory.getRecentlyDeleted(id, settings().deleteThenGetLiveMs);
    if (!account) throw userNotFound();
    return answerUser(account, { status: 200, mutated: false });
  }

  update(request: SimulatedRequest, id: string): SimulatedAnswer {
    const before = this.#find(id);
    return this.#store(this.#apply(readUserBody(request.body), before));
  }

  /** Repeating it answers 200 again. @see PROVIDERS.md 3.7 */
  setStatus(id: string, status: 'active' | 'inactive'): SimulatedAnswer {
    return this.#store({ ...this.#find(id), status });
  }

  delete(id: string): SimulatedAnswer {
    this.#find(id);
    this.parts.directory.remove(id);
    return { status: 200, mutated: true, accountId: id };
  }

  /** Ends every session; a deactivation alone does not. @see PROVIDERS.md 3.7 */
  revokeTokens(id: string): SimulatedAnswer {
    const account = this.#find(id);
    const tokensRevokedAt = timestamp(this.parts.context.now());
    this.parts.directory.put({ ...account, refreshTokens: 0, tokensRevokedAt });
    return { status: 200, mutated: true, accountId: id };
  }

  listDevices(id: string): SimulatedAnswer {
    const devices = this.#find(id).webauthn_devices.map(toWireDevice);
    return { status: 200, body: { devices }, accountId: id };
  }

  deleteDevice(id: string, deviceId: string): SimulatedAnswer {
    const account = this.#find(id);
    const left = account.webauthn_devices.filter((device) => device.id !== deviceId);
    if (left.length === account.webauthn_devices.length) throw deviceNotFound();
    this.#store({ ...account, webauthn_devices: left });
    return { status: 200, mutated: true, accountId: id };
  }

  /** The account after a body of create or update. Throws when a rule of the app does not allow it. */
  #apply(body: UserBody, before: PassageAccount): PassageAccount {
    const behaviour = this.parts.settings();
    const email = body.email === undefined ? before.email : storedEmail(body.email, behaviour);
    const phone = body.phone ?? before.phone;
    if (email === '' && phone === '') throw invalidRequest('email or phone is required');
    const isNewEmail = email.toLowerCase() !== before.email.toLowerCase();
    const after = {
      ...before,
      email,
      phone,
      email_verified: before.email_verified && !(isNewEmail && behaviour.emailChangeUnverifies),
      user_metadata: changeMetadata(before.user_metadata, body.user_metadata, behaviour),
    };
    this.#checkUnique(after, before);
    return after;
  }

  /** Only what changes is checked: accounts planted with a shared identifier can still be changed otherwise. */
  #checkUnique({ id, email, phone }: PassageAccount, before: PassageAccount): void {
    const { directory, settings } = this.parts;
    const holders = [
      ...(email === '' || email === before.email ? [] : directory.findByEmail(email)),
      ...(phone === '' || phone === before.phone ? [] : directory.findByPhone(phone)),
    ];
    if (holders.some((holder) => holder.id !== id)) throw identifierTaken(settings().duplicateStatus);
  }

  #store(account: PassageAccount): SimulatedAnswer {
    const stamped = { ...account, updated_at: timestamp(this.parts.context.now()) };
    this.parts.directory.put(stamped);
    return answerUser(stamped, { status: 200, mutated: true });
  }

  #find(id: string): PassageAccount {
    const account = this.parts.directory.get(id);
    if (!account) throw userNotFound();
    return account;
  }
}

function storedEmail(sent: string, { storedEmail: rule }: Pick<PassageBehaviour, 'storedEmail'>): string {
  return rule === 'lowerCased' ? sent.toLowerCase() : sent;
}

function answerUser(account: PassageAccount, outcome: { status: number; mutated: boolean }): SimulatedAnswer {
  return { ...outcome, body: { user: toUserInfo(account) }, accountId: account.id };
}
