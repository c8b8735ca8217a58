import type { Calls } from '../call/call.js';
import { type Call, type CallOutcome, UnknownToolError } from '../call/call-types.js';
import { nameReadAs } from '../catalog/aliases.js';
import type { Catalog } from '../catalog/catalog.js';
import { DISCOVERY_NAMES } from '../catalog/discovery-names.js';
import { didYouMean } from '../catalog/nearest.js';
import { Operation } from '../catalog/operation.js';
import { RISKS, type Risk, type ToolDefinition } from '../catalog/operation-types.js';
import { mostTelling } from '../catalog/parse-arguments.js';
import { counted, HOST_KEYS, readWhole } from '../catalog/read-leniently.js';
import type { OperationSearch } from '../catalog/search.js';
import { isRecord } from '../platform/is-record.js';
import { plain } from '../platform/plain-text.js';
import type { Caller } from '../policy/policy-types.js';
import { isWithin } from '../policy/rules/scopes.js';

const READ = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false } as const;
const name = { type: 'string', description: 'As search_operations gives it' } as const;
const call = {
  type: 'object',
  properties: { name, arguments: { type: 'object', description: 'As describe_operation says' } },
  required: ['name'],
} as const;

/** The four tools that stand for all: find an operation, read how it is called, call it. */
export const DISCOVERY_TOOLS: readonly (ToolDefinition & { readonly name: (typeof DISCOVERY_NAMES)[number] })[] = [
  {
    name: 'search_operations',
    title: 'Search operations',
    description: 'Finds operations of the Clerk Backend API by what you want to do. Start here.',
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', description: 'In plain words: "log a user out everywhere"' },
        group: { type: 'string', description: 'Only this group, e.g. Users' },
        risk: { type: 'string', enum: [...RISKS] },
        limit: { type: 'integer', minimum: 1, maximum: 50, description: 'Default 8' },
      },
      required: ['query'],
    },
    annotations: READ,
  },
  {
    name: 'describe_operation',
    title: 'Describe an operation',
    description: 'What an operation does and its whole input schema. Read it before calling.',
    inputSchema: { type: 'object', properties: { name }, required: ['name'] },
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

/** What they cost a model, in o200k_base tokens; a test counts them. */
export const DISCOVERY_TOKENS = 314;

const DEFAULT_LIMIT = 8;
const MOST = 50;

/** What of a query is looked at, in characters. */
const LONGEST_QUERY = 500;

export interface DiscoveryOptions {
  readonly catalog: Catalog;
  readonly offered: ReadonlyMap<string, Operation>;
  readonly calls: Calls;
  /** The definition of an operation's tool as it would be listed. */
  readonly toolOf: (operation: Operation) => ToolDefinition;
  /** Tools that are listed beside the four, and called by their own names. */
  readonly beside: ReadonlySet<string>;
}

/** Four tools in front of all the others. What they call takes the same road with the same gates, under its own name. */
export class Discovery {
  readonly #options: DiscoveryOptions;
  #search: Promise<OperationSearch> | undefined;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
  }

  /** @throws UnknownToolError */
  async call(outer: Call): Promise<CallOutcome> {
    if (this.#options.beside.has(outer.name)) return this.#options.calls.call(outer);
    const { input, notes } = readInput(outer);
    const tell = ({ kind, model }: Told): CallOutcome => ({ kind, text: this.#options.calls.write(model, notes) });
    switch (outer.name) {
      case 'search_operations':
        return tell(await this.#find(input, outer.caller));
      case 'describe_operation':
        return tell(this.#describe(input, outer.caller));
      case 'call_read_operation':
      case 'call_operation': {
        const found = this.#toCall(outer.name, input);
        if (!(found instanceof Operation)) return tell(found);
        return this.#options.calls.call({
          ...outer,
          name: found.name,
          arguments: input.arguments,
          readAs: [...notes, ...nameReadAs(found, String(input.name))],
        });
      }
      default:
        throw new UnknownToolError(
          `Unknown tool: ${plain(outer.name)}.${didYouMean(outer.name, DISCOVERY_NAMES)} Operations are called through call_read_operation and call_operation.`,
        );
    }
  }

  stop(graceMs: number): Promise<void> {
    return this.#options.calls.stop(graceMs);
  }

  async #find(input: Readonly<Record<string, unknown>>, caller: Caller): Promise<Told> {
    const { query, group, risk, limit = DEFAULT_LIMIT } = input;
    const faults = [
      ...unknownInputs(input, ['query', 'group', 'risk', 'limit']),
      ...(typeof query === 'string' ? [] : [{ path: 'query', expected: 'required, string' }]),
      ...(group === undefined || this.#groupNamed(group) !== undefined
        ? []
        : [{ path: 'group', expected: this.#noGroup(group) }]),
      ...(risk === undefined || isRisk(risk) ? [] : [{ path: 'risk', expected: `one of ${RISKS.join(', ')}` }]),
      ...(isLimit(limit) ? [] : [{ path: 'limit', expected: `a whole number from 1 to ${MOST}` }]),
    ];
    if (faults.length > 0 || typeof query !== 'string' || !isLimit(limit)) return invalid('search_operations', faults);
    this.#search ??= this.#openSearch();
    const named = this.#groupNamed(group);
    const search = await this.#search;
    const found = search.search(query.slice(0, LONGEST_QUERY), {
      limit: MOST,
      ...(named === undefined ? {} : { group: named }),
      ...(isRisk(risk) ? { risk } : {}),
    });
    const allowed = found.filter(({ operation }) => mayUse(operation, caller)).slice(0, limit);
    const operations = allowed.map(({ operation }) => ({
      name: operation.name,
      risk: operation.risk,
      about: firstSentence(operation.tool.description),
    }));
    const hint = operations.length === 0 ? { hint: 'No operation matches. Use other words, or give only a group.' } : {};
    return { kind: 'done', model: { operations, ...hint } };
  }

  #describe(input: Readonly<Record<string, unknown>>, caller: Caller): Told {
    const operation = this.#named(input.name, caller);
    if (operation === undefined) return this.#unknown('describe_operation', input.name);
    const { title: _, annotations: __, ...tool } = this.#options.toolOf(operation);
    const callWith = operation.risk === 'read' ? 'call_read_operation' : 'call_operation';
    return { kind: 'done', model: { ...tool, risk: operation.risk, call_with: callWith } };
  }

  #toCall(tool: string, input: Readonly<Record<string, unknown>>): Operation | Told {
    const faults = unknownInputs(input, ['name', 'arguments']);
    if (faults.length > 0) return invalid(tool, faults);
    // One beyond the caller's scopes is refused on the road of all calls, which says what scope it needs.
    const operation = this.#offered(input.name);
    if (operation === undefined) return this.#unknown(tool, input.name);
    if (tool === 'call_read_operation' && operation.risk !== 'read') {
      const hint = `${operation.name} has the risk ${operation.risk}: call it with call_operation. Nothing was sent.`;
      return failed({ error: 'not_a_read', operation: operation.name, hint });
    }
    return operation;
  }

  #named(given: unknown, caller: Caller): Operation | undefined {
    const operation = this.#offered(given);
    return operation !== undefined && mayUse(operation, caller) ? operation : undefined;
  }

  #offered(given: unknown): Operation | undefined {
    const { catalog, offered } = this.#options;
    if (typeof given !== 'string') return undefined;
    return offered.get((catalog.find(given) ?? catalog.meant(given))?.name ?? '');
  }

  #unknown(tool: string, given: unknown): Told {
    if (typeof given !== 'string') return invalid(tool, [{ path: 'name', expected: 'required, string' }]);
    const message = `No operation is named ${plain(given)}.${didYouMean(given, this.#options.offered.keys())}`;
    return failed({ error: 'unknown_operation', message, hint: 'Find its name with search_operations. Nothing was sent.' });
  }

  #groupNamed(given: unknown): string | undefined {
    return this.#options.catalog.groups.find((group) => typeof given === 'string' && group.toLowerCase() === given.toLowerCase());
  }

  #noGroup(given: unknown): string {
    const { groups } = this.#options.catalog;
    return `no such group.${didYouMean(String(given), groups) || ` Known: ${groups.join(', ')}.`}`;
  }

  /** The index is large; it is loaded and built with the first search. */
  async #openSearch(): Promise<OperationSearch> {
    const { OperationSearch } = await import('../catalog/search.js');
    return new OperationSearch(this.#options.offered.values());
  }
}

