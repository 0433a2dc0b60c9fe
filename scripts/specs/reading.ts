import { isNode, nodesOf, schemasOf, type Node } from './schema.js';

/*
 * Where a description leaves its meaning to its reader, it is read in the way that refuses more, and never in one that
 * contradicts its words. A validator alone would take each of these places for "anything goes", or not compile.
 */

/** A description that was read for one direction of the traffic. It is changed in place. */
export type Direction = 'request' | 'response';

/** Reads every schema and parameter of a dereferenced description. @param definition changed in place */
export function readStrictly(definition: Node, direction: Direction): void {
  const operations = operationsOf(definition);
  const typeBelow = String(definition['openapi']).startsWith('3.0.') ? ['object'] : ['object', 'null'];
  for (const operation of operations) {
    const bodies = direction === 'request' ? [operation['requestBody']] : nodesOf(operation['responses']);
    const roots = bodies.flatMap(bodySchemas);
    for (const root of roots) typeOfMembers(root, ['object']);
    for (const schema of schemasOf(roots)) {
      typeOfMembers(schema, typeBelow);
      nullOrNot(schema);
      if (direction === 'request') onlyListedMembers(schema);
    }
  }
  // Operations share parameters, and what is read already must not be read again.
  const parameters = new Set(operations.flatMap((operation) => nodesOf(operation['parameters'])));
  for (const parameter of parameters) readParameter(parameter);
}

/** @returns path items' operations, and their shared parameters */
function operationsOf(definition: Node): Node[] {
  const items = nodesOf(definition['paths']);
  return [...items, ...items.flatMap(nodesOf)];
}

/** The schemas of a request body or response, one for each media type. */
export function bodySchemas(body: unknown): Node[] {
  return nodesOf(isNode(body) ? body['content'] : undefined).flatMap(({ schema }) =>
    isNode(schema) ? [schema] : [],
  );
}

/**
 * Members make an object: without `type`, any text would do for one (all of SendAuth). From 3.1 on, null is a value as
 * any other, so a member without a type may be null (what clears a company at SendAuth), though never a whole body.
 */
function typeOfMembers(schema: Node, type: readonly string[]): void {
  if (isNode(schema['properties']) && schema['type'] === undefined) schema['type'] = [...type];
}

/**
 * `nullable: true` beside a list of values adds null to them (Passage, `SocialConnectionType`); `nullable: false`
 * beside `allOf` takes it away (Sunshine, `user.metadata`).
 */
function nullOrNot(schema: Node): void {
  const values = schema['enum'];
  if (schema['nullable'] === true && Array.isArray(values) && !values.includes(null)) {
    schema['enum'] = [...(values as unknown[]), null];
  }
  if (schema['nullable'] === false && schema['type'] === undefined) {
    delete schema['nullable'];
    schema['not'] = { type: 'null' };
  }
}

/** A request sends what is listed, unless the schema says that other members are welcome. */
function onlyListedMembers(schema: Node): void {
  const isWhole = !('allOf' in schema || 'anyOf' in schema || 'oneOf' in schema);
  if (isWhole && isNode(schema['properties']) && schema['additionalProperties'] === undefined) {
    schema['additionalProperties'] = false;
  }
}

/** Limits and operators that stand in a parameter's text only (Passage), and the members of a `deepObject`. */
function readParameter(parameter: Node): void {
  const { schema, description } = parameter;
  if (!isNode(schema)) return;
  // What stands in `additionalProperties` of a parameter's schema would be taken for the whole query.
  if (parameter['style'] === 'deepObject')
    parameter['schema'] = { allOf: [{ ...schema, additionalProperties: false }] };
  if (typeof description !== 'string') return;
  for (const [, bound, value] of description.matchAll(/\b(min|max)=(\d+)/g)) {
    schema[`${bound}imum`] ??= Number(value);
  }
  const operators = new Set([...description.matchAll(/=<(\w+):val>/g)].map(([, operator]) => operator ?? ''));
  if (operators.size > 0) parameter['schema'] = withOperators(schema, [...operators]);
}

/** The value itself, or one behind an operator in angle brackets. */
function withOperators(schema: Node, operators: readonly string[]): Node {
  const value =
    schema['type'] === 'integer' ? '-?\\d+' : schema['type'] === 'boolean' ? '(?:true|false)' : '.*';
  const prefixed = { type: 'string', pattern: `^<(?:${operators.join('|')}):${value}>$` };
  return { anyOf: [schema['type'] === 'string' ? { ...schema, pattern: '^(?!<)' } : schema, prefixed] };
}
