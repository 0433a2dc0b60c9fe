import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { v7 } from 'uuid';
import { createAdminApi } from '../../apps/admin-api/src/app.js';
import { secretHashOf } from '../../apps/admin-api/src/auth/authenticator.js';
import { SCOPES } from '../../apps/admin-api/src/auth/scopes.js';
import type { LoggedCall, ProviderName } from '../../apps/simulators/src/index.js';
import { heldAccounts, type HeldAccount, type RawAccount } from '../../scripts/demo/accounts.js';
import { createLogger, systemClock } from '#observability';
import { setBootstrapKey } from '#store';
import { openMirror, type Mirror, type MirrorOptions } from './mirror.js';

export const PROVIDER_SLUGS = ['vault', 'sunshine', 'passage', 'sendauth'] as const satisfies ProviderName[];
export type ProviderSlug = (typeof PROVIDER_SLUGS)[number];

const KEY = 'lifecycle-key-0123456789abcdef';

/** What an operator asks of one user. A purge may be put off until a time. */
export type Move = 'deactivate' | 'reactivate' | 'delete' | 'restore' | 'purge';
export const MOVES = ['deactivate', 'reactivate', 'delete', 'restore', 'purge'] as const;

/** An answer of the admin API. */
export interface StageAnswer {
  readonly status: number;
  // What it holds is what the tests are there to find out.
  readonly body: Readonly<Record<string, unknown>>;
}

/** A mirror and the admin API in front of it, in this process. */
export interface LifecycleStage {
  readonly mirror: Mirror;
  /** Where the admin API listens. */
  readonly url: string;
  /** Everything that the admin API logged. */
  readonly logged: readonly string[];
  ask(method: string, path: string, json?: object): Promise<StageAnswer>;
  move(userId: string, move: Move, json?: object): Promise<StageAnswer>;
  /** What is published to verify receipts by; asked without a key. */
  keys(): Promise<unknown>;
  /** What a provider holds, under its own ids; what is gone or going is not held. */
  held(slug: ProviderSlug): ReadonlyMap<string, HeldAccount>;
  /** By provider, the account id that each user's link records; kept also after a purge has let go of it. */
  accountIds(): Promise<Readonly<Record<ProviderSlug, ReadonlyMap<string, string>>>>;
  close(): Promise<void>;
}

/** Opens a mirror with the admin API, which rings no doorbell: the test says when work is done. */
export async function openLifecycleStage(options: MirrorOptions = {}): Promise<LifecycleStage> {
  const mirror = await openMirror(options);
  const logged: string[] = [];
  const app = await serve(mirror, logged);
  const url = await app.getUrl();
  const ask = (method: string, path: string, json?: object): Promise<StageAnswer> =>
    askAt(`${url}/v1${path}`, method, json);
  return {
    mirror,
    url,
    logged,
    ask,
    move: (userId, move, json) =>
      move === 'delete' ? ask('DELETE', `/users/${userId}`) : ask('POST', `/users/${userId}/${move}`, json),
    keys: async () => (await fetch(`${url}/.well-known/jwks.json`)).json(),
    held: (slug) => heldAt(mirror, slug),
    accountIds: () => accountIdsOf(mirror),
    async close() {
      await app.close();
      await mirror.close();
    },
  };
}

async function serve(mirror: Mirror, logged: string[]): Promise<NestFastifyApplication> {
  await setBootstrapKey(mirror.database, { id: v7(), secretHash: secretHashOf(KEY), scopes: SCOPES });
  const app = await createAdminApi(
    {
      roster: mirror.roster,
      registry: mirror.registry,
      doorbell: { ring: () => undefined },
      clock: systemClock,
      log: createLogger({ level: 'info', name: 'test', destination: { write: (line) => logged.push(line) } }),
      readiness: () => Promise.resolve({ postgres: 'up', schema: 'current', queue: 'up' }),
      budget: { approvalMs: 60_000, fourEyes: false, syncDeletions: { atLeast: 10, percent: 20 } },
      erasure: { periodMs: 30 * 86_400_000 },
    },
    { docsPage: false },
  );
  await app.listen(0, '127.0.0.1');
  return app;
}

async function askAt(url: string, method: string, json: object | undefined): Promise<StageAnswer> {
  const answer = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${KEY}`,
      // Client and server share one event loop here: a kept connection may have been closed while neither was looking.
      connection: 'close',
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as StageAnswer['body'] };
}

function heldAt(mirror: Mirror, slug: ProviderSlug): ReadonlyMap<string, HeldAccount> {
  // What a simulator shows of itself is JSON with a state beside it.
  const raw = mirror.accounts(slug) as readonly RawAccount[];
  return new Map(heldAccounts(slug, raw).map((account) => [account.accountId, account]));
}

async function accountIdsOf(
  mirror: Mirror,
): Promise<Readonly<Record<ProviderSlug, ReadonlyMap<string, string>>>> {
  const rows = await mirror.database.sql<{ provider: ProviderSlug; user_id: string; account_id: string }>(
    `SELECT provider, user_id, account_id FROM links WHERE account_id IS NOT NULL
     UNION SELECT provider, user_id, account_id FROM intents WHERE account_id IS NOT NULL`,
  );
  const of = (slug: ProviderSlug): ReadonlyMap<string, string> =>
    new Map(rows.filter((row) => row.provider === slug).map((row) => [row.user_id, row.account_id]));
  return {
    vault: of('vault'),
    sunshine: of('sunshine'),
    passage: of('passage'),
    sendauth: of('sendauth'),
  };
}

/** The one call of each provider that cannot be undone, with the account that it names. PROVIDERS.md 1.2, 2.2, 3.2, 4.2 */
const DESTRUCTIVE: Readonly<Record<ProviderSlug, RegExp>> = {
  vault: /\/vault\/consumers\/([^/?]+)$/,
  sunshine: /\/users\/([^/?]+)$/,
  passage: /\/users\/([^/?]+)$/,
  sendauth: /\/users\/deleted\/([^/?]+)$/,
};

/** A call that would destroy an account, whatever it was answered. */
export interface DestructiveCall {
  readonly accountId: string;
  readonly status: number;
}

/** Every call in a log that destroys an account; `accountId` is what its path names. */
export function destructiveCalls(slug: ProviderSlug, log: Iterable<LoggedCall>): DestructiveCall[] {
  return [...log].flatMap(({ method, path, status }) => {
    const named = method === 'DELETE' ? DESTRUCTIVE[slug].exec(path)?.[1] : undefined;
    return named === undefined ? [] : [{ accountId: decodeURIComponent(named), status }];
  });
}
