import {
  type AccountChange,
  type HeldAccount,
  type SimulatedAnswer,
  type SimulatedProvider,
  type SimulatedRequest,
  type SimulatorContext,
} from '../frame/index.js';
import { Activity } from './activity.js';
import { sendAuthBehaviour } from './behaviour.js';
import { readAuthenticateBody, readTagsBody, readUserBody } from './body.js';
import { Directory } from './directory.js';
import { LATEST_DELETION_FIRST, readOrder, UserLists } from './listing.js';
import { pageOf, readLooseBounds, readStrictBounds } from './paging.js';
import { heldUsers, plantUser } from './planting.js';
import {
  HAS_PASSKEYS,
  METHOD_NOT_ALLOWED,
  NO_PASSKEYS,
  NOT_FOUND,
  Refusal,
  UNAUTHORIZED,
} from './refusal.js';
import { serviceAccount } from './service-account.js';
import { toWireUser } from './user.js';
import { Users } from './users.js';

interface Credentials {
  readonly username: string;
  readonly password: string;
}

type Outcome = SimulatedAnswer | Refusal;

/** SendAuth's users, all fourteen operations. @see sendauth.openapi.yaml, PROVIDERS.md 4 */
export class SendAuthSimulator implements SimulatedProvider {
  readonly name = 'sendauth';
  readonly behaviour = sendAuthBehaviour();
  readonly #directory: Directory;
  readonly #lists: UserLists;
  readonly #activity: Activity;
  readonly #users: Users;
  readonly #username: string;
  readonly #authorization: string;

