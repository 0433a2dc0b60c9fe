/** What a client saw. */
export interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, or `undefined` when it is none. */
  readonly body: unknown;
  /** What the body holds at a path of member names and indexes; `undefined` where there is nothing. */
  readonly at: (...path: readonly (string | number)[]) => unknown;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string is sent as it stands. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** One call over a real socket. @throws what fetch throws when no whole answer comes */
export async function call(
  url: string,
  { method = 'GET', headers = {}, body, signal }: Call = {},
): Promise<Seen> {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: payload }),
    ...(signal === undefined ? {} : { signal }),
    redirect: 'manual',
  });
  const text = await response.text();
  const json = parse(text);
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: json,
    at: (...path) => path.reduce(memberOf, json),
  };
}

function memberOf(value: unknown, name: string | number): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Why a call got no whole answer: the code of the innermost cause. */
export async function failureOf(outcome: Promise<unknown>): Promise<string> {
  try {
    await outcome;
  } catch (error) {
    return innermost(error);
  }
  throw new Error('the call got an answer');
}

function innermost(error: unknown): string {
  // By its members and not by its class: fetch throws errors of another realm than the test's.
  const cause = memberOf(error, 'cause');
  return cause === undefined ? String(memberOf(error, 'code') ?? error) : innermost(cause);
}

/** A clock that stands until it is moved. */
export class TestClock {
  /** Milliseconds since the epoch. */
  time = Date.parse('2026-01-01T00:00:00.000Z');
  readonly now = (): number => this.time;
}
