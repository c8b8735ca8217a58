/** The TypeScript type of what a JSON Schema takes. It knows what zod writes. */
export function typeOfSchema(schema) {
  const { type, anyOf, oneOf, enum: values, items, properties, additionalProperties } = schema;
  if ('const' in schema) return JSON.stringify(schema.const);
  if (values !== undefined) return union(values.map((value) => JSON.stringify(value)));
  const either = anyOf ?? oneOf;
  if (either !== undefined) return union(either.map(typeOfSchema));
  if (Array.isArray(type)) return union(type.map((one) => typeOfSchema({ ...schema, type: one })));
  if (type === 'array') return `readonly ${inBrackets(typeOfSchema(items))}[]`;
  if (type === 'object') return properties === undefined ? recordOf(additionalProperties) : objectOf(schema);
  if (type === 'integer') return 'number';
  return type ?? 'unknown';
}

const union = (types) => [...new Set(types)].join(' | ');

const inBrackets = (type) => (/ /.test(type) ? `(${type})` : type);

const recordOf = (values) => `{ readonly [name: string]: ${values === undefined ? 'unknown' : typeOfSchema(values)} }`;

function objectOf({ properties, required = [] }) {
  const members = Object.entries(properties).map(([name, value]) => {
    const mark = required.includes(name) ? '' : '?';
    return `readonly ${/^[a-z_]\w*$/.test(name) ? name : JSON.stringify(name)}${mark}: ${typeOfSchema(value)};`;
  });
  return `{ ${members.join(' ')} }`;
}
