import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { refusalResponse, refuse } from '../refusal.js';
import { endsWith } from './in-flight-request.js';
import { Reply } from './reply.js';

const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
};

/** The one error of a handler that is more than an error in the body: what the client cannot do and must. */
const MISSING_CAPABILITY = -32_021;

export interface DirectAnswerOptions {
  /** Beside the content type. */
  readonly headers: Readonly<Record<string, string>>;
  /** How often a stream gets a comment, in milliseconds. */
  readonly keepAliveMs: number;
  /** Called once the answer is through or given up. */
  readonly over: () => void;
  /** The client has gone away from a stream. */
  readonly onGone: () => void;
}

/**
 * The answer to one request, made without the SDK's own way over web streams: a complete one where the answer is all
 * that there is to say, a stream from the moment that something else comes first, progress or a question,
 * or that it takes long.
 */
export class DirectAnswer {
  readonly reply: Promise<Reply | Response>;
  readonly #options: DirectAnswerOptions;
  #resolve!: (reply: Reply | Response) => void;
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  #alive: NodeJS.Timeout;
  #isOver = false;

  constructor(options: DirectAnswerOptions) {
    this.#options = options;
    this.reply = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    // Who waits long is kept from thinking that nothing comes.
    this.#alive = setTimeout(() => this.#open(), options.keepAliveMs).unref();
  }

  /** The last word. */
  answer(message: JSONRPCMessage): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#alive);
    if (this.#stream !== undefined) {
      this.#write(message);
      this.#stream.close();
      return;
    }
    const status = 'error' in message && message.error.code === MISSING_CAPABILITY ? 400 : 200;
    this.#resolve(new Reply(message, this.#options.headers, status, this.#options.over));
  }

  /** What comes before the answer. */
  tell(message: JSONRPCMessage): void {
    if (this.#isOver) return;
    if (this.#stream === undefined) this.#open();
    this.#write(message);
  }

  /** There will be no answer. */
  giveUp(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#alive);
    if (this.#stream !== undefined) this.#stream.close();
    else {
      this.#options.over();
      this.#resolve(refusalResponse(refuse(503, 'The request has been given up.')));
    }
  }

  #open(): void {
    const { headers, keepAliveMs, over, onGone } = this.#options;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#stream = controller;
      },
      cancel: () => {
        this.#isOver = true;
        clearInterval(this.#alive);
        onGone();
      },
    });
    clearTimeout(this.#alive);
    this.#alive = setInterval(() => this.#stream?.enqueue(Buffer.from(': keepalive\n\n')), keepAliveMs).unref();
    this.#resolve(endsWith({ over }, new Response(body, { headers: { ...STREAM_HEADERS, ...headers } })));
  }

  #write(message: JSONRPCMessage): void {
    this.#stream?.enqueue(Buffer.from(`event: message\ndata: ${JSON.stringify(message)}\n\n`));
  }
}
