/** JSON-RPC over stdio with no SDK at all: what the pipe, the process and one request to upstream cost. */
import { createInterface } from 'node:readline';
import { listOf } from './listed.js';
import { upstreamUser } from './upstream-user.js';

const tools = listOf([{ name: 'get_user', inputSchema: { type: 'object', properties: { user_id: { type: 'string' } } } }]);
/** Written once. */
const listed = JSON.stringify({ tools });

async function answer(method: string, params: { protocolVersion?: string; arguments?: { user_id: string } }): Promise<unknown> {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'raw-rpc', version: '1.0.0' },
      };
    default:
      return { content: [{ type: 'text', text: await upstreamUser(params.arguments?.user_id ?? '') }] };
  }
}

createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  if (method === 'tools/list') {
    process.stdout.write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${listed}}\n`);
    return;
  }
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: await answer(method, params) })}\n`);
});
