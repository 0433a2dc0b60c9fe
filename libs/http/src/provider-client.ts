import { Pool } from 'undici';
import { CallNotStarted, ProviderError, type CallContext, type CallRequest } from '#identity-provider';
import { decompressed, readErrorJson, readJson } from './body.js';
import { errorOfNoAnswer, errorOfStatus } from './classify.js';
import type { ProviderClient, ProviderRequest, ProviderResponse } from './client.js';
import { exchange, TOO_LATE, type Answer, type WireRequest } from './exchange.js';
import { nextTurn } from './next-turn.js';
import { NoAnswer } from './no-answer.js';
import { buildPath, parseBase, type Base } from './path.js';
import { redactedCause } from './redact.js';

type Headers = Readonly<Record<string, string>>;

/** How to talk to one provider. */
export interface ProviderClientOptions {
  /** May have a path, below which every request goes. */
  readonly baseUrl: string;
  /** Asked before each request, so that a credential can change while we run. */
  readonly headers: () => Headers | Promise<Headers>;
  /** For one request, from admission to the last byte of its answer. */
  readonly timeoutMs: number;
  /** Connections at most; further requests queue, and their deadline runs. */
  readonly connections: number;
  readonly userAgent: string;
  /** Bytes of an answer, decompressed. (Default: 2 MB) */
  readonly maxBodyBytes?: number;
  /** For the connection alone. (Default: half of `timeoutMs`, at most 5 s) */
  readonly connectTimeoutMs?: number;
  /** Values that no error may show. */
  readonly redactions?: readonly string[];
  /** Reads the wall clock, for dates in `Retry-After`. (Default: the system's) */
  readonly nowMs?: () => number;
}

const DEFAULT_MAX_BODY_BYTES = 2_000_000;
const CONNECT_CEILING_MS = 5000;
/** Reason of an `unsupported` error: whoever asked may only look. */
const READ_ONLY = 'read_only_context';

/**
 * Opens a client on one provider. Nothing is connected before the first request.
 * @throws TypeError when `baseUrl` is not a URL
 */
export function createProviderClient(options: ProviderClientOptions): ProviderClient {
  return new PooledClient(options);
}

/** How a request is addressed, and what it is admitted for. */
interface Outgoing {
  readonly path: string;
  readonly call: CallRequest;
}

class PooledClient implements ProviderClient {
  private readonly base: Base;
  private readonly pool: Pool;
  private readonly maxBodyBytes: number;

  constructor(private readonly options: ProviderClientOptions) {
    this.base = parseBase(options.baseUrl);
    this.maxBodyBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
    this.pool = new Pool(this.base.origin, {
      connections: options.connections,
      pipelining: 1, // with more, one answer that hangs takes the calls behind it along
      connect: { timeout: options.connectTimeoutMs ?? Math.min(CONNECT_CEILING_MS, options.timeoutMs / 2) },
      headersTimeout: 0, // one deadline spans the whole call
      bodyTimeout: 0,
    });
  }

  async request(request: ProviderRequest, context: CallContext): Promise<ProviderResponse> {
    if (context.readOnly === true && !isRead(request))
      throw new ProviderError('unsupported', { reason: READ_ONLY });
    const path = buildPath(this.base, request.path, request.query);
    const call = {
      mutating: request.mutating ?? request.method !== 'GET',
      timeoutMs: this.options.timeoutMs,
    };
    try {
      const answer = await this.callFor(request, { path, call }, context);
      // Others may have come with it: all their slots are given back, and the next calls handed on, before one is read.
      await nextTurn();
      return { status: answer.status, json: readJson(answer) };
    } catch (error) {
      throw error instanceof NoAnswer ? errorOfNoAnswer(error, call.mutating, undefined) : error;
    }
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  /**
   * Holds a call slot until the answer has come, and until it is no longer compressed: of those that wait for that, there
   * must not be more than slots. A refusal is read before: it may say that no other call should start.
   */
  private async callFor(request: ProviderRequest, outgoing: Outgoing, context: CallContext): Promise<Answer> {
    const { call } = outgoing;
    const release = await context.admit(call);
    try {
      const answer = await this.send(request, outgoing, context);
      if (answer.status >= 300) throw await this.refusal(answer, request, call);
      return await decompressed(answer, this.maxBodyBytes);
    } finally {
      release();
    }
  }

  private async send(
    request: ProviderRequest,
    { path, call }: Outgoing,
    context: CallContext,
  ): Promise<Answer> {
    // After admission, which may take longer than a credential is good for.
    const headers = await this.credentials();
    if (context.signal.aborted) throw new CallNotStarted('stopping');
    try {
      return await exchange(this.pool, this.wireRequest(request, path, headers), {
        timeoutMs: call.timeoutMs,
        maxBodyBytes: this.maxBodyBytes,
        signal: context.signal,
        maySend: () => context.mayStillSend?.(call) ?? true,
      });
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      if (error.reason === TOO_LATE) throw new CallNotStarted('leaseEnding');
      const secrets = [...(this.options.redactions ?? []), ...Object.values(headers).flatMap(secretsOf)];
      throw errorOfNoAnswer(error, call.mutating, redactedCause(error.cause, secrets));
    }
  }

  private async credentials(): Promise<Headers> {
    try {
      return await this.options.headers();
    } catch {
      throw new ProviderError('unauthorized', { reason: 'credential_unavailable' });
    }
  }

  private wireRequest(request: ProviderRequest, path: string, headers: Headers): WireRequest {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    return {
      method: request.method,
      path,
      body,
      headers: {
        accept: 'application/json',
        'user-agent': this.options.userAgent,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
        ...request.headers,
      },
    };
  }

  private async refusal(
    answer: Answer,
    request: ProviderRequest,
    { mutating }: CallRequest,
  ): Promise<ProviderError> {
    const { status } = answer;
    if (status < 400) return new ProviderError('protocol', { reason: 'redirect', status });
    const explained = request.explain?.(status, await readErrorJson(answer, this.maxBodyBytes)) ?? null;
    return explained ?? errorOfStatus(answer, mutating, (this.options.nowMs ?? Date.now)());
  }
}

/** By its method, whatever the adapter says of it: a read that is sent as a write is one for whoever counts methods. */
function isRead({ method }: ProviderRequest): boolean {
  return method === 'GET';
}

/** A header's value as a whole and, behind the name of a scheme such as `Bearer`, the credential by itself. */
function secretsOf(value: string): string[] {
  return [value, value.slice(value.indexOf(' ') + 1)];
}
