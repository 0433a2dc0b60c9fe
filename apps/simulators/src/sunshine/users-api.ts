import type { SimulatedAnswer, SimulatedRequest, SimulatorContext } from '../frame/index.js';
import { toWireUser, type SunshineAccount } from './account.js';
import { readCreateBody, readSyncBody, readUpdateBody } from './bodies.js';
import type { SunshineBehaviour } from './behaviour.js';
import { createAccount, newBirth, updateAccount, withoutPersonalInformation } from './change.js';
import type { Reference, SunshineDirectory } from './directory.js';
import { badRequest, conflict, userNotFound } from './refusal.js';
import { usersMerged, userRemoved, type Webhook } from './webhook.js';

interface Parts {
  readonly directory: SunshineDirectory;
  readonly settings: () => SunshineBehaviour;
  readonly context: SimulatorContext;
  readonly webhook: Webhook;
}

/** The seven user operations. Each throws a `SunshineRefusal` for what it does not do. @see PROVIDERS.md 2.2 */
export class UsersApi {
  constructor(private readonly parts: Parts) {}

  create(request: SimulatedRequest): SimulatedAnswer {
    const { directory, settings, context } = this.parts;
    const body = readCreateBody(request.body);
    // While an account is being deleted its externalId is still taken. @see PROVIDERS.md 2.5
    if (body.externalId !== undefined && directory.findByExternalId(body.externalId, body.brandId ?? null)) {
      throw conflict();
    }
    const account = createAccount(body, settings(), newBirth(context));
    directory.put(account);
    return answerUser(account, { status: 201, mutated: true });
  }

  get(request: SimulatedRequest, name: string): SimulatedAnswer {
    const reference = { text: name, brandId: brandOf(request) };
    const account = this.parts.directory.find(reference) ?? this.#lingering(reference);
    return answerUser(this.#seen(account), { status: 200, mutated: false });
  }

  update(request: SimulatedRequest, name: string): SimulatedAnswer {
    const account = updateAccount(
      this.#find(request, name),
      readUpdateBody(request.body),
      this.parts.settings(),
    );
    this.parts.directory.put(account);
    return answerUser(account, { status: 200, mutated: true });
  }

  /** Accepts the deletion; it happens after `deletionDelayMs`. @see PROVIDERS.md 2.5 */
  delete(request: SimulatedRequest, name: string): SimulatedAnswer {
    const account = this.#find(request, name);
    if (!account.isDeleting) this.beginDeletion(account);
    return { status: 200, body: {}, mutated: true, accountId: account.id };
  }

  deletePersonalInformation(request: SimulatedRequest, name: string): SimulatedAnswer {
    const account = withoutPersonalInformation(this.#find(request, name), this.parts.settings());
    this.parts.directory.put(account);
    return answerUser(account, { status: 200, mutated: true });
  }

  listByEmailIdentity(request: SimulatedRequest): SimulatedAnswer {
    const email = request.query.get('filter[identities.email]');
    if (email === null || email === '') throw badRequest(['"filter.identities.email" is required']);
    const found = this.parts.directory.findByEmailIdentity(email, brandOf(request));
    return { status: 200, body: { users: found.filter((each) => this.#isSeen(each)).map(toWireUser) } };
  }

  /**
   * Applies a merger of two core users: the outgoing user takes the surviving zendeskId over, or is merged into the
   * user that has it. There is no core directory here whose names and addresses could be copied.
   */
  sync(request: SimulatedRequest, zendeskId: string): SimulatedAnswer {
    const { directory, webhook } = this.parts;
    const outgoing = this.#seen(directory.findByZendeskId(zendeskId));
    const { survivingZendeskId = zendeskId } = readSyncBody(request.body);
    const surviving = directory.findByZendeskId(survivingZendeskId);
    if (surviving === undefined || surviving.id === outgoing.id) {
      const account = { ...outgoing, zendeskId: survivingZendeskId };
      directory.put(account);
      return answerUser(account, { status: 200, mutated: true });
    }
    directory.remove(outgoing.id);
    webhook.tell(usersMerged(surviving, outgoing));
    return answerUser(surviving, { status: 200, mutated: true });
  }

  /** Marks the account and ends it after `deletionDelayMs`; the event is told when it is gone. */
  beginDeletion(account: SunshineAccount): void {
    const { directory, settings, context, webhook } = this.parts;
    directory.put({ ...account, isDeleting: true });
    context.scheduler.after(settings().deletionDelayMs, () => {
      const last = directory.find({ text: account.id, brandId: null });
      // Removed or planted anew in between: that deletion is no longer about this account.
      if (!last?.isDeleting) return;
      directory.remove(account.id);
      webhook.tell(userRemoved(last, settings().deletionEvent));
    });
  }

  #find(request: SimulatedRequest, name: string): SunshineAccount {
    return this.#seen(this.parts.directory.find({ text: name, brandId: brandOf(request) }));
  }

  /** An account that is gone but still shows, as one whose deletion has not reached every replica. */
  #lingering(reference: Reference): SunshineAccount | undefined {
    const { directory, settings } = this.parts;
    const ended = directory.findRecentlyDeleted(reference, settings().deleteThenGetLiveMs);
    return ended && { ...ended, isDeleting: false };
  }

  #seen(account: SunshineAccount | undefined): SunshineAccount {
    if (!account || !this.#isSeen(account)) throw userNotFound();
    return account;
  }

  #isSeen(account: SunshineAccount): boolean {
    return !account.isDeleting || this.parts.settings().getWhileDeleting === 200;
  }
}

function brandOf(request: SimulatedRequest): string | null {
  return request.query.get('brandId');
}

function answerUser(
  account: SunshineAccount,
  outcome: { status: number; mutated: boolean },
): SimulatedAnswer {
  return { ...outcome, body: { user: toWireUser(account) }, accountId: account.id };
}
