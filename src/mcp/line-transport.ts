import type { Readable } from 'node:stream';
import { type JSONRPCMessage, ProtocolErrorCode, type Transport } from '@modelcontextprotocol/server';
import { Batches } from './batches.js';
import { IdScanner } from './id-scanner.js';
import { inbound, type MessageId } from './inbound.js';
import type { Passage, QuickCalls } from './quick-calls.js';
import { readMessage } from './read-message.js';

const NEWLINE = 10;
/** Every message has one of these. */
const SIGNS_OF_JSON: readonly string[] = ['{', '[', '"'];

const NOT_JSON = { code: ProtocolErrorCode.ParseError, message: 'The message is not JSON in UTF-8.' };
const NO_REQUEST = { code: ProtocolErrorCode.InvalidRequest, message: 'The message is not a JSON-RPC request.' };
const NO_BATCHES = {
  code: ProtocolErrorCode.InvalidRequest,
  message: 'Lists of messages belong to the revision 2025-03-26 alone.',
};

export interface LineTransportOptions {
  readonly input: Readable;
  /** Writes text, and resolves when it is on its way. */
  readonly write: (text: string) => Promise<void>;
  /** The longest message that is read, in bytes. */
  readonly maxMessageBytes: number;
  /** What answers plain calls without the SDK's detour. Default: nothing. */
  readonly quick?: () => QuickCalls | undefined;
}

/** The JSON of lists of tools, by the list itself: each is large, made once, and asked for again and again. */
const knownLists = new WeakMap<object, string>();

/** A message as JSON. A list of tools is written once, however often it is sent. */
function jsonOf(message: unknown): string {
  const { result, ...frame } = message as { readonly result?: { readonly tools?: unknown } };
  if (!Array.isArray(result?.tools)) return JSON.stringify(message);
  const { tools, ...rest } = result;
  const known = knownLists.get(tools) ?? JSON.stringify(tools);
  knownLists.set(tools, known);
  const others = JSON.stringify(rest);
  const inner = `${others.slice(0, -1)}${others === '{}' ? '' : ','}"tools":${known}}`;
  return `${JSON.stringify(frame).slice(0, -1)},"result":${inner}}`;
}

/**
 * JSON-RPC in lines over a pipe, like the SDK's own transport for stdio, with three differences. The connection outlives
 * its input: whatever was asked before the end is still answered, even in a last line without a line break. Messages
 * sent in one turn of the event loop are written together, since answers to many calls in flight come in bursts. And
 * everything with an id is answered, if only with why it is not a request.
 */
