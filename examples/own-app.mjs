// An application of one's own with the MCP server in it: node examples/own-app.mjs [port]
// It brings its own way of knowing who calls, and serves agents at /agents/mcp.
import { serve } from '@hono/node-server';
import { createFetchHandler } from 'clerk-mcp';

/** Stands for the accounts that the application has anyway. */
const people = new Map([
  ['key-of-ada', { name: 'ada', scopes: ['clerk:read', 'clerk:write', 'clerk:destructive'] }],
  ['key-of-bob', { name: 'bob', scopes: ['clerk:read'] }],
]);

const agents = createFetchHandler({
  sandbox: true,
  basePath: '/agents',
  authenticate: ({ headers }) => people.get(headers.get('authorization')?.replace(/^Bearer /, '') ?? ''),
});
await agents.ready;

const server = serve(
  {
    hostname: '127.0.0.1',
    port: Number(process.argv[2] ?? 3000),
    fetch: (request, { incoming }) =>
      new URL(request.url).pathname.startsWith('/agents/')
        ? agents(request, { remoteAddress: incoming.socket.remoteAddress })
        : new Response('The application itself.\n'),
  },
  ({ port }) => process.stdout.write(`http://127.0.0.1:${port}\n`),
);

process.once('SIGTERM', async () => {
  server.close();
  await agents.close();
});
