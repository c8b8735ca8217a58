import PACKAGE from '../package.json' with { type: 'json' };
import { jobs } from '../src/app/operations.js';
import { createMetrics } from '../src/call/metrics.js';
import { Catalog } from '../src/catalog/catalog.js';
import { ERROR_CODES } from '../src/catalog/error-codes.js';
import type { Operation } from '../src/catalog/operation.js';
import { REMEDIES } from '../src/clerk/remedies.js';
import { EXIT } from '../src/cli/commands/command.js';
import { EXIT_MEANINGS } from '../src/cli/commands/exit-meanings.js';
import { HTTP_OPTIONS } from '../src/config/http-options.js';
import { INIT_OPTIONS } from '../src/config/init-options.js';
import type { Option } from '../src/config/option.js';
import { SANDBOX_OPTIONS } from '../src/config/sandbox-options.js';
import { OPTIONS } from '../src/config/server-options.js';
import type { TargetStatus } from '../src/policy/audit/ship/health.js';
import { ATTRIBUTES, SPANS } from '../src/telemetry/conventions.js';
import type { PrometheusMetric } from '../src/telemetry/metrics-bridge.js';
import { operations } from '../tools/index.js';
import FLOORS from './floors.json' with { type: 'json' };
import { quickStarts } from './quick-starts.js';

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

function toolsTable(): string {
  const catalog = new Catalog(operations);
  const count = (group: readonly Operation[], matches: (operation: Operation) => boolean): number => group.filter(matches).length;
  const cells = (name: string, group: readonly Operation[]): (string | number)[] => [
    name,
    group.length,
    count(group, (operation) => operation.risk === 'read'),
    count(group, (operation) => operation.risk !== 'read' && operation.gate === 'never'),
    count(group, (operation) => operation.gate === 'always'),
    count(group, (operation) => operation.gate === 'sometimes'),
  ];
  const rows = catalog.groups.map((name) =>
    cells(
      `\`${name}\``,
      catalog.operations.filter((operation) => operation.group === name),
    ),
  );
  return table(
    ['group', 'tools', 'read', 'write', 'always gated', 'some calls gated'],
    [...rows, cells('**all**', catalog.operations), cells('`Jobs`, of many calls', jobs)],
  );
}

const optionsTable = (options: Readonly<Record<string, Option>>): string =>
  table(
    ['flag', 'environment', 'what it does'],
    Object.values(options).map((option) => [
      `\`${option.flag}\``,
      option.env === undefined ? '' : `\`${option.env}\``,
      `${option.help}${option.default === undefined ? '' : ` (default: ${option.default})`}`,
    ]),
  );

const floorsTable = (): string =>
  table(
    ['floor', 'what lives there', 'may import'],
    Object.entries(FLOORS).map(([name, { about, may }]) => [
      `\`${name}\``,
      about,
      may.length === 0 ? 'nothing of ours' : may.map((floor) => `\`${floor.replace('src/', '')}\``).join(', '),
    ]),
  );

/** Clerk's packages that tests drive against the sandbox, and what of them. */
const DRIVEN: Readonly<Record<string, string>> = {
  'clerk-backend-0': 'users, organizations, invitations, lists of identifiers, and tokens of sessions',
  'clerk-backend-1': 'the same',
  'clerk-backend-2': 'the same',
  '@clerk/backend': 'every method that the catalog has an operation for, `authenticateRequest` and `verifyWebhook`',
  '@clerk/express': 'the middleware, with tokens and without',
  '@clerk/fastify': 'the same',
  '@clerk/hono': 'the same',
  '@clerk/nextjs': 'the same, of its server helpers',
};

const sdksTable = (): string => {
  const devDependencies: Readonly<Record<string, string>> = PACKAGE.devDependencies;
  return table(
    ['package', 'version', 'what is driven'],
    Object.entries(DRIVEN).map(([name, what]) => {
      const [, alias, version] = /^(?:npm:(.+)@)?\^?([\d.]+)$/.exec(devDependencies[name] ?? '') ?? [];
      return [`\`${alias ?? name}\``, version ?? '', what];
    }),
  );
};

const errorsTable = (): string =>
  table(
    ['`error`', 'what it means', 'what to do'],
    Object.entries(ERROR_CODES)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([code, { means, remedy }]) => [`\`${code}\``, means, remedy]),
  );

/** The operations' names in an explanation, as code. */
const named = (text: string): string => text.replaceAll(/\b[A-Z]\w+_\w+/g, '`$&`');

