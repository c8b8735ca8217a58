import { loadCatalog } from '../../app/load-catalog.js';
import type { Catalog } from '../../catalog/catalog.js';
import { among, type ExposureOptions, expose } from '../../catalog/exposure.js';
import type { Operation } from '../../catalog/operation.js';
import { PROFILE_NAMES } from '../../catalog/profiles.js';
import { loadValues } from '../../config/config.js';
import { DISCOVERY_TOKENS } from '../../mcp/discovery-tools.js';
import { estimateTokens } from '../../response/token-count.js';
import { type Flags, print, toStderr } from './command.js';

/** How the table says which calls of a tool are gated. */
const GATES = { always: 'gated', sometimes: 'sometimes', never: '' } as const;

/** Shown for a job, where other tools show their request. */
const MANY = 'calls of other tools';

/** Prints the tools on offer: a line for each, or JSON with `--json`. Needs no key. */
export async function tools(flags: Flags): Promise<void> {
  const values = loadValues(flags);
  const catalog = await loadCatalog(values.openapi, toStderr);
  const offered = expose(catalog, values);
  const rows = [...offered.values()].map((operation) => ({
    name: operation.name,
    risk: operation.risk,
    gated: operation.gated,
    gate: operation.gate,
    request: operation.isJob ? MANY : operation.spec.request,
    title: operation.spec.title,
    ...(operation.spec.deprecated === undefined ? {} : { deprecated: operation.spec.deprecated }),
    ...(operation.reviewed ? {} : { reviewed: false }),
  }));
  if (flags.cost === true) return printCosts([...offered.values()], catalog, values);
  if (flags.json === true) return print(`${JSON.stringify(rows, null, 2)}\n`);
  const name = Math.max(...rows.map((row) => row.name.length));
  const risk = Math.max(...rows.map((row) => row.risk.length));
  for (const row of rows) {
    const mark = row.reviewed === false ? '  (not reviewed)' : '';
    print(`${row.name.padEnd(name)}  ${row.risk.padEnd(risk)}  ${GATES[row.gate].padEnd(9)}  ${row.request}${mark}\n`);
  }
  print(`${rows.length} tools\n`);
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