  constructor(
    private readonly context: SimulatorContext,
    { username, password }: Credentials,
  ) {
    const { now } = context;
    this.#username = username;
    this.#authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    this.#directory = new Directory(context);
    this.#lists = new UserLists(this.#directory);
    this.#activity = new Activity(context, username);
    this.#users = new Users({
      directory: this.#directory,
      activity: this.#activity,
      behaviour: this.behaviour,
      now,
    });
    this.#addServiceAccount();
  }

  handle(request: SimulatedRequest): SimulatedAnswer {
    const isKnown = request.headers.authorization === this.#authorization;
    const outcome = isKnown ? this.#route(request) : UNAUTHORIZED;
    return outcome instanceof Refusal ? outcome.toAnswer(this.behaviour.current.errorBodies) : outcome;
  }

  handleAsOf(request: SimulatedRequest, timeMs: number): SimulatedAnswer {
    return this.#directory.users.readAsOf(timeMs, () => this.handle(request));
  }

  accounts(): Iterable<HeldAccount> {
    return heldUsers(this.#directory, this.#activity);
  }

  plant(change: AccountChange): void {
    plantUser(change, this.#directory, this.context.now);
  }

  /** Emails that more than one live user has. */
  duplicates(): Readonly<Record<string, number>> {
    const holders = new Map<string, number>();
    for (const { email, deletedAt } of this.#directory.users.values()) {
      if (email === undefined || deletedAt !== undefined) continue;
      const folded = email.toLowerCase();
      holders.set(folded, (holders.get(folded) ?? 0) + 1);
    }
    return { email: [...holders.values()].filter((count) => count > 1).length };
  }

  reset(): void {
    this.#directory.clear();
    this.#activity.clear();
    this.#addServiceAccount();
  }

  #addServiceAccount(): void {
    this.#directory.put(serviceAccount(this.#username, new Date(this.context.now()).toISOString()));
  }

  /** `/users/deleted` comes before `/users/{userID}`. @see PROVIDERS.md 4.2 */
  #route(request: SimulatedRequest): Outcome {
    const [api, version, users, id, detail, ...rest] = request.segments;
    if (api !== 'api' || version !== 'v1' || users !== 'users' || rest.length > 0) return NOT_FOUND;
    if (id === undefined) return this.#routeCollection(request);
    if (id === 'deleted') return this.#routeDeleted(request, detail);
    return detail === undefined ? this.#routeUser(request, id) : this.#routeDetail(request, id, detail);
  }

  #routeCollection(request: SimulatedRequest): Outcome {
    if (request.method === 'GET') return this.#listLive(request);
    if (request.method !== 'POST') return METHOD_NOT_ALLOWED;
    const body = readUserBody(request);
    return body instanceof Refusal ? body : this.#users.create(body);
  }

  #routeDeleted(request: SimulatedRequest, id: string | undefined): Outcome {
    if (id === undefined) return request.method === 'GET' ? this.#listDeleted(request) : METHOD_NOT_ALLOWED;
    if (request.method === 'PUT') return this.#users.restore(id);
    return request.method === 'DELETE' ? this.#users.destroy(id) : METHOD_NOT_ALLOWED;
  }

  #routeUser(request: SimulatedRequest, id: string): Outcome {
    switch (request.method) {
      case 'GET':
        return this.#users.get(id);
      case 'PUT': {
        const body = readUserBody(request);
        return body instanceof Refusal ? body : this.#users.update(id, body);
      }
      case 'DELETE':
        return this.#users.softDelete(id);
      default:
        return METHOD_NOT_ALLOWED;
    }
  }

  #routeDetail(request: SimulatedRequest, id: string, detail: string): Outcome {
    switch (`${request.method} ${detail}`) {
      case 'PUT tags': {
        const tags = readTagsBody(request);
        return tags instanceof Refusal ? tags : this.#users.setTags(id, tags);
      }
      case 'POST register':
        return this.#register(id);
      case 'POST authenticate':
        return this.#authenticate(request, id);
      case 'DELETE passkey':
        return this.#users.removePasskeys(id);
      case 'GET audits':
        return this.#listActivity(request, id, (q) => this.#activity.audits(id, q));
      case 'GET transactions':
        return this.#listActivity(request, id, (q) => this.#activity.transactions(id, q));
      default:
        return NOT_FOUND;
    }
  }

  #listLive(request: SimulatedRequest): Outcome {
    const { query } = request;
    const bounds = readStrictBounds(query);
    if (bounds instanceof Refusal) return bounds;
    const order = readOrder(query);
    if (order instanceof Refusal) return order;
    const list = this.behaviour.current.serviceAccountListed ? 'liveWithService' : 'live';
    const { rows, total } = pageOf(this.#lists.find(list, order, query), bounds);
    return { status: 200, body: { rows: rows.map(toWireUser), total } };
  }

  #listDeleted({ query }: SimulatedRequest): Outcome {
    const users = this.#lists.find('softDeleted', LATEST_DELETION_FIRST, query);
    const { rows, total } = pageOf(users, readLooseBounds(query));
    return { status: 200, body: { rows: rows.map(toWireUser), total } };
  }

  #listActivity({ query }: SimulatedRequest, id: string, find: (q: string) => readonly unknown[]): Outcome {
    if (this.#directory.live(id) === undefined) return NOT_FOUND;
    return { status: 200, body: pageOf(find(query.get('q') ?? ''), readLooseBounds(query)), accountId: id };
  }

  #register(id: string): Outcome {
    const user = this.#directory.live(id);
    if (user === undefined) return NOT_FOUND;
    if (user.hasPasskeys) return HAS_PASSKEYS;
    return { status: 201, body: { tx: this.#activity.open(user, 'register') }, mutated: true, accountId: id };
  }

  #authenticate(request: SimulatedRequest, id: string): Outcome {
    const user = this.#directory.live(id);
    if (user === undefined) return NOT_FOUND;
    const body = readAuthenticateBody(request);
    if (body instanceof Refusal) return body;
    if (!user.hasPasskeys) return NO_PASSKEYS;
    const tx = this.#activity.open(user, 'authenticate', body);
    return { status: 201, body: { tx }, mutated: true, accountId: id };
  }
}
