import { responseViolation } from './broken-rule.js';
import type { BodyDescription, Description, OperationDescription } from './description.js';
import type { Undocumented, Violation } from './violation.js';
import { mediaTypeOf, parseJson } from './media.js';
import type { Exchange } from './recording.js';

/** What is to be said of one response. */
export interface ResponseJudgement {
  readonly violations: readonly Violation[];
  readonly undocumented: Undocumented | null;
}

/** Holds a response against what the description says of its status. */
export function judgeResponse(
  { status, responseHeaders, responseBody }: Exchange,
  operation: OperationDescription,
  description: Description,
): ResponseJudgement {
  const described = describedResponse(operation, status);
  if (described === undefined) return { violations: [], undocumented: { what: 'status', status } };
  const content = described.content ?? {};
  if (Object.keys(content).length === 0) {
    return { violations: [], undocumented: responseBody === '' ? null : { what: 'body', status } };
  }
  if (responseBody === '') return found('body', 'required body');
  if (!(mediaTypeOf(responseHeaders['content-type']) in content)) {
    return found('header /content-type', 'media type not described');
  }
  const body = parseJson(responseBody);
  if (body === undefined) return found('body', 'malformed JSON');
  const broken = description.checkResponse(body, operation, status);
  return { violations: broken.map(responseViolation), undocumented: null };
}

/** The response of exactly this status, else of its class, else the default, which describes errors (Vault). */
function describedResponse({ responses }: OperationDescription, status: number): BodyDescription | undefined {
  const ofClass = `${Math.floor(status / 100)}xx`;
  const names = Object.keys(responses);
  const name =
    names.find((each) => each === String(status)) ?? names.find((each) => each.toLowerCase() === ofClass);
  if (name !== undefined) return responses[name];
  return status >= 400 ? responses['default'] : undefined;
}

function found(where: string, rule: string): ResponseJudgement {
  return { violations: [{ side: 'response', where, rule }], undocumented: null };
}
