import type { Calls } from '../call/call.js';
import type { Catalog } from '../catalog/catalog.js';
import { matchPatterns } from '../catalog/exposure.js';
import { type Operation, withConfirm } from '../catalog/operation.js';
import type { ToolDefinition } from '../catalog/operation-types.js';
import type { Values } from '../config/config.js';
import { Discovery } from '../mcp/discovery.js';
import { DISCOVERY_TOOLS } from '../mcp/discovery-tools.js';
import type { Offer } from '../mcp/offer.js';
import type { Policy } from '../policy/policy.js';
import type { Caller } from '../policy/policy-types.js';
import { mayUse } from '../policy/rules/scopes.js';

/** What a caller may do at most. */
export type Reach = Pick<Caller, 'tools'> & { readonly scopes: readonly string[] };

export interface ToolLists {
  readonly tools: readonly ToolDefinition[];
  /** The tools that the caller may make at least some calls of. Who may do the same gets the same list object. */
  readonly toolsFor: (caller: Reach) => readonly ToolDefinition[];
  /** The tool of an operation as it would be listed. */
  readonly toolOf: (operation: Operation) => ToolDefinition;
  /** Takes calls of these tools. */
  readonly calls: Pick<Calls, 'call' | 'stop'>;
}

export interface ToolListsOptions {
  readonly catalog: Catalog;
  readonly offered: ReadonlyMap<string, Operation>;
  readonly policy: Policy;
  readonly calls: Calls;
  readonly offer: Offer;
  readonly values: Pick<Values, 'discovery' | 'structured' | 'times' | 'tools'>;
}

/** The tools as clients list them: one for each operation, or four that find the others. */
export async function listTools({ catalog, offered, policy, calls, offer, values }: ToolListsOptions): Promise<ToolLists> {
  // The four discovery tools can return any operation's answer, so no output schema fits them.
  const outputs =
    values.structured && !values.discovery ? await (await import('./output-schemas.js')).outputSchemas(values.times) : undefined;
  const tools = new Map(
    [...offered.values()].map((operation) => {
      const forms = policy.confirmForms(operation);
      const tool = forms.length === 0 ? operation.tool : withConfirm(operation.tool, forms);
      const outputSchema = outputs?.get(operation.name);
      return [operation, outputSchema === undefined ? tool : { ...tool, outputSchema }];
    }),
  );
  const toolOf: ToolLists['toolOf'] = (operation) => tools.get(operation) ?? operation.tool;
  const named = values.discovery && values.tools !== undefined ? matchPatterns(catalog, values.tools) : new Set();
  const beside = [...tools].filter(([operation]) => operation.isJob || named.has(operation));
  const discovery = values.discovery
    ? new Discovery({
        catalog,
        calls,
        offered: new Map([...offered].filter(([, { isJob }]) => !isJob)),
        beside: new Set(beside.map(([{ name }]) => name)),
        toolOf,
        why: (operation, caller) => offer.why(operation, caller),
      })
    : undefined;
  const listed = discovery === undefined ? [] : DISCOVERY_TOOLS;
  const choice = discovery === undefined ? [...tools] : beside;
  const lists = new Map<string, readonly ToolDefinition[]>();
  return {
    toolOf,
    calls: discovery ?? calls,
    tools: [...listed, ...choice.map(([, tool]) => tool)],
    toolsFor: (caller) => {
      const { scopes, tools: most } = caller;
      const key = [[...new Set(scopes)].sort().join(' '), ...(most ?? ['*'])].join('\n');
      const known = lists.get(key);
      if (known !== undefined) return known;
      const within = choice.filter(([operation]) => mayUse(operation, caller)).map(([, tool]) => tool);
      const list = [...listed, ...within];
      lists.set(key, list);
      return list;
    },
  };
}
