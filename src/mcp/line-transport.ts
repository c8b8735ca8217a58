import type { Readable } from 'node:stream';
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type Transport,
} from '@modelcontextprotocol/server';

const NEWLINE = 10;

export interface LineTransportOptions {
  readonly input: Readable;
  /** Writes text, and resolves when it is on its way. */
  readonly write: (text: string) => Promise<void>;
  /** The longest message that is read, in bytes. */
  readonly maxMessageBytes: number;
}

/**
 * JSON-RPC in lines over a pipe, as the SDK's own transport for stdio, but for two things. The end of its input is no end
 * of the connection: what was asked before is still answered. And what is sent in one turn of the event loop is written
 * at once: with many calls in flight, answers come in bursts.
 */
export class LineTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #options: LineTransportOptions;
  /** The parts of a line of which the end has not come. */
  #begun: Buffer[] = [];
  #begunBytes = 0;
  #unsent = '';
  #sending: Promise<void> | undefined;
  #isClosed = false;
  readonly #read = (chunk: Buffer): void => {
    try {
      this.#split(chunk);
    } catch (error) {
      this.#report(error);
      void this.close();
    }
  };
  readonly #report = (error: unknown): void => this.onerror?.(error instanceof Error ? error : new Error(String(error)));

  constructor(options: LineTransportOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#options.input.on('data', this.#read).on('error', this.#report);
  }

  send(message: JSONRPCMessage): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error('The connection is closed.'));
    this.#unsent += `${JSON.stringify(message)}\n`;
    this.#sending ??= new Promise((resolve, reject) => {
      setImmediate(() => this.#flush().then(resolve, reject));
    });
    return this.#sending;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.input.off('data', this.#read).off('error', this.#report);
    this.#options.input.pause();
    await this.#flush().catch(this.#report);
    this.onclose?.();
  }

  async #flush(): Promise<void> {
    const text = this.#unsent;
    this.#unsent = '';
    this.#sending = undefined;
    if (text !== '') await this.#options.write(text);
  }

  #split(chunk: Buffer): void {
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to !== -1; to = chunk.indexOf(NEWLINE, from)) {
      this.#take(this.#whole(chunk.subarray(from, to)));
      from = to + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  #whole(end: Buffer): Buffer {
    if (this.#begunBytes === 0) return end;
    this.#keep(end);
    const line = Buffer.concat(this.#begun);
    this.#begun = [];
    this.#begunBytes = 0;
    return line;
  }

  /** @throws Error where the line gets too long */
  #keep(part: Buffer): void {
    const { maxMessageBytes } = this.#options;
    this.#begunBytes += part.length;
    if (this.#begunBytes > maxMessageBytes) throw new Error(`A message is longer than ${maxMessageBytes} bytes.`);
    this.#begun.push(part);
  }

  #take(line: Buffer): void {
    let message: unknown;
    try {
      message = JSON.parse(line.toString());
    } catch {
      // Whatever else a host writes to a pipe.
      return;
    }
    if (isMessage(message)) this.onmessage?.(message);
    // Without its content, which may be anybody's secret.
    else this.#report(new Error('A line is JSON, but no JSON-RPC message.'));
  }
}

const isMessage = (value: unknown): value is JSONRPCMessage =>
  isJSONRPCRequest(value) || isJSONRPCNotification(value) || isJSONRPCResultResponse(value) || isJSONRPCErrorResponse(value);
