import { type Client, stdioEntry } from './mcp-client.js';
import { joinIn } from './paths.js';

/** https://kiro.dev/docs/mcp/configuration */
export const kiro: Client = {
  id: 'kiro',
  label: 'Kiro',
  programs: ['kiro'],
  traces: (places) => [joinIn(places, places.home, '.kiro')],
  file: (places) => joinIn(places, places.home, '.kiro', 'settings', 'mcp.json'),
  form: { kind: 'json', servers: 'mcpServers', comments: false, trailingCommas: false },
  wanted: (server) => ({ entry: stdioEntry(server, '') }),
  keyHint: undefined,
  limits: { name: { most: 64, before: 'mcp_', between: '_' } },
  afterwards: 'Kiro takes it as soon as the file is saved, and shows it among its MCP servers.',
};
