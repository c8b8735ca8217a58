import type { Calls } from '../call/call.js';
import { type Call, type CallOutcome, UnknownToolError } from '../call/call-types.js';
import { nameReadAs } from '../catalog/aliases.js';
import type { Catalog } from '../catalog/catalog.js';
import { DISCOVERY_NAMES } from '../catalog/discovery-names.js';
import type { CodedError } from '../catalog/error-codes.js';
import { didYouMean } from '../catalog/nearest.js';
import { Operation } from '../catalog/operation.js';
import { RISKS, type Risk, type ToolDefinition } from '../catalog/operation-types.js';
import { mostTelling } from '../catalog/parse-arguments.js';
import type { OperationSearch } from '../catalog/search.js';
import { plain } from '../platform/plain-text.js';
import type { Caller } from '../policy/policy-types.js';
import { mayUse } from '../policy/rules/scopes.js';
import { readInput } from './discovery-input.js';

const DEFAULT_LIMIT = 8;
const MOST = 50;

/** How many queries or names one call may have. */
const MOST_AT_ONCE = 10;
const LIST_OF_TEXTS = `required, a list of 1 to ${MOST_AT_ONCE} strings`;

/** Inputs that every operation has, so a search result leaves them out. */
const IN_ALL = new Set(['fields', 'confirm']);

interface InputSchema {
  readonly properties?: Readonly<Record<string, { readonly type?: unknown; readonly enum?: readonly unknown[] }>>;
  readonly required?: readonly string[];
}

/** `string`, or the values to choose from. */
const typeOf = (schema: { readonly type?: unknown; readonly enum?: readonly unknown[] } = {}): string =>
  schema.enum?.join(' | ') ?? (typeof schema.type === 'string' ? schema.type : 'see describe_operation');

/** A longer query is cut to this many characters. */
const LONGEST_QUERY = 500;

export interface DiscoveryOptions {
  readonly catalog: Catalog;
  readonly offered: ReadonlyMap<string, Operation>;
  readonly calls: Calls;
  /** The definition of an operation's tool as it would be listed. */
  readonly toolOf: (operation: Operation) => ToolDefinition;
  /** Tools listed beside the four and called by their own names. */
  readonly beside: ReadonlySet<string>;
  /** Why the caller is not offered an operation; `undefined` where it is. */
  readonly why: (operation: Operation, caller: Caller) => string | undefined;
}

