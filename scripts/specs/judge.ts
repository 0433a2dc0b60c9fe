import { judgeRequest } from './judge-request.js';
import { judgeResponse } from './judge-response.js';
import type { Description, OperationDescription } from './description.js';
import type { Exchange } from './recording.js';
import type { Undocumented, Violation } from './violation.js';

/** What is to be said of one call. */
export interface Judgement {
  /** `null` when the description has no such operation. */
  readonly operation: OperationDescription | null;
  readonly violations: readonly Violation[];
  readonly undocumented: Undocumented | null;
}

/** Holds one call against its provider's description. */
export function judge(exchange: Exchange, description: Description): Judgement {
  const [target = '', ...query] = exchange.target.split('?');
  const path = belowBase(target, description.basePath);
  const operation = path === null ? undefined : description.match(exchange.method, path);
  if (path === null || operation === undefined) {
    return { operation: null, violations: [noSuchOperation(exchange.method)], undocumented: null };
  }
  const place = { path, query: `?${query.join('?')}` };
  const answer = judgeResponse(exchange, operation, description);
  return {
    operation,
    violations: [...judgeRequest(exchange, place, operation, description), ...answer.violations],
    undocumented: answer.undocumented,
  };
}

function noSuchOperation(method: string): Violation {
  return { side: 'request', where: method, rule: 'no such operation' };
}

/** @returns `null` for a path outside of the base path, or one that cannot be decoded */
function belowBase(path: string, basePath: string): string | null {
  if (!path.startsWith(`${basePath}/`)) return null;
  try {
    decodeURIComponent(path);
    return path.slice(basePath.length);
  } catch {
    return null;
  }
}
