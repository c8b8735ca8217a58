import type { Operation } from '../../catalog/operation.js';
import type { ToolDefinition } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';

type Schema = Readonly<Record<string, unknown>>;

/** Everything that is declared of an operation, as JSON. `notOffered` says why it cannot be called here. */
export function operationPage(operation: Operation, tool: ToolDefinition, notOffered: string | undefined): object {
  const { spec, raises, gate } = operation;
  return {
    name: operation.name,
    title: tool.title,
    offered: notOffered === undefined,
    ...(notOffered !== undefined && { not_offered: notOffered }),
    description: tool.description,
    request: operation.isJob ? undefined : spec.request,
    risk: operation.risk,
    confirmed: gate,
    ...(spec.effect !== undefined && { effect: spec.effect }),
    ...(raises.length > 0 && {
      riskier: raises.map(({ when, risk, effect }) => ({ risk, effect, when: when ?? 'every call' })),
    }),
    ...(spec.consequences !== undefined && { leaves_behind: spec.consequences.map(({ says }) => says) }),
    ...(spec.undo !== undefined && { undo: undoOf(spec.undo) }),
    ...(spec.secrets !== undefined && { secret_inputs: spec.secrets }),
    repeatable: operation.idempotent,
    input: tool.inputSchema,
    example: exampleOf(operation),
  };
}

function undoOf(undo: NonNullable<Operation['spec']['undo']>): object {
  if ('never' in undo) return { possible: false, why: undo.never };
  return { possible: true, by: undo.by, ...(undo.lost !== undefined && { lost: undo.lost }) };
}

/** Example arguments: the inputs that the operation needs, with values that show what belongs there. */
export function exampleOf({ inputSchema, spec: { needsOneOf = [], image } }: Operation): Record<string, unknown> {
  const further = [...needsOneOf.slice(0, 1), ...(image === undefined ? [] : ['file_path'])];
  return objectOf(inputSchema, further);
}

function objectOf(schema: Schema, further: readonly string[] = []): Record<string, unknown> {
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  const names = [...new Set([...required, ...further])];
  return Object.fromEntries(names.map((name) => [name, sampleOf(name, isRecord(properties[name]) ? properties[name] : {})]));
}

/** How ids begin, where the input's name does not tell. */
const PREFIXES: Readonly<Record<string, string>> = {
  organization: 'org',
  invitation: 'inv',
  session: 'sess',
  domain: 'dmn',
  email_address: 'idn',
  phone_number: 'idn',
  oauth_application: 'oa',
};

function sampleOf(name: string, schema: Schema): unknown {
  const [first] = [schema.anyOf, schema.oneOf].flat().filter(isRecord);
  if (first !== undefined) return sampleOf(name, first);
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  switch (schema.type) {
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 1;
    case 'boolean':
      return true;
    case 'array':
      return [sampleOf(name.replace(/s$/, ''), isRecord(schema.items) ? schema.items : {})];
    case 'object':
      return objectOf(schema);
    default:
      return textOf(name, schema);
  }
}

function textOf(name: string, { format, minLength = 0 }: Schema): string {
  if (format === 'uri' || /ur[il]$/.test(name)) return 'https://example.com';
  if (format === 'email' || /e?mail(_address)?$/.test(name)) return 'jane@example.com';
  const [, kind] = /^(\w+?)_?id$/i.exec(name) ?? [];
  const text = kind === undefined ? name : `${PREFIXES[kind] ?? kind}_123`;
  return text.padEnd(Number(minLength), 'x');
}
