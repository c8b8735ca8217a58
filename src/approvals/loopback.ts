import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';

/** The two loopback addresses: a browser may take either for `localhost`, so no other program may listen on one of them. */
const ADDRESSES = ['127.0.0.1', '::1'] as const;
const MOST_TRIES = 5;

/** A machine without IPv6 lacks the second address, and no program can take it there. */
const ABSENT = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL']);

export interface Loopback {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves on this machine's loopback only.
 * @param port 0 for a free one
 * @throws the system's error if the port is taken
 */
export async function serveOnLoopback(answer: (request: Request) => Promise<Response>, port: number): Promise<Loopback> {
  for (let tries = 1; ; tries++) {
    const [first, ...others] = ADDRESSES.map(() => createLoopbackServer(answer));
    if (first === undefined) throw new Error('there is no loopback address');
    const servers = [first];
    try {
      const bound = await listen(first, port, ADDRESSES[0]);
      for (const [index, server] of others.entries()) {
        const isThere = await listen(server, bound, ADDRESSES[index + 1] ?? '::1').then(
          () => true,
          (error: NodeJS.ErrnoException) => {
            if (ABSENT.has(error.code ?? '')) return false;
            throw error;
          },
        );
        if (isThere) servers.push(server);
      }
      return { port: bound, close: async () => void (await Promise.all(servers.map(close))) };
    } catch (error) {
      await Promise.all(servers.map(close));
      if (port !== 0 || tries >= MOST_TRIES) throw error;
    }
  }
}

function createLoopbackServer(answer: (request: Request) => Promise<Response>): Server {
  const options = { requestTimeout: 10_000, headersTimeout: 10_000, maxHeaderSize: 16 * 1024, requireHostHeader: true };
  const listener = getRequestListener((request) => answer(request), { overrideGlobalObjects: false });
  const server = createServer(options, (request, response) => void listener(request, response));
  server.maxConnections = 128;
  // Open pages must not keep a process alive after its client has left.
  server.unref();
  return server;
}

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });
