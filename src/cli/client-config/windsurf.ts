import { type Client, stdioEntry } from './mcp-client.js';
import { joinIn } from './paths.js';

/** https://docs.windsurf.com/windsurf/cascade/mcp */
export const windsurf: Client = {
  id: 'windsurf',
  label: 'Windsurf',
  programs: ['windsurf'],
  traces: (places) => [joinIn(places, places.home, '.codeium', 'windsurf')],
  file: (places) => joinIn(places, places.home, '.codeium', 'windsurf', 'mcp_config.json'),
  form: { kind: 'json', servers: 'mcpServers', comments: false, trailingCommas: false },
  wanted: (server) => ({ entry: stdioEntry(server, `\${env:CLERK_SECRET_KEY}`) }),
  keyHint: 'CLERK_SECRET_KEY must be set in the environment that Windsurf starts in.',
  limits: { tools: 100 },
  afterwards: 'Press refresh in the list of MCP servers in Windsurf.',
};
