import type { InputSchema } from '../../catalog/json-schema.js';
import type { Operation } from '../../catalog/operation.js';

/** When a person must agree to a call of the tool. */
const CONFIRMATIONS = { always: 'always', sometimes: 'for some inputs', never: 'never' } as const;

/** One tool in words: what it does, how it is gated, and each input on a line of its own. */
export function describeTool(operation: Operation, isOffered: boolean): string {
  const { name, spec, risk, gate, group } = operation;
  const { title, description, inputSchema } = operation.tool;
  const { properties = {}, required = [] } = inputSchema as InputSchema;
  const facts = [
    ['request', operation.isJob ? 'calls of other tools' : spec.request],
    ['toolset', group.toLowerCase()],
    ['risk', risk],
    ['confirmed', CONFIRMATIONS[gate]],
    ['offered', isOffered ? 'yes' : 'no, the settings leave it out'],
  ];
  const inputs = Object.entries(properties).map(([input, schema]) => {
    const { text, note } = inWords(schema as Schema);
    return [input, required.includes(input) ? 'required' : '', text, note] as const;
  });
  return [
    `${name}: ${title}`,
    description,
    '',
    ...aligned(facts),
    ...(inputs.length === 0 ? [] : ['', 'Inputs:', ...aligned(inputs)]),
    '',
    `Its JSON Schema: clerk-mcp tools ${name} --schema`,
    '',
  ].join('\n');
}

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly description?: string;
}

function inWords(schema: Schema): { text: string; note: string } {
  const { type, items, description = '' } = schema;
  const values = schema.enum ?? items?.enum;
  const of = [type ?? 'any'].flat().join(' or ');
  const text = items?.type === undefined ? of : `${of} of ${[items.type].flat().join(' or ')}`;
  return { text, note: [description, values && `one of ${values.join(', ')}`].filter(Boolean).join('; ') };
}

/** Rows with columns of equal width, two spaces apart. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}
