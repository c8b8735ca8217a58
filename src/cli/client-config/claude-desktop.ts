import { existsSync } from 'node:fs';
import type { UserPaths } from '../../config/user-paths.js';
import { type Client, stdioEntry } from './mcp-client.js';
import { applicationData, joinIn } from './paths.js';

/** The name under which Windows keeps the files of the packaged app. */
const PACKAGE = 'Claude_pzs8sxrjxfjjc';

/** The packaged app sees its own copy of `%APPDATA%`, and reads only that. */
function directory(places: UserPaths): string {
  const usual = joinIn(places, applicationData(places), 'Claude');
  if (places.platform !== 'win32' || places.localAppData === undefined) return usual;
  const packaged = joinIn(places, places.localAppData, 'Packages', PACKAGE, 'LocalCache', 'Roaming', 'Claude');
  return existsSync(packaged) ? packaged : usual;
}

/** https://modelcontextprotocol.io/docs/develop/connect-local-servers */
export const claudeDesktop: Client = {
  id: 'claude-desktop',
  label: 'Claude Desktop',
  programs: [],
  traces: (places) => [directory(places)],
  file: (places) => joinIn(places, directory(places), 'claude_desktop_config.json'),
  form: { kind: 'json', servers: 'mcpServers', comments: false, trailingCommas: false },
  wanted: (server) => ({ entry: stdioEntry(server, '') }),
  onDesktopPath: true,
  keyHint: undefined,
  afterwards: 'Quit Claude Desktop and start it again.',
};
