import {
  ChangeRefused,
  type AccountChange,
  type HeldAccount,
  type SimulatedAnswer,
  type SimulatedProvider,
  type SimulatedRequest,
  type SimulatorContext,
} from '../frame/index.js';
import { checkAccess, type ApiKey } from './access.js';
import { toWireUser, type SunshineAccount } from './account.js';
import { sunshineBehaviour } from './behaviour.js';
import { newBirth } from './change.js';
import { keyOf, SunshineDirectory } from './directory.js';
import { overwrite, readPlanted } from './planting.js';
import { notFound, payloadTooLarge, SunshineRefusal } from './refusal.js';
import { UsersApi } from './users-api.js';
import { Webhook } from './webhook.js';

/** Bytes of a JSON request. @see PROVIDERS.md 2.1 */
const MAX_REQUEST_BYTES = 100 * 1024;

/** Sunshine Conversations v2, users only: stateful, and asynchronous in its deletions. @see PROVIDERS.md section 2 */
export class SunshineSimulator implements SimulatedProvider {
  readonly name = 'sunshine';
  readonly behaviour = sunshineBehaviour();
  readonly #directory: SunshineDirectory;
  readonly #users: UsersApi;

  constructor(
    private readonly context: SimulatorContext,
    private readonly key: ApiKey,
  ) {
    const settings = () => this.behaviour.current;
    this.#directory = new SunshineDirectory(() => context.now());
    const webhook = new Webhook(key.appId, settings, context);
    this.#users = new UsersApi({ directory: this.#directory, settings, context, webhook });
  }

  handle(request: SimulatedRequest): SimulatedAnswer {
    try {
      return this.#route(request);
    } catch (error) {
      if (error instanceof SunshineRefusal) return { status: error.status, body: { errors: error.errors } };
      throw error;
    }
  }

  handleAsOf(request: SimulatedRequest, timeMs: number): SimulatedAnswer {
    return this.#directory.readAsOf(timeMs, () => this.handle(request));
  }

  *accounts(): Iterable<HeldAccount> {
    for (const account of this.#directory.all()) {
      yield { ...toWireUser(account), state: account.isDeleting ? 'deleting' : 'live' };
    }
  }

  plant(change: AccountChange): void {
    switch (change.op) {
      case 'put':
        this.#put(readPlanted(change.account, newBirth(this.context)));
        return;
      case 'patch':
        this.#put(overwrite(this.#planted(change.id), change.account));
        return;
      case 'remove':
        this.#directory.remove(this.#planted(change.id).id);
        return;
      case 'softDelete':
      case 'restore':
      case 'suspend':
      case 'activate':
        throw new ChangeRefused(`Sunshine knows no ${change.op}`);
    }
  }

  duplicates(): Readonly<Record<string, number>> {
    const holders = new Map<string, number>();
    for (const { externalId, brandId } of this.#directory.all()) {
      if (externalId === null) continue;
      const key = keyOf(externalId, brandId);
      holders.set(key, (holders.get(key) ?? 0) + 1);
    }
    return { externalId: [...holders.values()].filter((count) => count > 1).length };
  }

  reset(): void {
    this.#directory.clear();
  }

  /** `/sc/v2/apps/{appId}/users[/{name}[/personalinformation|/sync]]` */
  #route(request: SimulatedRequest): SimulatedAnswer {
    const [base, version, apps, appId = '', users, name, part, ...rest] = request.segments;
    checkAccess(this.key, request.headers, { appId, nowMs: this.context.now() });
    if (Buffer.byteLength(request.bodyText) > MAX_REQUEST_BYTES) throw payloadTooLarge();
    const isKnown = base === 'sc' && version === 'v2' && apps === 'apps' && users === 'users';
    if (!isKnown || rest.length > 0) throw notFound();
    if (name === undefined) return this.#routeCollection(request);
    return part === undefined ? this.#routeUser(request, name) : this.#routePart(request, name, part);
  }

  #routeCollection(request: SimulatedRequest): SimulatedAnswer {
    if (request.method === 'POST') return this.#users.create(request);
    if (request.method === 'GET') return this.#users.listByEmailIdentity(request);
    throw notFound();
  }

  #routeUser(request: SimulatedRequest, name: string): SimulatedAnswer {
    if (request.method === 'GET') return this.#users.get(request, name);
    if (request.method === 'PATCH') return this.#users.update(request, name);
    if (request.method === 'DELETE') return this.#users.delete(request, name);
    throw notFound();
  }

  #routePart(request: SimulatedRequest, name: string, part: string): SimulatedAnswer {
    if (request.method === 'POST' && part === 'sync') return this.#users.sync(request, name);
    if (request.method === 'DELETE' && part === 'personalinformation') {
      return this.#users.deletePersonalInformation(request, name);
    }
    throw notFound();
  }

  #put(account: SunshineAccount): void {
    if (account.isDeleting) this.#users.beginDeletion(account);
    else this.#directory.put(account);
  }

  /** Changes behind our back name an account by its id or by its externalId outside any brand. */
  #planted(name: string): SunshineAccount {
    const account = this.#directory.find({ text: name, brandId: null });
    if (!account) throw new ChangeRefused('no such account');
    return account;
  }
}
