import { type Client, type ConfigEntry, type Entry, type Server, stdioEntry } from './mcp-client.js';
import { applicationData, joinIn } from './paths.js';

/** Top-level keys that VS Code's command writes back; it forgets all others. */
const KEPT = new Set(['servers', 'inputs', 'sandbox']);

function wanted(server: Server): ConfigEntry {
  const id = `${server.name}-secret-key`;
  const entry = { type: 'stdio', ...stdioEntry(server, `\${input:${id}}`) };
  if (server.key.from !== 'client') return { entry };
  const input = {
    type: 'promptString',
    id,
    description: 'Secret key of the Clerk instance (sk_test_ or sk_live_)',
    password: true,
  };
  return { entry, inputs: [input] };
}

/**
 * VS Code's command rewrites the whole file: it gives every server a type, and leaves an input whose id it knows as it
 * was.
 */
function fits({ inputs = [] }: ConfigEntry, config: Entry): boolean {
  const servers = Object.values((config.servers ?? {}) as Readonly<Record<string, Entry | null>>);
  const known = new Set(((config.inputs ?? []) as readonly (Entry | null)[]).map((input) => input?.id));
  return (
    Object.keys(config).every((key) => KEPT.has(key)) &&
    servers.every((server) => server?.type === 'stdio' || server?.type === 'http') &&
    inputs.every(({ id }) => !known.has(id))
  );
}

/** https://code.visualstudio.com/docs/agents/reference/mcp-configuration */
export const vscode: Client = {
  id: 'vscode',
  label: 'VS Code',
  programs: ['code'],
  traces: (places) => [joinIn(places, applicationData(places), 'Code', 'User')],
  file: (places) => joinIn(places, applicationData(places), 'Code', 'User', 'mcp.json'),
  form: { kind: 'json', servers: 'servers', comments: true, trailingCommas: true },
  wanted,
  command: {
    program: 'code',
    lines: ({ name }, { entry, inputs }) => [['--add-mcp', JSON.stringify({ name, ...entry, ...(inputs && { inputs }) })]],
    fits,
  },
  keyHint: 'VS Code asks for the key when the server first starts, and keeps it in its secret store.',
  limits: { tools: 128, name: { most: 64, before: 'mcp_', between: '_' } },
  afterwards: 'Start it in VS Code with "MCP: List Servers".',
};