/** Four tools in front of all others. The calls they make take the same road through the same gates, under their own names. */
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
        const found = this.#toCall(outer.name, input, outer.caller);
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
    const { queries, group, risk, limit = DEFAULT_LIMIT } = input;
    const faults = [
      ...unknownInputs(input, ['queries', 'group', 'risk', 'limit']),
      ...(isTexts(queries) ? [] : [{ path: 'queries', expected: LIST_OF_TEXTS }]),
      ...(group === undefined || this.#groupNamed(group) !== undefined
        ? []
        : [{ path: 'group', expected: this.#noGroup(group) }]),
      ...(risk === undefined || isRisk(risk) ? [] : [{ path: 'risk', expected: `one of ${RISKS.join(', ')}` }]),
      ...(isLimit(limit) ? [] : [{ path: 'limit', expected: `a whole number from 1 to ${MOST}` }]),
    ];
    if (faults.length > 0 || !isTexts(queries) || !isLimit(limit)) return invalid('search_operations', faults);
    this.#search ??= this.#openSearch();
    const named = this.#groupNamed(group);
    const search = await this.#search;
    const results = queries.map((query) => {
      const found = search.search(query.slice(0, LONGEST_QUERY), {
        limit: MOST,
        ...(named === undefined ? {} : { group: named }),
        ...(isRisk(risk) ? { risk } : {}),
      });
      const allowed = found.filter(({ operation }) => mayUse(operation, caller)).slice(0, limit);
      const operations = allowed.map(({ operation }) => this.#inBrief(operation));
      const hint = operations.length === 0 ? { hint: 'No operation matches. Use other words, or give only a group.' } : {};
      return { ...(queries.length > 1 && { query: plain(query) }), operations, ...hint };
    });
    return { kind: 'done', model: results.length === 1 ? (results[0] ?? {}) : { results } };
  }

  /** What an operation is for and which inputs it requires: enough to call a simple one without reading its description. */
  #inBrief(operation: Operation): object {
    const { properties = {}, required = [] } = this.#options.toolOf(operation).inputSchema as InputSchema;
    const optional = Object.keys(properties).filter((input) => !required.includes(input) && !IN_ALL.has(input)).length;
    return {
      name: operation.name,
      risk: operation.risk,
      about: firstSentence(operation.tool.description),
      needs: Object.fromEntries(required.map((input) => [input, typeOf(properties[input])])),
      ...(optional > 0 && { optional }),
    };
  }

  #describe(input: Readonly<Record<string, unknown>>, caller: Caller): Told {
    const { names } = input;
    if (!isTexts(names)) return invalid('describe_operation', [{ path: 'names', expected: LIST_OF_TEXTS }]);
    const operations = names.map((given) => this.#named(given, caller));
    const known = operations.filter((operation) => operation !== undefined).map((operation) => this.#whole(operation));
    const unknown = names.filter((_, index) => operations[index] === undefined);
    const [first] = unknown;
    if (first !== undefined && known.length === 0) return this.#unknown('describe_operation', first, caller);
    if (names.length === 1) return { kind: 'done', model: known[0] ?? {} };
    const reasons = unknown.map((given) => this.#notHere(given, caller));
    const nowhere = unknown.filter((_, index) => reasons[index] === undefined).map((given) => plain(given));
    const elsewhere = reasons.filter((reason) => reason !== undefined).map(({ name, why }) => `${name}: ${why}`);
    return {
      kind: 'done',
      model: {
        operations: known,
        ...(elsewhere.length > 0 && { not_offered: elsewhere }),
        ...(nowhere.length > 0 && { unknown: nowhere }),
      },
    };
  }

  #whole(operation: Operation): object {
    const { title: _, annotations: __, ...tool } = this.#options.toolOf(operation);
    const callWith = operation.risk === 'read' ? 'call_read_operation' : 'call_operation';
    return { ...tool, risk: operation.risk, call_with: callWith };
  }

  #toCall(tool: string, input: Readonly<Record<string, unknown>>, caller: Caller): Operation | Told {
    // A model often puts the operation's own inputs beside its name; `confirm` is never taken from there.
    const elsewhere = 'no such input. Inputs of the operation, confirm too, go into arguments.';
    const faults = unknownInputs(input, ['name', 'arguments'], elsewhere);
    if (faults.length > 0) return invalid(tool, faults);
    // An operation beyond the caller's scopes is refused further down the road, with the scope that it needs.
    const operation = this.#offered(input.name);
    if (operation === undefined) return this.#unknown(tool, input.name, caller);
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

  /** An operation that there is, and why it cannot be called by these tools. */
  #notHere(given: string, caller: Caller): { readonly name: string; readonly why: string } | undefined {
    const { catalog, why } = this.#options;
    const operation = catalog.find(given) ?? catalog.meant(given);
    return operation && { name: operation.name, why: why(operation, caller) ?? 'It is a tool of its own: call it by its name.' };
  }

  #unknown(tool: string, given: unknown, caller: Caller): Told {
    if (typeof given !== 'string') return invalid(tool, [{ path: 'name', expected: 'required, string' }]);
    const left = this.#notHere(given, caller);
    if (left !== undefined) {
      const message = `${left.name} is not offered through this tool. ${left.why}`;
      return failed({ error: 'unknown_operation', operation: left.name, message, hint: 'Nothing was sent.' });
    }
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

  /** The index is large, so it is loaded and built for the first search. */
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

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.length <= MOST_AT_ONCE && value.every((item) => typeof item === 'string');
const isRisk = (value: unknown): value is Risk => RISKS.some((risk) => risk === value);
const isLimit = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST;
const failed = (model: CodedError): Told => ({ kind: 'failed', model });

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

const unknownInputs = (
  input: Readonly<Record<string, unknown>>,
  known: readonly string[],
  otherwise = `no such input. Known: ${known.join(', ')}.`,
): Fault[] =>
  Object.keys(input)
    .filter((key) => !known.includes(key))
    .slice(0, MOST)
    .map((key) => {
      const near = didYouMean(key, known);
      return { path: key, expected: near === '' ? otherwise : `no such input.${near}` };
    });

/** Enough to choose by; the rest is in describe_operation. */
const firstSentence = (text: string): string => /^.*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text;
