import { type Client, stdioEntry } from './mcp-client.js';
import { joinIn } from './paths.js';

const SAYABLE: ReadonlySet<string> = new Set(['command', 'args', 'env']);

/** https://geminicli.com/docs/tools/mcp-server */
export const gemini: Client = {
  id: 'gemini',
  label: 'Gemini CLI',
  programs: ['gemini'],
  traces: (places) => [joinIn(places, places.geminiHome ?? places.home, '.gemini')],
  file: (places) => joinIn(places, places.geminiHome ?? places.home, '.gemini', 'settings.json'),
  form: { kind: 'json', servers: 'mcpServers', comments: true, trailingCommas: false },
  wanted: (server) => ({ entry: stdioEntry(server, '$CLERK_SECRET_KEY') }),
  command: {
    program: 'gemini',
    lines: ({ name, command, args }, { entry }) => [
      [
        ...['mcp', 'add', '--scope', 'user'],
        ...Object.entries((entry.env ?? {}) as Record<string, string>).flatMap(([key, value]) => ['-e', `${key}=${value}`]),
        ...[name, command, '--', ...args],
      ],
    ],
    // The command has no option for other things a person may have set. It also writes the other servers back with their
    // variables filled in, which can be secrets, and cuts values at a second "=".
    fits: ({ entry }, config) =>
      Object.keys(entry).every((key) => SAYABLE.has(key)) &&
      !JSON.stringify(config.mcpServers ?? {}).includes('$') &&
      !JSON.stringify(entry.env ?? {}).includes('='),
  },
  keyHint: 'CLERK_SECRET_KEY must be set in the environment that Gemini CLI starts in.',
  limits: { name: { most: 63, before: 'mcp_', between: '_' } },
  afterwards: 'Gemini CLI has it in its next session; /mcp shows it.',
};
