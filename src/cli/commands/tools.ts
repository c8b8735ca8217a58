import { loadCatalog } from '../../app/load-catalog.js';
import type { Catalog } from '../../catalog/catalog.js';
import { among, type ExposureOptions, expose } from '../../catalog/exposure.js';
import type { Operation } from '../../catalog/operation.js';
import { PROFILE_NAMES } from '../../catalog/profiles.js';
import { ConfigError } from '../../config/config-error.js';
import { loadOneInstance } from '../../config/load-configs.js';
import { DISCOVERY_TOKENS } from '../../mcp/discovery-tools.js';
import { estimateTokens } from '../../response/token-count.js';
import { EXIT, type Flags, print, toStderr } from './command.js';
import { describeTool } from './describe-tool.js';

/** How the table says which calls of a tool are gated. */
const GATES = { always: 'gated', sometimes: 'sometimes', never: '' } as const;

/** Shown for a job, where other tools show their request. */
const MANY = 'calls of other tools';

/**
 * Prints the tools on offer, those that the words may mean, or the one that is named: in words, or as JSON with `--json`.
 * Needs no key.
 */
export async function tools(words: readonly string[], flags: Flags): Promise<void> {
  const { values } = await loadOneInstance(flags);
  const catalog = await loadCatalog(values.openapi, toStderr);
  const offered = expose(catalog, values);
  if (flags.cost === true) return printCosts([...offered.values()], catalog, values);
  const named = words.length === 1 ? (catalog.find(words[0] ?? '') ?? catalog.meant(words[0] ?? '')) : undefined;
  if (flags.schema === true) {
    if (named === undefined) throw new ConfigError(`--schema needs the name of one tool.${catalog.suggest(words.join(' '))}`);
    return print(`${JSON.stringify(named.tool.inputSchema, null, 2)}\n`);
  }
  if (named !== undefined && flags.json !== true) return print(describeTool(named, offered.has(named.name)));
  const found = named === undefined ? await search(words.join(' '), [...offered.values()]) : [named];
  if (found.length === 0) {
    process.stderr.write('clerk-mcp: No tool that is offered matches. Try other words, or list all with clerk-mcp tools.\n');
    process.exitCode = EXIT.failed;
  }
  if (flags.json === true) return print(`${JSON.stringify(found.map(row), null, 2)}\n`);
  printTable(found, words.length > 0);
}

/** The operations that the words may mean, the likeliest first; all of them where there are no words. */
async function search(words: string, offered: readonly Operation[]): Promise<readonly Operation[]> {
  if (words.trim() === '') return offered;
  const { OperationSearch } = await import('../../catalog/search.js');
  return new OperationSearch(offered).search(words).map(({ operation }) => operation);
}

const row = (operation: Operation) => ({
  name: operation.name,
  risk: operation.risk,
  gated: operation.gated,
  gate: operation.gate,
  request: operation.isJob ? MANY : operation.spec.request,
  title: operation.spec.title,
  ...(operation.spec.deprecated === undefined ? {} : { deprecated: operation.spec.deprecated }),
  ...(operation.reviewed ? {} : { reviewed: false }),
});

/** A line for each tool. What was searched for is told by its title, which says more than the request. */
function printTable(operations: readonly Operation[], withTitles: boolean): void {
  const rows = operations.map(row);
  const name = Math.max(...rows.map((one) => one.name.length));
  const risk = Math.max(...rows.map((one) => one.risk.length));
  for (const one of rows) {
    const mark = one.reviewed === false ? '  (not reviewed)' : '';
    const last = withTitles ? one.title : one.request;
    print(`${one.name.padEnd(name)}  ${one.risk.padEnd(risk)}  ${GATES[one.gate].padEnd(9)}  ${last}${mark}\n`);
  }
  if (!withTitles) print(`${rows.length} tools\n`);
}

/** What each toolset and profile costs a model, in o200k_base tokens. */
function printCosts(offered: readonly Operation[], catalog: Catalog, { exclude, readOnly }: ExposureOptions): void {
  const cost = (operations: Iterable<Operation>): number => {
    let tokens = 0;
    for (const operation of operations) tokens += operation.tokens ?? estimateTokens(textOf(operation));
    return tokens;
  };
  const rows = [
    ...catalog.groups
      .map((group) => [`--toolsets ${group}`, among(catalog, { tools: [group], exclude, readOnly })] as const)
      .filter(([, operations]) => operations.some((operation) => !operation.isJob)),
    ...PROFILE_NAMES.map((profile) => [`--profile ${profile}`, among(catalog, { profile })] as const),
    ['all that these flags offer', offered] as const,
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, operations] of rows) {
    print(
      `${name.padEnd(width)}  ${String(operations.length).padStart(4)} tools  ${String(cost(operations)).padStart(6)} tokens\n`,
    );
  }
  const jobs = offered.filter((operation) => operation.isJob);
  const discovery = DISCOVERY_TOKENS + cost(jobs);
  print(
    `${'--discovery'.padEnd(width)}  ${String(4 + jobs.length).padStart(4)} tools  ${String(discovery).padStart(6)} tokens\n`,
  );
}

/** The text of a tool that a model reads, for counting where no build has counted it. */
function textOf({ tool: { name, description, inputSchema } }: Operation): string {
  return JSON.stringify({ name, description, inputSchema });
}
