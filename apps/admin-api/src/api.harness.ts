import { connect } from 'node:net';
import { v7 } from 'uuid';
import { createTestDatabase } from '../../../test/support/database.js';
import type { Lane } from '#domain';
import { ProviderRegistry, type ProviderInstance } from '#identity-provider';
import { createLogger, systemClock } from '#observability';
import { type Database, openDatabase, openRoster, type Roster, setBootstrapKey, syncProviders } from '#store';
import { createAdminApi } from './app.js';
import { secretHashOf } from './auth/authenticator.js';
import { SCOPES } from './auth/scopes.js';
import type { Readiness } from './health/health.controller.js';
import type { Route } from './http/server.js';

/** One answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON; empty when it is none. */
  readonly body: AnswerBody;
}

/** Everything that tests look for in answers. What an answer does not hold reads as undefined, and fails its test. */
export interface AnswerBody {
  readonly id: string;
  readonly externalKey: string;
  readonly status: unknown;
  readonly company: unknown;
  readonly attributeRevision: unknown;
  readonly users: readonly { readonly id: string }[];
  readonly nextCursor: string | null;
  readonly links: unknown;
  readonly holds: readonly {
    readonly hash: string;
    readonly class: string;
    readonly count: number;
    readonly sample: readonly string[];
  }[];
  readonly providers: readonly Readonly<Record<string, unknown>>[];
  readonly runs: readonly { readonly id: string }[];
  readonly findings: readonly { readonly id: string }[];
  readonly code: unknown;
  readonly detail: unknown;
  readonly type: unknown;
  readonly state: unknown;
  readonly offers: readonly { readonly operation: string; readonly method: string; readonly path: string }[];
  readonly transaction: unknown;
  readonly live: unknown;
  readonly notLive: unknown;
  readonly differences: unknown;
  readonly owed: unknown;
  readonly requestId: unknown;
  readonly errors: readonly { readonly field: string; readonly rule: string }[];
  readonly applied: unknown;
  readonly created: unknown;
  readonly failed: unknown;
  readonly openapi: unknown;
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
}

/** As much of an operation in the API's description as tests look at. */
export interface ApiOperation {
  readonly requestBody: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, { readonly schema: ApiSchema }>>;
  };
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: ApiSchema }>> }>
  >;
}

/** As much of a schema as tests look at. */
export interface ApiSchema {
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
  readonly properties?: Readonly<Record<string, { readonly enum?: readonly string[] }>>;
}

/** What a request says beside its path. */
export interface Ask {
  readonly method?: string;
  readonly json?: unknown;
  readonly body?: string | Uint8Array | ReadableStream;
  readonly headers?: Readonly<Record<string, string>>;
  /** (Default: the bootstrap key) */
  readonly key?: string | null;
}

/** The API on a database of its own, over real HTTP. */
export interface TestApi {
  readonly url: string;
  readonly roster: Roster;
  readonly database: Database;
  readonly routes: readonly Route[];
  /** What the doorbell was rung for. */
  readonly rung: { readonly lane: Lane; readonly userIds: readonly string[] }[];
  /** Everything that was logged. */
  readonly logged: string[];
  readiness: Readiness;
  ask(path: string, ask?: Ask): Promise<Answer>;
  /** Makes a key with these scopes. */
  addKey(scopes: readonly string[], more?: { expiresAt?: Date; revokedAt?: Date }): Promise<string>;
  close(): Promise<void>;
}

const ADMIN_KEY = 'test-admin-key-0123456789abcdef';

/** What a test may want otherwise. */
export interface TestApiOptions {
  /** Configured in this process, beside `north` and `south`, which are known to the database alone. (Default: none) */
  readonly instances?: readonly ProviderInstance[];
  /** Whether approvals need another key. (Default: false) */
  readonly fourEyes?: boolean;
}

/** Starts the API on an ephemeral port. */
export async function startTestApi({
  instances = [],
  fourEyes = false,
}: TestApiOptions = {}): Promise<TestApi> {
  const testDatabase = await createTestDatabase();
  const database = openDatabase({
    url: testDatabase.url,
    poolSize: 5,
    applicationName: 'api-test',
    onPoolError: () => undefined,
  });
  const others = ['north', 'south'].map((slug) => ({
    slug,
    kind: slug,
    remoteScope: slug,
    mappingVersion: '1',
    lowering: { deactivated: { state: 'live' }, deleted: { state: 'live' } } as const,
    callsPerSecond: null,
  }));
  await syncProviders(database, [...others, ...instances]);
  await setBootstrapKey(database, { id: v7(), secretHash: secretHashOf(ADMIN_KEY), scopes: SCOPES });
  const roster = await openRoster(database, () => v7());
  const routes: Route[] = [];
  const rung: TestApi['rung'] = [];
  const logged: string[] = [];
  const state = { readiness: { postgres: 'up', schema: 'current', queue: 'up' } as Readiness };
  const app = await createAdminApi(
    {
      roster,
      registry: new ProviderRegistry(instances),
      doorbell: { ring: (_providers, lane, userIds = []) => rung.push({ lane, userIds }) },
      clock: systemClock,
      log: createLogger({ level: 'info', name: 'test', destination: { write: (line) => logged.push(line) } }),
      readiness: () => Promise.resolve(state.readiness),
      budget: { approvalMs: 3_600_000, fourEyes, syncDeletions: { atLeast: 10, percent: 20 } },
      erasure: { periodMs: 30 * 86_400_000 },
    },
    { onRoute: (route) => routes.push(route), docsPage: false },
  );
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    url,
    roster,
    database,
    routes,
    rung,
    logged,
    get readiness() {
      return state.readiness;
    },
    set readiness(readiness) {
      state.readiness = readiness;
    },
    ask: (path, ask) => askOf(url, path, ask ?? {}),
    async addKey(scopes, more = {}) {
      const secret = `key-${v7()}-${v7()}`;
      await database.sql(
        `INSERT INTO api_keys (id, name, secret_hash, scopes, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6)`,
        [
          v7(),
          `n-${secret.slice(-6)}`,
          secretHashOf(secret),
          scopes,
          more.expiresAt ?? null,
          more.revokedAt ?? null,
        ],
      );
      return secret;
    },
    async close() {
      await app.close();
      await database.close().catch(() => undefined); // a test may have ended it already
      await testDatabase.drop();
    },
  };
}

async function askOf(url: string, path: string, ask: Ask): Promise<Answer> {
  const { json, key = ADMIN_KEY } = ask;
  const response = await fetch(`${url}${path}`, {
    method: ask.method ?? (json === undefined && ask.body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...ask.headers,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(ask.body === undefined ? {} : { body: ask.body, duplex: 'half' as const }),
    redirect: 'error',
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  // What it holds is what the tests are there to find out.
  const body = (isJson ? JSON.parse(text) : {}) as AnswerBody;
  return { status: response.status, headers: response.headers, text, body };
}

/** Sends bytes that no client would, and reads all that comes back. `andEnd` closes our side behind them. */
export function raw(url: string, request: string, { andEnd = false } = {}): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      if (andEnd) socket.end(request);
      else socket.write(request);
    });
    let answer = '';
    socket.on('data', (bytes) => (answer += bytes.toString('utf8')));
    socket.on('end', () => {
      resolve(answer);
    });
    socket.on('error', reject);
  });
}
