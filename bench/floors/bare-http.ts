/** The bare proxy tool over Streamable HTTP, both eras, on the stack that the program uses. Prints its address. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createMcpHandler, isLegacyRequest, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import { proxyServer } from './proxy-server.js';

const modern = createMcpHandler(proxyServer, { legacy: 'reject' });
const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();

async function open(): Promise<WebStandardStreamableHTTPServerTransport> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    // Cheaper than a stream for each answer.
    enableJsonResponse: true,
    onsessioninitialized: (id) => void sessions.set(id, transport),
  });
  await proxyServer().connect(transport);
  return transport;
}

const server = createServer(
  getRequestListener(async (request) => {
    const body = await request.json();
    if (!(await isLegacyRequest(request, body))) return modern.fetch(request, { parsedBody: body });
    const transport = sessions.get(request.headers.get('mcp-session-id') ?? '') ?? (await open());
    return transport.handleRequest(request, { parsedBody: body });
  }),
);
server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`));
