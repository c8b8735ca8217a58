import { Server } from '@modelcontextprotocol/server';
import { listOf } from './listed.js';
import { upstreamUser } from './upstream-user.js';

const tools = listOf([
  {
    name: 'get_user',
    description: 'Gets a user',
    inputSchema: { type: 'object' as const, properties: { user_id: { type: 'string' } }, required: ['user_id'] },
  },
]);

/** One tool that passes upstream's answer on: no check, no policy, no record, no shaping. */
export function proxyServer(): Server {
  const server = new Server({ name: 'bare-proxy', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/list', () => ({ tools }));
  server.setRequestHandler('tools/call', async ({ params }) => ({
    content: [{ type: 'text', text: await upstreamUser(String(params.arguments?.user_id)) }],
  }));
  return server;
}
