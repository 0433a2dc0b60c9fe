/** Any object of an OpenAPI document, before it is known which. */
export type Node = Record<string, unknown>;

/** Whether a value is an object with named members. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members of a value that are objects; none when it is no object. */
export function nodesOf(value: unknown): Node[] {
  return Object.values(isNode(value) || Array.isArray(value) ? value : {}).filter(isNode);
}

/** The schemas directly below a schema. */
export function schemasBelow(schema: Node): Node[] {
  const { properties, items, additionalProperties, not, allOf, anyOf, oneOf } = schema;
  return [
    ...nodesOf(properties),
    ...[items, additionalProperties, not].filter(isNode),
    ...[allOf, anyOf, oneOf].flatMap(nodesOf),
  ];
}

/** Every schema of an operation's requests, or of its responses, each once. */
export function schemasOf(roots: readonly Node[]): Set<Node> {
  const seen = new Set<Node>();
  const open = [...roots];
  for (let schema = open.pop(); schema !== undefined; schema = open.pop()) {
    if (seen.has(schema)) continue;
    seen.add(schema);
    open.push(...schemasBelow(schema));
  }
  return seen;
}
