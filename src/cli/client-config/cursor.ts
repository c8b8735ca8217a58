import { type Client, stdioEntry } from './mcp-client.js';
import { joinIn } from './paths.js';

/** https://cursor.com/docs/mcp */
export const cursor: Client = {
  id: 'cursor',
  label: 'Cursor',
  programs: ['cursor'],
  traces: (places) => [joinIn(places, places.home, '.cursor')],
  file: (places) => joinIn(places, places.home, '.cursor', 'mcp.json'),
  form: { kind: 'json', servers: 'mcpServers', comments: true, trailingCommas: true },
  wanted: (server) => ({ entry: { type: 'stdio', ...stdioEntry(server, `\${env:CLERK_SECRET_KEY}`) } }),
  keyHint: 'CLERK_SECRET_KEY must be set in the environment that Cursor starts in.',
  limits: { tools: 80, name: { most: 60, before: '', between: '' } },
  afterwards: 'Cursor shows it in its settings under MCP, where it is switched on.',
};