/** What a discovery tool says. */
interface Told {
  readonly kind: 'done' | 'failed';
  readonly model: object;
}

interface Input {
  readonly input: Readonly<Record<string, unknown>>;
  /** What was read as something else than was sent. */
  readonly notes: readonly string[];
}

/** The arguments of a discovery tool as hosts send them: text for what is an object or a number, null for what is left out. */
function readInput({ name: tool, arguments: given }: Call): Input {
  const isCall = tool === 'call_operation' || tool === 'call_read_operation';
  const { value, notes: whole } = readWhole(given, { has: (input) => isCall && input === 'arguments' && !isWrapped(given) });
  if (!isRecord(value)) return { input: {}, notes: whole };
  const notes = [...whole];
  const read = Object.entries(value).flatMap(([key, sent]): [string, unknown][] => {
    if (HOST_KEYS.has(key)) notes.push(`${key}: dropped`);
    else if (sent === null) notes.push(`${plain(key)}: null read as not given`);
    else if (key !== 'limit' || !isDigits(sent)) return [[key, sent]];
    else {
      notes.push('limit: text read as number');
      return [[key, Number(sent)]];
    }
    return [];
  });
  return { input: Object.fromEntries(read), notes: counted(notes) };
}

/** Whether there is nothing but `arguments`, which then hold the name too. */
const isWrapped = (given: unknown): boolean => isRecord(given) && Object.keys(given).join() === 'arguments';
const isDigits = (value: unknown): boolean => typeof value === 'string' && /^\d{1,3}$/.test(value);
const isRisk = (value: unknown): value is Risk => RISKS.some((risk) => risk === value);
const isLimit = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST;
const mayUse = (operation: Operation, { scopes }: Caller): boolean => scopes === undefined || isWithin(operation, scopes);
const failed = (model: object): Told => ({ kind: 'failed', model });

interface Fault {
  readonly path: string;
  readonly expected: string;
}

const invalid = (tool: string, faults: readonly Fault[]): Told =>
  failed({
    error: 'invalid_arguments',
    operation: tool,
    faults: mostTelling(faults),
    hint: 'Correct the arguments and call again. Nothing was sent.',
  });

const unknownInputs = (input: Readonly<Record<string, unknown>>, known: readonly string[]): Fault[] =>
  Object.keys(input)
    .filter((key) => !known.includes(key))
    .slice(0, MOST)
    .map((key) => ({ path: key, expected: `no such input.${didYouMean(key, known) || ` Known: ${known.join(', ')}.`}` }));

/** Enough to choose by; the rest is in describe_operation. */
const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
