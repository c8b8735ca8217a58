/** The least a server on the same SDK can be: one tool that answers by itself. */
import { Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

serveStdio(() => {
  const server = new Server({ name: 'one-tool', version: '1.0.0' }, { capabilities: { tools: {} } });
  const tools = [{ name: 'ping', description: 'Answers pong', inputSchema: { type: 'object' as const } }];
  server.setRequestHandler('tools/list', () => ({ tools }));
  server.setRequestHandler('tools/call', () => ({ content: [{ type: 'text', text: 'pong' }] }));
  return server;
});
