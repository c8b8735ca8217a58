import type { JSONRPCMessage } from '@modelcontextprotocol/server';
import { ReadyAnswer } from '../../quick-calls.js';
import { givenUp, Reply } from '../../reply.js';
import { STREAM_HEADERS } from '../stream-headers.js';

/** The only handler error with a status of its own in 2026-07-28: the client lacks a capability. */
const MISSING_CAPABILITY = -32_021;

export interface DirectAnswerOptions {
  /** Further headers, beside the content type. */
  readonly headers: Readonly<Record<string, string>>;
  /** How often a stream gets a comment, in milliseconds. */
  readonly keepAliveMs: number;
  /**
   * What the client is sent beside the answer. `never`: nothing. `once needed`: a stream, from the first message before
   * the answer. `in time`: also a stream with a comment when the answer takes long.
   */
  readonly streams: 'never' | 'once needed' | 'in time';
  /** Whether the status depends on the error. Default: it is always 200. */
  readonly errorStatus?: boolean;
  /** Called once the answer is through or given up. */
  readonly over: () => void;
  /** Called when the client has left a stream. */
  readonly onGone: () => void;
}

/**
 * The answer to one request, without the SDK's detour over web streams: complete JSON where there is only the answer,
 * otherwise a stream from the moment that something else comes first.
 */
export class DirectAnswer {
  readonly reply: Promise<Reply>;
  readonly #options: DirectAnswerOptions;
  #resolve!: (reply: Reply) => void;
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  #alive: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(options: DirectAnswerOptions) {
    this.#options = options;
    this.reply = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    if (options.streams === 'in time') this.#alive = setTimeout(() => this.#open(true), options.keepAliveMs).unref();
  }

  /** The last word. */
  answer(message: JSONRPCMessage | ReadyAnswer): void {
    if (this.#isOver) return;
    this.#end();
    if (this.#stream !== undefined) {
      this.#write(message);
      this.#stream.close();
      return;
    }
    const { headers, over, errorStatus = false } = this.#options;
    const code = message instanceof ReadyAnswer ? message.code : 'error' in message ? message.error.code : undefined;
    const status = errorStatus && code === MISSING_CAPABILITY ? 400 : 200;
    this.#resolve(Reply.ofJson(jsonOf(message), { status, headers, over }));
  }

  /** A message before the answer. */
  tell(message: JSONRPCMessage): void {
    if (this.#isOver || this.#options.streams === 'never') return;
    if (this.#stream === undefined) this.#open(false);
    this.#write(message);
  }

  /** There will be no answer. */
  giveUp(): void {
    if (this.#isOver) return;
    this.#end();
    if (this.#stream !== undefined) this.#stream.close();
    else {
      this.#options.over();
      this.#resolve(givenUp());
    }
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#alive);
  }

  #open(isAlive: boolean): void {
    const { headers, keepAliveMs, over, onGone } = this.#options;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#stream = controller;
      },
      cancel: () => {
        if (this.#isOver) return;
        this.#end();
        onGone();
      },
    });
    const comment = (): void => this.#stream?.enqueue(Buffer.from(': keepalive\n\n'));
    clearTimeout(this.#alive);
    this.#alive = setInterval(comment, keepAliveMs).unref();
    if (isAlive) comment();
    this.#resolve(new Reply(body, { headers: { ...STREAM_HEADERS, ...headers }, over }));
  }

  #write(message: JSONRPCMessage | ReadyAnswer): void {
    this.#stream?.enqueue(Buffer.from(`event: message\ndata: ${jsonOf(message)}\n\n`));
  }
}

const jsonOf = (message: JSONRPCMessage | ReadyAnswer): string =>
  message instanceof ReadyAnswer ? message.json : JSON.stringify(message);
