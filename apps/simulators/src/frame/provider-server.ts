import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { CallLog } from './call-log.js';
import { cut, deliver, deliverTruncated, toWire, type WireAnswer } from './delivery.js';
import { staleMs, withheld, type Fault } from './fault.js';
import type { FaultScript } from './fault-script.js';
import { Fleeting } from './fleeting.js';
import { closeServer, listen, readBody } from './http.js';
import { SimulatedRequest } from './request.js';
import { Scheduler } from './scheduler.js';
import type { SimulatedAnswer, SimulatedProvider } from './simulated-provider.js';
import { exchangeOf, type Witness } from './traffic.js';

/** Longer than any client's pool keeps an idle connection: this side never races a client's next request. */
const KEEP_ALIVE_MS = 75_000;

interface ServerParts {
  readonly provider: SimulatedProvider;
  readonly log: CallLog;
  readonly faults: FaultScript;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly witness: Witness | undefined;
}

/** One provider on a port of its own, with the faults of its script between it and the wire. */
export class ProviderServer {
  /** Every answer waits this long after its call was applied, unless a fault says otherwise. */
  latencyMs = 0;
  readonly #server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (message, response) => {
    readBody(message, (text) => {
      this.#receive(message, response, text);
    });
  });
  /** Waiting calls; apart from the provider's own timers. */
  readonly #waits = new Scheduler();
  readonly #waiting = new Fleeting<ServerResponse>();
  readonly #hanging = new Set<ServerResponse>();

  constructor(private readonly parts: ServerParts) {}

  /** @returns the port */
  listen(host: string, port: number): Promise<number> {
    return listen(this.#server, host, port);
  }

  /** Closes the connections of calls that a fault left without an answer. */
  releaseHanging(): void {
    for (const response of this.#hanging) cut(response, false);
    this.#hanging.clear();
  }

  /** Drops every call that waits or hangs: it is neither applied nor answered any more. */
  abandonCalls(): void {
    this.#waits.clear();
    for (const response of this.#waiting.takeAll()) cut(response, false);
    this.releaseHanging();
  }

  async close(): Promise<void> {
    this.abandonCalls();
    await closeServer(this.#server);
  }

  #receive(message: IncomingMessage, response: ServerResponse, bodyText: string): void {
    const sent = sentBy(message, bodyText);
    const request = parse(sent);
    if (request === undefined) {
      const wire = toWire({ status: 400, body: 'malformed path' });
      this.#witness(sent, wire);
      deliver(response, wire);
      return;
    }
    const fault = this.parts.faults.take(request);
    if (fault === undefined) this.#answer(request, response);
    else
      this.#wait(fault.delayMs ?? 0, response, () => {
        this.#suffer(fault, request, response);
      });
  }

  #answer(request: SimulatedRequest, response: ServerResponse): void {
    const answer = this.parts.provider.handle(request);
    this.#record(request, answer.status, answer);
    const wire = toWire(answer);
    this.#witness(request, wire);
    this.#wait(this.latencyMs, response, () => {
      deliver(response, wire);
    });
  }

  #witness(sent: SentRequest, wire: WireAnswer): void {
    const { witness, provider } = this.parts;
    if (witness !== undefined) witness(exchangeOf(provider.name, sent, wire));
  }

  #suffer(fault: Fault, request: SimulatedRequest, response: ServerResponse): void {
    const withheldAt = withheld(fault);
    const isApplied =
      withheldAt === null ? (fault.applied ?? fault.status === undefined) : withheldAt === 'after';
    const answer = isApplied ? this.#apply(fault, request) : undefined;
    if (withheldAt !== null) {
      this.#record(request, 0, answer);
      this.#withhold(fault, response);
      return;
    }
    const wire = toWire(answer, fault);
    this.#record(request, wire.status, answer);
    this.#wait(fault.latencyMs ?? this.latencyMs, response, () => {
      this.#deliver(fault, wire, response);
    });
  }

  #apply(fault: Fault, request: SimulatedRequest): SimulatedAnswer {
    const { provider, now } = this.parts;
    const ageMs = staleMs(fault);
    return ageMs > 0 && request.isRead
      ? provider.handleAsOf(request, now() - ageMs)
      : provider.handle(request);
  }

  #withhold(fault: Fault, response: ServerResponse): void {
    if (fault.hang === undefined || fault.hang === false) {
      cut(response, fault.reset === true);
      return;
    }
    this.#hanging.add(response);
    response.once('close', () => this.#hanging.delete(response));
  }

  #deliver(fault: Fault, wire: WireAnswer, response: ServerResponse): void {
    if (fault.truncate !== undefined) deliverTruncated(response, wire, fault);
    else if (fault.trickleMs !== undefined) this.#trickle(fault.trickleMs, wire, response);
    else deliver(response, wire);
  }

  #trickle(everyMs: number, wire: WireAnswer, response: ServerResponse): void {
    const bytes = Buffer.from(wire.payload);
    const writeFrom = (at: number): void => {
      if (response.destroyed) return;
      if (at >= bytes.length) response.end();
      else {
        response.write(bytes.subarray(at, at + 1));
        this.#wait(everyMs, response, () => {
          writeFrom(at + 1);
        });
      }
    };
    response.writeHead(wire.status, wire.headers);
    writeFrom(0);
  }

  /** Goes on at once when there is nothing to wait for: a timer for every call would halve the throughput. */
  #wait(delayMs: number, response: ServerResponse, next: () => void): void {
    if (delayMs === 0) {
      next();
      return;
    }
    const takeOut = this.#waiting.add(response);
    this.#waits.after(delayMs, () => {
      takeOut();
      next();
    });
  }

  #record(request: SimulatedRequest, status: number, answer: SimulatedAnswer | undefined): void {
    this.parts.log.add({
      time: this.parts.now(),
      method: request.method,
      path: request.target,
      status,
      mutated: answer?.mutated ?? false,
      accountId: answer?.accountId,
    });
  }
}

type SentRequest = ConstructorParameters<typeof SimulatedRequest>[0];

function sentBy(message: IncomingMessage, bodyText: string): SentRequest {
  // node:http gives every request of a server a method and a url.
  const { method = 'GET', url: target = '/', headers } = message;
  return { method, target, headers, bodyText };
}

function parse(sent: SentRequest): SimulatedRequest | undefined {
  try {
    return new SimulatedRequest(sent);
  } catch {
    return undefined;
  }
}
