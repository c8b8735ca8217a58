import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** An HTTP proxy on loopback that opens tunnels, whatever their name, to one port of this machine. */
export class ConnectProxy {
  /** What tunnels were asked for, `clerk.example:443`, in order. */
  readonly tunnels: string[] = [];
  /** The credentials that came with each. */
  readonly credentials: (string | undefined)[] = [];
  /** Answers with this instead of a tunnel. */
  refusal: number | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(port: number): Promise<ConnectProxy> {
    const server = createServer();
    const proxy = new ConnectProxy(server);
    server.on('connect', (request, near: Socket) => {
      proxy.tunnels.push(request.url ?? '');
      proxy.credentials.push(request.headers['proxy-authorization']);
      proxy.#keep(near);
      if (proxy.refusal !== undefined) {
        near.end(`HTTP/1.1 ${proxy.refusal} Refused\r\n\r\n`);
        return;
      }
      const far = connect(port, '127.0.0.1', () => near.write('HTTP/1.1 200 Connection established\r\n\r\n'));
      proxy.#keep(far);
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
