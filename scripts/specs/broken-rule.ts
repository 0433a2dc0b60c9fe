import type { RuleBroken } from './description.js';
import type { Violation } from './violation.js';

/** The parts of a request as the validator names them, and as we do. */
const PARTS: Readonly<Record<string, string>> = {
  requestBody: 'body',
  query: 'query',
  header: 'header',
  path: 'path',
};

/** Spells what a validator found in a request, without the values. */
export function requestViolation(broken: RuleBroken): Violation {
  const [, part = '', ...rest] = broken.instancePath.split('/');
  const name = PARTS[part] ?? 'request';
  return { side: 'request', where: placeOf(name, rest), rule: ruleOf(broken) };
}

/** Spells what a validator found in a response body, without the values. */
export function responseViolation(broken: RuleBroken): Violation {
  const rest = broken.instancePath.split('/').slice(1);
  return { side: 'response', where: placeOf('body', rest), rule: ruleOf(broken) };
}

/** Rows of a list are one place: which row it was says nothing. */
function placeOf(part: string, members: readonly string[]): string {
  if (members.length === 0) return part;
  return `${part} /${members.map((member) => (/^\d+$/.test(member) ? '*' : member)).join('/')}`;
}

/** The keyword and what it asks for. What it asks for is the description's own, except for an unlisted name. */
function ruleOf({ keyword, params }: RuleBroken): string {
  if (keyword === 'additionalProperties') return `unlisted ${String(params['additionalProperty'])}`;
  if (keyword === 'parse') return 'malformed JSON';
  const asked = params['missingProperty'] ?? params['limit'] ?? params['format'] ?? params['type'];
  if (typeof asked === 'string' || typeof asked === 'number') return `${keyword} ${asked}`;
  return Array.isArray(asked) ? `${keyword} ${asked.join('|')}` : keyword;
}
