import type { DISCOVERY_NAMES } from '../catalog/discovery-names.js';
import { RISKS, type ToolDefinition } from '../catalog/operation-types.js';

const READ = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false } as const;
const name = { type: 'string', description: 'As search_operations gives it' } as const;
const texts = (description: string) => ({ type: 'array', items: { type: 'string' }, description }) as const;
const call = {
  type: 'object',
  properties: { name, arguments: { type: 'object', description: 'As describe_operation says' } },
  required: ['name'],
} as const;

/** The four tools that stand in for all others: find an operation, read how to call it, call it. */
export const DISCOVERY_TOOLS: readonly (ToolDefinition & { readonly name: (typeof DISCOVERY_NAMES)[number] })[] = [
  {
    name: 'search_operations',
    title: 'Search operations',
    description: 'Finds operations of the Clerk Backend API by what you want to do. Start here.',
    inputSchema: {
      type: 'object',
      properties: {
        queries: texts('In plain words, one for each thing to do: "log a user out everywhere"'),
        group: { type: 'string', description: 'Only this group, e.g. Users' },
        risk: { type: 'string', enum: [...RISKS] },
        limit: { type: 'integer', minimum: 1, maximum: 50, description: 'For each query; default 8' },
      },
      required: ['queries'],
    },
    annotations: READ,
  },
  {
    name: 'describe_operation',
    title: 'Describe operations',
    description:
      'What operations do and their whole input schemas. Needed where a search result has `optional` inputs that you want.',
    inputSchema: { type: 'object', properties: { names: texts(name.description) }, required: ['names'] },
    annotations: READ,
  },
  {
    name: 'call_read_operation',
    title: 'Call a reading operation',
    description: 'Calls an operation of risk read. Changes nothing.',
    inputSchema: call,
    annotations: READ,
  },
  {
    name: 'call_operation',
    title: 'Call any operation',
    description:
      'Calls an operation that may change something. Those that destroy something or hand out a secret are confirmed: `confirm` goes into `arguments`.',
    inputSchema: call,
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  },
];

/** What these tools cost a model, in o200k_base tokens; a test counts them. */
export const DISCOVERY_TOKENS = 347;