const remediesTable = (): string =>
  table(
    ['code', 'of', 'what is wrong, and what to do'],
    REMEDIES.map(({ code, of, says }) => [`\`${code}\``, of === undefined ? 'all' : groupsOf(of), named(says)]),
  );

const groupsOf = (of: RegExp): string => {
  const { groups } = new Catalog(operations);
  return groups
    .filter((group) => of.test(`${group}_`))
    .map((group) => `\`${group}\``)
    .join(', ');
};

const exitsTable = (): string =>
  table(
    ['exit code', 'means'],
    Object.entries(EXIT).map(([name, code]) => [code, EXIT_MEANINGS[name as keyof typeof EXIT]]),
  );

const asCode = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

const spansTable = (): string =>
  table(
    ['span', 'kind', 'what it covers', 'attributes'],
    Object.values(SPANS).map(({ name, kind, about, attributes }) => [`\`${name}\``, kind, about, asCode(attributes)]),
  );

const attributesTable = (): string =>
  table(
    ['attribute', 'what it holds'],
    Object.entries(ATTRIBUTES).map(([name, about]) => [`\`${name}\``, about]),
  );

const durationsTable = (): string =>
  table(
    ['histogram, in seconds', 'of', 'attributes'],
    Object.values(SPANS).flatMap((span) =>
      'metric' in span ? [[`\`${span.metric.name}\``, span.about, asCode(span.metric.attributes)]] : [],
    ),
  );

/** Each metric once, with every label that it can have, since only those show that have a value. */
async function readMetrics(): Promise<readonly PrometheusMetric[]> {
  const target = { name: '', delivered: 0, failures: 0, lag: 0, lagMs: 0, isDown: false };
  const metrics = await createMetrics({
    tools: [],
    about: () => ({ kind: 'live', domain: '' }),
    sessions: () => 0,
    inFlight: () => 0,
    waiting: () => 0,
    approvalsPending: async () => 0,
    isRecordUp: () => true,
    droppedLogLines: () => 0,
    storeUp: () => true,
    lacking: () => ({ operations: [], inputs: [] }),
    deliveries: () => [target as unknown as TargetStatus],
  });
  metrics.call('', 'done', 'allow', 0);
  metrics.upstream(200);
  metrics.limited('rate');
  metrics.denied('invalid');
  return (await metrics.read()).filter(({ name }) => name.startsWith('clerk_mcp_'));
}

const allMetrics = await readMetrics();

const metricsTable = (): string =>
  table(
    ['metric', 'kind', 'what it counts', 'labels'],
    allMetrics.map(({ name, type, help, values }) => {
      const labels = new Set(values.flatMap((value) => Object.keys(value.labels)).filter((label) => label !== 'le'));
      return [`\`${name}\``, type, help, asCode([...labels])];
    }),
  );

type Tables = Readonly<Record<string, () => string>>;

/** The pages that tell something from the code, each with the names of the places in it. */
const PAGES: Readonly<Record<string, Tables>> = {
  'docs/tools.md': { tools: toolsTable },
  'docs/settings.md': { options: () => optionsTable(OPTIONS) },
  'docs/hosting.md': { 'http-options': () => optionsTable(HTTP_OPTIONS) },
  'docs/clients.md': { 'init-options': () => optionsTable(INIT_OPTIONS) },
  'docs/quick-start.md': { clients: quickStarts },
  'docs/sandbox.md': { 'sandbox-options': () => optionsTable(SANDBOX_OPTIONS), sdks: sdksTable },
  'docs/errors.md': { errors: errorsTable, remedies: remediesTable, exits: exitsTable },
  'docs/terminal.md': { exits: exitsTable },
  'docs/telemetry.md': { spans: spansTable, attributes: attributesTable, metrics: metricsTable, durations: durationsTable },
  'docs/architecture.md': { floors: floorsTable },
};

/** The paths of the pages, from the root. */
export const pages: readonly string[] = Object.keys(PAGES);

/** The page with every table as the code has it now. */
export const renderPage = (page: string, text: string): string => withTables(text, PAGES[page] ?? {});

function withTables(before: string, tables: Tables): string {
  let text = before;
  for (const [name, render] of Object.entries(tables)) {
    const place = new RegExp(`(<!-- ${name}:begin -->\\n)[\\s\\S]*?(<!-- ${name}:end -->)`);
    if (!place.test(text)) throw new Error(`there is no place for the table "${name}"`);
    text = text.replace(place, (_, begin: string, end: string) => `${begin}${render()}\n${end}`);
  }
  return text;
}
