import type { UserPaths } from '../../config/user-paths.js';
import { type Client, type Server, stdioEntry } from './mcp-client.js';
import { joinIn } from './paths.js';

const SCOPE = ['--scope', 'user'];

const entryOf = (server: Server) => ({ type: 'stdio', ...stdioEntry(server, `\${CLERK_SECRET_KEY}`) });

const file = (places: UserPaths): string => joinIn(places, places.claudeConfigDir ?? places.home, '.claude.json');

/** https://code.claude.com/docs/en/mcp */
export const claudeCode: Client = {
  id: 'claude-code',
  label: 'Claude Code',
  programs: ['claude'],
  traces: (places) => [file(places)],
  file,
  form: { kind: 'json', servers: 'mcpServers', comments: false, trailingCommas: false },
  wanted: (server) => ({ entry: entryOf(server) }),
  command: {
    program: 'claude',
    // It refuses to add an entry whose name is taken.
    lines: ({ name }, { entry }, replaces) => [
      ...(replaces ? [['mcp', 'remove', ...SCOPE, name]] : []),
      ['mcp', 'add-json', ...SCOPE, name, JSON.stringify(entry)],
    ],
    fits: () => true,
  },
  keyHint: 'CLERK_SECRET_KEY must be set in the environment that Claude Code starts in.',
  limits: { name: { most: 64, before: 'mcp__', between: '__' } },
  afterwards: 'Claude Code has it in its next session; /mcp shows it.',
};
