import type { UserPaths } from '../../config/user-paths.js';
import { type Client, type Server, stdioEntry } from './mcp-client.js';
import { joinIn } from './paths.js';

const directory = (places: UserPaths): string => places.codexHome ?? joinIn(places, places.home, '.codex');

/** Codex passes variables on by their names, so that no value stands in its file. */
function entryOf(server: Server) {
  const { env, ...rest } = stdioEntry(server, '');
  return server.key.from === 'client'
    ? { ...rest, env_vars: ['CLERK_SECRET_KEY'] }
    : { ...rest, ...(env !== undefined && { env }) };
}

/** https://developers.openai.com/codex/mcp */
export const codex: Client = {
  id: 'codex',
  label: 'Codex',
  programs: ['codex'],
  traces: (places) => [directory(places)],
  file: (places) => joinIn(places, directory(places), 'config.toml'),
  form: { kind: 'toml', servers: 'mcp_servers' },
  wanted: (server) => ({ entry: entryOf(server) }),
  command: {
    program: 'codex',
    lines: ({ name, command, args }, { entry }) => [
      [
        ...['mcp', 'add', name],
        ...Object.entries((entry.env ?? {}) as Record<string, string>).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
        ...['--', command, ...args],
      ],
    ],
    // The command has no option for env_vars, and it rewrites the tables of all servers.
    fits: ({ entry }, config) => !('env_vars' in entry) && !('mcp_servers' in config),
  },
  keyHint: 'CLERK_SECRET_KEY must be set in the environment that Codex starts in.',
  limits: { name: { most: 64, before: 'mcp__', between: '__' } },
  afterwards: 'Codex has it in its next session; /mcp shows it.',
};
