type Node = Readonly<Record<string, unknown>>;

/** Keywords of OpenAPI 3.0 that say nothing about what is valid, or say it in a way of their own. */
const DROPPED = new Set(['nullable', 'discriminator', 'example', 'deprecated', 'externalDocs', 'xml', 'description', 'title']);

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

const mapValues = (node: Node, map: (value: unknown, key: string) => unknown): Node =>
  Object.fromEntries(Object.entries(node).map(([key, value]) => [key, map(value, key)]));

/** An OpenAPI 3.0 document with every schema in it turned into JSON Schema. */
export function toJsonSchemas(document: Node): Node {
  const walk = (value: unknown, key: string): unknown => {
    if (key === 'schema') return toJsonSchema(value);
    if (key === 'schemas' && isNode(value)) return mapValues(value, toJsonSchema);
    if (Array.isArray(value)) return value.map((item) => walk(item, ''));
    return isNode(value) ? mapValues(value, walk) : value;
  };
  return mapValues(document, walk);
}

/**
 * One OpenAPI 3.0 schema as JSON Schema. `nullable` lets null through whatever stands beside it (`allOf`, `oneOf`
 * or `enum` too, which is how Clerk means it), and alone it means any value.
 */
function toJsonSchema(schema: unknown): unknown {
  if (!isNode(schema)) return schema;
  const plain: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (DROPPED.has(keyword) || keyword.startsWith('x-')) continue;
    plain[keyword] = convert(keyword, value);
  }
  if (plain.exclusiveMinimum === true) {
    plain.exclusiveMinimum = plain.minimum;
    delete plain.minimum;
  }
  if (schema.nullable !== true || Object.keys(plain).length === 0) return plain;
  return { anyOf: [{ type: 'null' }, plain] };
}

function convert(keyword: string, value: unknown): unknown {
  switch (keyword) {
    case 'properties':
      return mapValues(value as Node, toJsonSchema);
    case 'allOf':
    case 'anyOf':
    case 'oneOf':
      return (value as unknown[]).map(toJsonSchema);
    case 'items':
    case 'not':
    case 'additionalProperties':
      return toJsonSchema(value);
    default:
      return value;
  }
}
