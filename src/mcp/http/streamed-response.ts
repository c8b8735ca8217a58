import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/** How much a client may leave unread before it is given up. */
const MAX_UNREAD_BYTES = 8 * 1024 * 1024;

/** The client does not read what it is sent. */
class UnreadError extends Error {
  override readonly name = 'UnreadError';
}

/**
 * A `node:http` response whose body is a web-standard stream, for code that can write only to the former. It emits
 * `close` when the other end is gone.
 */
export class StreamedResponse extends ServerResponse {
  readonly #encoder = new TextEncoder();
  readonly #body: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor() {
    super(new IncomingMessage(new Socket()));
    this.#body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => this.#close(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
    );
  }

  /** What is written to the response. */
  get body(): ReadableStream<Uint8Array> {
    return this.#body;
  }

  override writeHead(status: number): this {
    this.statusCode = status;
    return this;
  }

  override write(chunk: unknown): boolean {
    if (this.#controller === undefined) return false;
    this.#controller.enqueue(this.#encoder.encode(String(chunk)));
    if ((this.#controller.desiredSize ?? 0) < -MAX_UNREAD_BYTES) {
      this.#controller.error(new UnreadError('The client left too much unread.'));
      this.#close();
    }
    return true;
  }

  override end(): this {
    this.#controller?.close();
    this.#controller = undefined;
    return this;
  }

  #close(): void {
    this.#controller = undefined;
    this.emit('close');
  }
}
