import {
  ChangeRefused,
  type AccountChange,
  type HeldAccount,
  type SimulatedAnswer,
  type SimulatedProvider,
  type SimulatedRequest,
  type SimulatorContext,
} from '../frame/index.js';
import { timestamp, type PassageAccount } from './account.js';
import { passageBehaviour } from './behaviour.js';
import { PassageDirectory } from './directory.js';
import { newId } from './ids.js';
import { Listing } from './listing.js';
import { overwrite, readPlanted, toHeld } from './planting.js';
import { appNotFound, PassageRefusal, unauthorized } from './refusal.js';
import { UsersApi } from './users-api.js';

/** An app and its API key. */
export interface ApiKey {
  readonly appId: string;
  readonly apiKey: string;
}

/** What a front end answers for a path, or a whole service, that is not there: no error of the API. */
const NO_ROUTE: SimulatedAnswer = {
  status: 404,
  body: '404 page not found\n',
  headers: { 'content-type': 'text/plain; charset=utf-8' },
};

/** The Passage Management API, users only, as it was before it was retired. @see PROVIDERS.md section 3 */
export class PassageSimulator implements SimulatedProvider {
  readonly name = 'passage';
  readonly behaviour = passageBehaviour();
  readonly #directory: PassageDirectory;
  readonly #listing: Listing;
  readonly #users: UsersApi;

  constructor(
    private readonly context: SimulatorContext,
    private readonly key: ApiKey,
  ) {
    this.#directory = new PassageDirectory(() => context.now());
    this.#listing = new Listing(this.#directory);
    const settings = () => this.behaviour.current;
    this.#users = new UsersApi({ directory: this.#directory, settings, context });
  }

  handle(request: SimulatedRequest): SimulatedAnswer {
    if (this.behaviour.current.retired) return NO_ROUTE;
    try {
      return this.#route(request);
    } catch (error) {
      if (!(error instanceof PassageRefusal)) throw error;
      return { status: error.status, body: { code: error.code, error: error.message } };
    }
  }

  handleAsOf(request: SimulatedRequest, timeMs: number): SimulatedAnswer {
    return this.#directory.readAsOf(timeMs, () => this.handle(request));
  }

  *accounts(): Iterable<HeldAccount> {
    for (const account of this.#directory.all()) yield toHeld(account);
  }

  plant(change: AccountChange): void {
    switch (change.op) {
      case 'put':
        this.#directory.put(readPlanted(change.account, { id: newId(this.context), at: this.#now() }));
        return;
      case 'patch':
        this.#overwrite(change.id, change.account);
        return;
      case 'remove':
        this.#directory.remove(this.#planted(change.id).id);
        return;
      case 'suspend':
        this.#overwrite(change.id, { status: 'inactive' });
        return;
      case 'activate':
        this.#overwrite(change.id, { status: 'active' });
        return;
      case 'softDelete':
      case 'restore':
        throw new ChangeRefused(`Passage knows no ${change.op}`);
    }
  }

  duplicates(): Readonly<Record<string, number>> {
    return this.#directory.shared;
  }

  reset(): void {
    this.#directory.clear();
  }

  /** `/v1/apps/{app_id}/users[/{user_id}[/{part}[/{device_id}]]]` */
  #route(request: SimulatedRequest): SimulatedAnswer {
    const [version, apps, appId, users, id, part, ...rest] = request.segments;
    if (version !== 'v1' || apps !== 'apps' || users !== 'users') return NO_ROUTE;
    if (request.headers.authorization !== `Bearer ${this.key.apiKey}`) throw unauthorized();
    if (appId !== this.key.appId) throw appNotFound();
    if (id === undefined) return this.#routeCollection(request);
    if (part === undefined) return this.#routeUser(request, id);
    return this.#routePart(request.method, id, [part, ...rest]);
  }

  #routeCollection(request: SimulatedRequest): SimulatedAnswer {
    if (request.method === 'POST') return this.#users.create(request);
    if (request.method !== 'GET') return NO_ROUTE;
    const path = `/${request.segments.map(encodeURIComponent).join('/')}`;
    const body = this.#listing.page({ path, query: request.query, nowMs: this.context.now() });
    return { status: 200, body };
  }

  #routeUser(request: SimulatedRequest, id: string): SimulatedAnswer {
    if (request.method === 'GET') return this.#users.get(id);
    if (request.method === 'PATCH') return this.#users.update(request, id);
    return request.method === 'DELETE' ? this.#users.delete(id) : NO_ROUTE;
  }

  #routePart(method: string, id: string, [part, deviceId, ...rest]: readonly string[]): SimulatedAnswer {
    if (rest.length > 0) return NO_ROUTE;
    if (deviceId !== undefined) {
      return method === 'DELETE' && part === 'devices' ? this.#users.deleteDevice(id, deviceId) : NO_ROUTE;
    }
    switch (`${method} ${part ?? ''}`) {
      case 'PATCH activate':
        return this.#users.setStatus(id, 'active');
      case 'PATCH deactivate':
        return this.#users.setStatus(id, 'inactive');
      case 'DELETE tokens':
        return this.#users.revokeTokens(id);
      case 'GET devices':
        return this.#users.listDevices(id);
      default:
        return NO_ROUTE;
    }
  }

  #overwrite(id: string, patch: object): void {
    this.#directory.put(overwrite(this.#planted(id), patch, this.#now()));
  }

  #planted(id: string): PassageAccount {
    const account = this.#directory.get(id);
    if (!account) throw new ChangeRefused('no such account');
    return account;
  }

  #now(): string {
    return timestamp(this.context.now());
  }
}
