import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { Option } from '../src/config/option.js';
import { OPTIONS } from '../src/config/server-options.js';

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';

/** A variable of the environment, as the registry describes it to clients. */
type Variable = Readonly<Record<string, unknown>>;

const KEY: readonly Variable[] = [
  {
    name: 'CLERK_SECRET_KEY',
    description: "Secret key of the instance: sk_test_… or sk_live_…, in Clerk's dashboard under API keys",
    isRequired: true,
    isSecret: true,
    placeholder: 'sk_test_…',
  },
  { name: 'CLERK_API_URL', description: "Another address than that of Clerk's Backend API", format: 'string' },
];

/** Values that a flag of this form takes. */
function formatOf(flag: string): string {
  if (!/[<[]/.test(flag)) return 'boolean';
  if (/<(file|dir)>/.test(flag)) return 'filepath';
  return /<(ms|n)>/.test(flag) ? 'number' : 'string';
}

/** A client may write a default out: only one that changes nothing then is one. */
const defaultOf = ({ default: value, flag, schema }: Option): string | undefined =>
  value !== undefined && !flag.includes('...') && formatOf(flag) !== 'filepath' && schema().safeParse(value).success
    ? value
    : undefined;

function variableOf(option: Option): Variable {
  const value = defaultOf(option);
  const schema = option.schema();
  return {
    name: option.env,
    description: option.help,
    format: formatOf(option.flag),
    ...(schema instanceof z.ZodEnum && { choices: schema.options }),
    ...(value !== undefined && { default: value }),
  };
}

/** What the MCP registry is told of the package, from the package and the settings. */
export function renderServerJson(): string {
  const path = new URL('../package.json', import.meta.url);
  const { name, mcpName, version } = JSON.parse(readFileSync(path, 'utf8')) as Record<'name' | 'mcpName' | 'version', string>;
  const server = {
    $schema: SCHEMA,
    name: mcpName,
    title: 'Clerk',
    description: "Clerk's Backend API as tools, with a policy between every call and the instance",
    version,
    packages: [
      {
        registryType: 'npm',
        identifier: name,
        version,
        runtimeHint: 'npx',
        runtimeArguments: [{ type: 'positional', value: '-y' }],
        transport: { type: 'stdio' },
        environmentVariables: [...KEY, ...Object.values<Option>(OPTIONS).map(variableOf)],
      },
    ],
  };
  return `${JSON.stringify(server, null, 2)}\n`;
}
