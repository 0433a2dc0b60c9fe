import ajvFormats from 'ajv-formats';
import {
  OpenAPIBackend,
  OpenAPIRouter,
  OpenAPIValidator,
  ValidationContext,
  type Document,
} from 'openapi-backend';
import { readStrictly, type Direction } from './reading.js';
import { isNode, nodesOf, type Node } from './schema.js';

/** A request body or response, with references resolved. */
export interface BodyDescription {
  readonly required?: boolean;
  /** By media type. */
  readonly content?: Readonly<Record<string, unknown>>;
}

/** One operation of a description, with references resolved. */
export interface OperationDescription {
  readonly operationId: string;
  /** The template. */
  readonly path: string;
  /** Lower case. */
  readonly method: string;
  readonly requestBody?: BodyDescription;
  /** By status, status class (`4XX`) or `default`. */
  readonly responses: Readonly<Record<string, BodyDescription>>;
  /** Alternatives, each a set of schemes by name that are needed together. */
  readonly security: readonly Readonly<Record<string, unknown>>[];
}

/** The part of a security scheme that a request can be held against. */
export interface SecurityScheme {
  readonly type: string;
  readonly scheme?: string;
  readonly in?: string;
  readonly name?: string;
}

/** What the library's validators and ours say alike; values are never part of it. */
export interface RuleBroken {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
}

type Customize = NonNullable<ConstructorParameters<typeof OpenAPIValidator>[0]['customizeAjv']>;
type Ajv = Parameters<Customize>[0];

/** One official description, ready to judge. */
export class Description {
  readonly #requests: OpenAPIValidator;
  readonly #responses: OpenAPIValidator;
  readonly #router: OpenAPIRouter;

  private constructor(
    readonly definition: Node,
    /** What stands before every path, e.g. `/v1`. */
    readonly basePath: string,
    readonly schemes: Readonly<Record<string, SecurityScheme>>,
  ) {
    this.#router = new OpenAPIRouter({ definition: asDocument(definition), ignoreTrailingSlashes: false });
    this.#requests = validatorOf(definition, 'request');
    this.#responses = validatorOf(definition, 'response');
  }

  /** @throws Error when the file cannot be read or is no valid OpenAPI description */
  static async load(path: string): Promise<Description> {
    const backend = new OpenAPIBackend({ definition: path, strict: true, validate: false });
    await backend.init();
    const definition: unknown = backend.definition;
    if (!isNode(definition)) throw new Error(`${path} is no description`);
    const components = isNode(definition['components']) ? definition['components'] : {};
    // Validated above, and dereferenced: these are the schemes themselves.
    const schemes = (components['securitySchemes'] ?? {}) as Record<string, SecurityScheme>;
    return new Description(definition, basePathOf(definition), schemes);
  }

  get operations(): OperationDescription[] {
    return this.#router.getOperations() as unknown as OperationDescription[]; // dereferenced, and all have an id
  }

  /** The operation that a call is one of. @param path without the query, below the base path */
  match(method: string, path: string): OperationDescription | undefined {
    const operation: unknown = this.#router.matchOperation({ method, path, headers: {} });
    return operation as OperationDescription | undefined; // dereferenced, and all have an id
  }

  /** Path, query, headers and body against their schemas. @param request with its body parsed */
  checkRequest(request: RequestToCheck, operation: OperationDescription): readonly RuleBroken[] {
    return (
      this.#requests.validateRequest({ ...request, headers: { ...request.headers } }, operation.operationId)
        .errors ?? []
    );
  }

  /** A parsed response body against the schema of its status. */
  checkResponse(body: unknown, operation: OperationDescription, status: number): readonly RuleBroken[] {
    return this.#responses.validateResponse(body, operation.operationId, status).errors ?? [];
  }
}

export interface RequestToCheck {
  readonly method: string;
  readonly path: string;
  /** Raw, with its question mark. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

function validatorOf(definition: Node, direction: Direction): OpenAPIValidator {
  const read = structuredClone(definition);
  readStrictly(read, direction);
  return new OpenAPIValidator({
    definition: asDocument(read),
    lazyCompileValidators: true,
    ajvOpts: { allErrors: true },
    customizeAjv: (ajv, _options, context) => customized(ajv, context),
  });
}

/** Formats are part of the judgement, and so is who may write a member, which the validator takes for a remark. */
function customized(ajv: Ajv, context: ValidationContext): Ajv {
  ajvFormats.default(ajv); // a CommonJS module, whose default export is a member of it
  if (context === ValidationContext.RequestBody) forbid(ajv, 'readOnly');
  if (context === ValidationContext.Response) forbid(ajv, 'writeOnly');
  return ajv;
}

function forbid(ajv: Ajv, keyword: string): void {
  ajv.removeKeyword(keyword);
  ajv.addKeyword({ keyword, schemaType: 'boolean', errors: false, validate: (stands: boolean) => !stands });
}

/** The path of the first server; its host may be a template. */
function basePathOf(definition: Node): string {
  const [server] = nodesOf(definition['servers']);
  return /^https?:\/\/[^/]+(\/.*?)?\/?$/.exec(String(server?.['url']))?.[1] ?? '';
}

/** The library has loaded and validated it as one. */
function asDocument(definition: Node): Document {
  return definition as unknown as Document;
}
