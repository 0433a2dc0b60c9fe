import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Verb } from './lifecycle.js';

const importAnswer = z.object({
  received: z.number(),
  failed: z.number(),
  complete: z.boolean(),
  errors: z.array(z.object({ line: z.number(), field: z.string(), rule: z.string() })),
});
export type ImportAnswer = z.infer<typeof importAnswer>;

const standing = z.object({
  provider: z.string(),
  total: z.number(),
  inSync: z.number(),
  notEnforceable: z.number(),
  due: z.number(),
  parked: z.number(),
  held: z.number(),
  oldestLagMs: z.number().nullable(),
});
/** How far one provider is. */
export type Standing = z.infer<typeof standing>;

const user = z.object({ id: z.string(), externalKey: z.string(), displayName: z.string().nullable() });
/** A user, as far as the demo needs to know. */
export type KnownUser = z.infer<typeof user>;

const link = z.object({
  provider: z.string(),
  standing: z.string(),
  accountId: z.string().nullable(),
  lastError: z.string().nullable(),
  parked: z.object({ reason: z.string(), rule: z.string().nullable() }).nullable(),
});
/** One user at one provider. */
export type KnownLink = z.infer<typeof link>;

const statusAnswer = z.object({ status: z.string() });
const convergenceAnswer = z.object({ providers: z.array(standing) });
const usersAnswer = z.object({ users: z.array(user), nextCursor: z.string().nullable() });
const linksAnswer = z.object({ links: z.array(link) });

/** What differs between calls. */
interface CallInit extends Omit<RequestInit, 'headers' | 'method' | 'signal'> {
  readonly headers?: Readonly<Record<string, string>>;
}

const ANSWER_MS = 60_000;
const PAGE = 200;

/** The admin API, as any client sees it. */
export class AdminClient {
  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  /** Streams a CSV file in. @throws Error when the API refuses it as a whole */
  async importRoster(path: string): Promise<ImportAnswer> {
    const { size } = await stat(path);
    const answer = await this.call('POST', 'users/import', {
      headers: { 'content-type': 'text/csv', 'content-length': String(size) },
      body: Readable.toWeb(createReadStream(path)),
      duplex: 'half',
    });
    return importAnswer.parse(answer);
  }

  async convergence(): Promise<Standing[]> {
    return convergenceAnswer.parse(await this.call('GET', 'convergence')).providers;
  }

  /** Everyone on the roster. */
  async users(): Promise<KnownUser[]> {
    const all: KnownUser[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = usersAnswer.parse(await this.call('GET', `users?limit=${PAGE}${query}`));
      all.push(...page.users);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return all;
  }

  /** Where a user stands, e.g. `deactivated`. */
  async status(userId: string): Promise<string> {
    return statusAnswer.parse(await this.call('GET', `users/${userId}`)).status;
  }

  async links(userId: string): Promise<KnownLink[]> {
    return linksAnswer.parse(await this.call('GET', `users/${userId}/links`)).links;
  }

  /** Asks for one step of a user's life. What comes of it shows at the providers. */
  async ask(verb: Verb, userId: string): Promise<void> {
    if (verb === 'delete') await this.call('DELETE', `users/${userId}`);
    else await this.call('POST', `users/${userId}/${verb}`);
  }

  private async call(method: string, path: string, init: CallInit = {}): Promise<unknown> {
    const response = await fetch(`${this.url}/v1/${path}`, {
      ...init,
      method,
      headers: { ...init.headers, authorization: `Bearer ${this.key}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`the admin API answered ${response.status} to ${method} /v1/${path}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}
