import { requestViolation } from './broken-rule.js';
import type { Description, OperationDescription, SecurityScheme } from './description.js';
import type { Violation } from './violation.js';
import { mediaTypeOf, parseJson } from './media.js';
import type { Exchange } from './recording.js';

/** Where a call went, split as the description splits it. */
export interface Place {
  /** Below the base path, still percent-encoded. */
  readonly path: string;
  /** Raw, with its question mark. */
  readonly query: string;
}

/** Holds a request against the description of its operation. */
export function judgeRequest(
  exchange: Exchange,
  place: Place,
  operation: OperationDescription,
  description: Description,
): Violation[] {
  const body = parseJson(exchange.requestBody);
  const isMalformed = body === undefined && exchange.requestBody !== '';
  const { method, requestHeaders: headers } = exchange;
  const broken = description.checkRequest({ method, ...place, headers, body }, operation);
  return [
    ...credentials(headers, operation, description.schemes),
    ...bodyForm(exchange, operation),
    ...(isMalformed ? [violation('body', 'malformed JSON')] : broken.map(requestViolation)),
  ];
}

/** One of the alternatives has to be whole. Recorded credentials are reduced to their scheme, which is what is asked for. */
function credentials(
  headers: Exchange['requestHeaders'],
  { security }: OperationDescription,
  schemes: Readonly<Record<string, SecurityScheme>>,
): Violation[] {
  const holds = (name: string): boolean => {
    const scheme = schemes[name];
    if (scheme?.type === 'http')
      return headers['authorization']?.toLowerCase() === scheme.scheme?.toLowerCase();
    if (scheme?.type === 'apiKey' && scheme.in === 'header') {
      return (headers[scheme.name?.toLowerCase() ?? ''] ?? '') !== '';
    }
    return false;
  };
  const isMet = security.length === 0 || security.some((needed) => Object.keys(needed).every(holds));
  return isMet
    ? []
    : [violation('header', `security ${security.map((one) => Object.keys(one).join('+')).join('|')}`)];
}

/** What the schemas do not say: whether there may be a body at all, and in which media type. */
function bodyForm({ requestBody, requestHeaders }: Exchange, operation: OperationDescription): Violation[] {
  if (requestBody === '') return [];
  const content = operation.requestBody?.content;
  if (content === undefined) return [violation('body', 'no body described')];
  const mediaType = mediaTypeOf(requestHeaders['content-type']);
  return mediaType in content ? [] : [violation('header /content-type', 'media type not described')];
}

function violation(where: string, rule: string): Violation {
  return { side: 'request', where, rule };
}