export class LineTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #options: LineTransportOptions;
  /** The parts of a line whose end has not arrived yet. */
  #begun: Buffer[] = [];
  #begunBytes = 0;
  /** Reads the rest of a line that is too long. */
  #skipping: IdScanner | undefined;
  readonly #batches = new Batches();
  #unsent = '';
  #sending: Promise<void> | undefined;
  #isClosed = false;
  readonly #read = (chunk: Buffer): void => this.#split(chunk);
  readonly #passage: Passage = {
    send: ({ json }, isLast) => {
      if (this.#isClosed) return;
      if (!isLast) {
        this.#writeLine(json).catch(this.#report);
        return;
      }
      // No other answer will come in this turn, so there is nothing to wait for.
      this.#unsent += `${json}\n`;
      this.#flush().catch(this.#report);
    },
  };
  readonly #finish = (): void => this.#end(Buffer.alloc(0));
  readonly #report = (error: unknown): void => this.onerror?.(error instanceof Error ? error : new Error(String(error)));

  constructor(options: LineTransportOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#options.input.on('data', this.#read).on('end', this.#finish).on('error', this.#report);
  }

  send(message: JSONRPCMessage): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error('The connection is closed.'));
    const ready = this.#batches.sent(message);
    return ready === undefined ? Promise.resolve() : this.#write(ready);
  }

  #write(message: unknown): Promise<void> {
    return this.#writeLine(jsonOf(message));
  }

  #writeLine(json: string): Promise<void> {
    this.#unsent += json;
    this.#unsent += '\n';
    this.#sending ??= new Promise((resolve, reject) => {
      setImmediate(() => this.#flush().then(resolve, reject));
    });
    return this.#sending;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#options.input.off('data', this.#read).off('end', this.#finish).off('error', this.#report);
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
      this.#end(chunk.subarray(from, to));
      from = to + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  #keep(part: Buffer): void {
    if (this.#skipping !== undefined) {
      this.#skipping.feed(part);
      return;
    }
    this.#begun.push(part);
    this.#begunBytes += part.length;
    if (this.#begunBytes <= this.#options.maxMessageBytes) return;
    this.#skipping = new IdScanner();
    for (const begun of this.#begun) this.#skipping.feed(begun);
    this.#forget();
  }

  #forget(): void {
    this.#begun = [];
    this.#begunBytes = 0;
  }

  /** @param last the last part of a line */
  #end(last: Buffer): void {
    const isWhole = this.#begunBytes === 0 && this.#skipping === undefined;
    if (isWhole && last.length <= this.#options.maxMessageBytes) {
      this.#take(last);
      return;
    }
    this.#keep(last);
    if (this.#skipping === undefined) {
      const line = Buffer.concat(this.#begun);
      this.#forget();
      this.#take(line);
      return;
    }
    const skipped = this.#skipping;
    this.#skipping = undefined;
    this.#refuseUnread(skipped, `The message is longer than ${this.#options.maxMessageBytes} bytes.`);
  }

  #take(line: Buffer): void {
    const read = readMessage(line);
    if (read.kind === 'json') {
      if (Array.isArray(read.value)) this.#takeList(read.value);
      else this.#takeOne(read.value);
    } else if (read.kind === 'excessive') {
      this.#refuseUnread(scannerOf(line), read.message);
    } else if (SIGNS_OF_JSON.some((sign) => line.includes(sign))) {
      // A host may write other lines to the pipe, which are ignored. A damaged message is not.
      for (const id of scannerOf(line).ids()) this.#refuse(id, NOT_JSON);
    }
  }

  #refuseUnread(scanner: IdScanner, message: string): void {
    this.#report(new Error(message));
    for (const id of scanner.ids()) this.#refuse(id, { code: ProtocolErrorCode.InvalidRequest, message });
  }

  #takeOne(value: unknown): void {
    const quick = this.#batches.isAgreed ? undefined : this.#options.quick?.();
    if (quick?.take(value, this.#passage) === true) return;
    const found = inbound(value);
    if (found.kind === 'message') {
      this.#receive(found.message);
      return;
    }
    // The content is left out: it may be a secret.
    this.#report(new Error('A line is JSON but not a JSON-RPC message.'));
    if (found.kind === 'refused') this.#refuse(found.id, NO_REQUEST);
  }

  #takeList(values: readonly unknown[]): void {
    const found = values.map(inbound);
    const error = this.#batches.isAgreed ? NO_REQUEST : NO_BATCHES;
    const requests: JSONRPCMessage[] = [];
    const refused: MessageId[] = [];
    for (const one of found) {
      if (one.kind === 'refused') refused.push(one.id);
      else if (one.kind === 'message' && this.#batches.isAgreed) requests.push(one.message);
      else if (one.kind === 'message' && 'method' in one.message && 'id' in one.message) refused.push(one.message.id);
    }
    const ids = requests.flatMap((message) => ('method' in message && 'id' in message ? [message.id] : []));
    const refusals = refused.map((id) => refusal(id, error));
    if (ids.length > 0) this.#batches.begin(ids, refusals);
    else if (this.#batches.isAgreed && refusals.length > 0) this.#write(refusals).catch(this.#report);
    else for (const answer of refusals) this.#write(answer).catch(this.#report);
    if (requests.length === 0 && refused.length === 0) this.#refuse(null, error);
    for (const message of requests) this.#receive(message);
  }

  #receive(message: JSONRPCMessage): void {
    const completed = this.#batches.received(message);
    if (completed !== undefined) this.#write(completed).catch(this.#report);
    this.onmessage?.(message);
  }

  #refuse(id: MessageId, error: { code: number; message: string }): void {
    this.#write(refusal(id, error)).catch(this.#report);
  }
}

function scannerOf(line: Uint8Array): IdScanner {
  const scanner = new IdScanner();
  scanner.feed(line);
  return scanner;
}

/** JSON-RPC allows an error without an id; the SDK's type does not. */
const refusal = (id: MessageId, error: { code: number; message: string }): JSONRPCMessage =>
  ({ jsonrpc: '2.0', id, error }) as JSONRPCMessage;
