/** JSON-RPC over stdio with no SDK at all: what the pipe, the process and one request to upstream cost. */
import { createInterface } from 'node:readline';
import { upstreamUser } from './upstream-user.js';

const tools = [{ name: 'get_user', inputSchema: { type: 'object', properties: { user_id: { type: 'string' } } } }];

async function answer(method: string, params: { protocolVersion?: string; arguments?: { user_id: string } }): Promise<unknown> {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'raw-rpc', version: '1.0.0' },
      };
    case 'tools/list':
      return { tools };
    default:
      return { content: [{ type: 'text', text: await upstreamUser(params.arguments?.user_id ?? '') }] };
  }
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: await answer(method, params) })}\n`);
});
