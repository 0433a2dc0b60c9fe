import type { IncomingHttpHeaders } from 'node:http';

/** Stands in `SimulatedRequest.body` for a body that is not JSON. */
export const MALFORMED_BODY = Symbol('malformed body');

/** One request as a provider sees it. Query and body are parsed on first use: most calls need only one of them. */
export class SimulatedRequest {
  /** Upper case. */
  readonly method: string;
  /** Path and query exactly as sent; what the call log keeps and what fault rules are matched against. */
  readonly target: string;
  /**
   * Decoded path segments. A trailing slash is ignored, so that a client which leaves an id empty hits the collection,
   * as it would at most real servers.
   */
  readonly segments: readonly string[];
  readonly headers: IncomingHttpHeaders;
  readonly bodyText: string;
  #query: URLSearchParams | undefined;
  #body: unknown;
  #bodyIsParsed = false;

  /** @throws URIError when the path holds a broken percent escape */
  constructor(sent: { method: string; target: string; headers: IncomingHttpHeaders; bodyText: string }) {
    this.method = sent.method;
    this.target = sent.target;
    this.headers = sent.headers;
    this.bodyText = sent.bodyText;
    this.segments = decodeSegments(sent.target);
  }

  /** True for methods that cannot change anything (GET, HEAD). */
  get isRead(): boolean {
    return this.method === 'GET' || this.method === 'HEAD';
  }

  get query(): URLSearchParams {
    if (this.#query === undefined) {
      const mark = this.target.indexOf('?');
      this.#query = new URLSearchParams(mark === -1 ? '' : this.target.slice(mark + 1));
    }
    return this.#query;
  }

  /** Parsed JSON; `undefined` when the body is empty, `MALFORMED_BODY` when it is not JSON. */
  get body(): unknown {
    if (!this.#bodyIsParsed) {
      this.#body = this.bodyText === '' ? undefined : parseJson(this.bodyText);
      this.#bodyIsParsed = true;
    }
    return this.#body;
  }
}

function decodeSegments(target: string): string[] {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const segments = path.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  return segments.map((segment) => (segment.includes('%') ? decodeURIComponent(segment) : segment));
}

/** @returns `MALFORMED_BODY` instead of throwing: every provider has its own answer to that. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return MALFORMED_BODY;
  }
}

/** Whether a JSON value is an object with named members (not an array, not null). */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
