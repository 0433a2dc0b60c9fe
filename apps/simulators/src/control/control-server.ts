import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { z } from 'zod';
import {
  closeServer,
  listen,
  MALFORMED_BODY,
  parseJson,
  readBody,
  type ProviderName,
  type RunningProvider,
} from '../frame/index.js';
import { ControlRefusal, toRefusal } from './refusal.js';
import { JsonArray, RESOURCES, type ControlInput, type Resource } from './resources.js';

const ITEMS_A_PIECE = 1_000;

type Providers = Readonly<Partial<Record<ProviderName, RunningProvider>>>;

/** The back door of the simulators: what they hold, what they were asked, and how they shall break. */
export class ControlServer {
  readonly #server = createServer((message, response) => {
    readBody(message, (text) => {
      this.#receive(message, response, text);
    });
  });

  constructor(private readonly providers: Providers) {}

  /** @returns the port */
  listen(host: string, port: number): Promise<number> {
    return listen(this.#server, host, port);
  }

  close(): Promise<void> {
    return closeServer(this.#server);
  }

  #receive(message: IncomingMessage, response: ServerResponse, bodyText: string): void {
    const { method = 'GET', url = '/' } = message;
    try {
      send(response, 200, this.#answer(method, new URL(url, 'http://control'), bodyText));
    } catch (error) {
      if (!(error instanceof ControlRefusal)) throw error;
      send(response, error.status, { error: error.message, allowed: error.allowed });
    }
  }

  #answer(method: string, { pathname, searchParams: query }: URL, bodyText: string): unknown {
    const [head, name, resource, ...rest] = pathname.split('/').slice(1);
    if (pathname === '/reset') return this.#resetAll(method);
    if (head !== 'providers' || rest.length > 0) {
      throw new ControlRefusal(404, 'no such path', ['/reset', '/providers', '/providers/{p}/{resource}']);
    }
    if (name === undefined || name === '') return this.#list(method);
    return answerResource(this.#find(name), { method, name: resource ?? '', query, bodyText });
  }

  #resetAll(method: string): unknown {
    if (method !== 'POST') throw new ControlRefusal(405, 'not with this method', ['POST']);
    for (const running of this.#all()) running.reset();
    return { reset: this.#all().map(({ name }) => name) };
  }

  #list(method: string): unknown {
    if (method !== 'GET') throw new ControlRefusal(405, 'not with this method', ['GET']);
    return this.#all().map((running) => ({
      name: running.name,
      url: running.url,
      summary: running.summary(),
    }));
  }

  #find(name: string): RunningProvider {
    const running = this.#all().find((each) => each.name === name);
    if (running !== undefined) return running;
    throw new ControlRefusal(
      404,
      'no such provider',
      this.#all().map((each) => each.name),
    );
  }

  #all(): RunningProvider[] {
    return Object.values(this.providers);
  }
}

interface ResourceRequest {
  readonly method: string;
  readonly name: string;
  readonly query: URLSearchParams;
  readonly bodyText: string;
}

function answerResource(running: RunningProvider, request: ResourceRequest): unknown {
  const resource = Object.hasOwn(RESOURCES, request.name) ? RESOURCES[request.name] : undefined;
  if (resource === undefined) throw new ControlRefusal(404, 'no such resource', Object.keys(RESOURCES));
  const verb = Object.entries(resource.verbs).find(([method]) => method === request.method)?.[1];
  if (verb === undefined) {
    throw new ControlRefusal(405, 'not with this method', Object.keys(resource.verbs));
  }
  try {
    return verb(running, readInput(request));
  } catch (error) {
    throw toRefusal(error, postedShape(resource));
  }
}

function readInput({ query, bodyText }: ResourceRequest): ControlInput {
  const body = bodyText === '' ? undefined : parseJson(bodyText);
  if (body === MALFORMED_BODY) throw new ControlRefusal(400, 'the body is not JSON');
  return { query, body };
}

function postedShape({ posted }: Resource): unknown {
  return posted && z.toJSONSchema(posted, { io: 'input', unrepresentable: 'any' });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  if (body instanceof JsonArray) Readable.from(pieces(body.items)).pipe(response);
  else response.end(JSON.stringify(body));
}

function* pieces(items: readonly unknown[]): Generator<string> {
  yield '[';
  for (let at = 0; at < items.length; at += ITEMS_A_PIECE) {
    const piece = JSON.stringify(items.slice(at, at + ITEMS_A_PIECE)).slice(1, -1);
    yield at === 0 ? piece : `,${piece}`;
  }
  yield ']';
}
