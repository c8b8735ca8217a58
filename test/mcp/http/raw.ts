import { connect, type Socket } from 'node:net';

/** A client that sends exactly the bytes it is given, well-formed or not. */
export class RawClient {
  readonly #socket: Socket;
  #received = '';
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
    });
    // The server cutting the connection is what many tests are about.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isClosed = true;
    });
  }

  static connect(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new RawClient(socket)));
      socket.once('error', reject);
    });
  }

  get received(): string {
    return this.#received;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(bytes: string): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes, 'latin1');
  }

  /** Statuses of all answers so far. */
  get statuses(): number[] {
    return [...this.#received.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map((match) => Number(match[1]));
  }

  /** Everything received, once the server has closed the connection. */
  closed(): Promise<string> {
    if (this.#isClosed) return Promise.resolve(this.#received);
    return new Promise((resolve) => this.#socket.once('close', () => resolve(this.#received)));
  }

  end(): void {
    this.#socket.destroy();
  }
}
