import type { UserPaths } from '../../config/user-paths.js';
import { type Client, stdioEntry } from './mcp-client.js';
import { applicationData, joinIn } from './paths.js';

const directory = (places: UserPaths): string =>
  joinIn(places, applicationData(places), 'Code', 'User', 'globalStorage', 'saoudrizwan.claude-dev');

/** The extension for VS Code. https://docs.cline.bot/mcp/adding-and-configuring-servers */
export const cline: Client = {
  id: 'cline',
  label: 'Cline',
  programs: [],
  traces: (places) => [directory(places)],
  file: (places) => joinIn(places, directory(places), 'settings', 'cline_mcp_settings.json'),
  form: { kind: 'json', servers: 'mcpServers', comments: false, trailingCommas: false },
  wanted: (server) => ({ entry: stdioEntry(server, '') }),
  keyHint: undefined,
  afterwards: 'Cline takes it as soon as the file is saved, and shows it among its MCP servers.',
};
