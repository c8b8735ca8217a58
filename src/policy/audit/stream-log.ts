import type { Writable } from 'node:stream';
import { errorMessage } from '../../platform/error-message.js';
import type { AuditKey } from './key.js';
import { type AuditFields, type ChainLink, GENESIS, type OpenCall, sha256, writeLine } from './line.js';
import { type AuditSink, AuditWriteError } from './log.js';

/** How long the reader may leave a line in the pipe, in milliseconds: the caller waits for it. */
const TIMEOUT_MS = 5000;

/** How much may wait for the reader, in bytes. Outcomes may exceed it: there are no more of them than calls under way. */
const MOST_WAITING = 1024 * 1024;

export interface StreamLogOptions {
  readonly stream: Writable;
  /** What lines are signed with. Without a key they are only chained. */
  readonly key: string | undefined;
  readonly warn: (message: string) => void;
}

/**
 * The record on a stream that another program keeps, such as the standard output of a container. Each process begins a chain
 * of its own. A line counts as written once the stream has passed it on; what happens to it after that is out of sight.
 */
export class StreamLog implements AuditSink {
  readonly unfinished: readonly OpenCall[] = [];
  readonly #stream: Writable;
  readonly #key: AuditKey | undefined;
  readonly #warn: (message: string) => void;
  #head: ChainLink = { seq: 0, prev: GENESIS };
  #failure: AuditWriteError | undefined;
  /** Calls whose intent may have been passed on although they were refused. */
  #notSent: string[] = [];

  private constructor({ stream, key, warn }: StreamLogOptions) {
    this.#stream = stream;
    this.#key = key === undefined ? undefined : { secret: key, file: undefined };
    this.#warn = warn;
    stream.on('error', (error) => this.#fail(errorMessage(error)));
  }

  /** @throws AuditWriteError */
  static async open(options: StreamLogOptions): Promise<StreamLog> {
    const log = new StreamLog(options);
    await log.append({ kind: 'start', pid: process.pid, stream: true });
    return log;
  }

  get isDown(): boolean {
    return this.#failure !== undefined;
  }

  /** Resolves when the stream has passed the line on. @throws AuditWriteError; the call must then not be made */
  async append(fields: AuditFields): Promise<void> {
    const isOutcome = fields.kind === 'outcome';
    if (!isOutcome && this.#failure !== undefined) await this.check();
    if (!isOutcome && this.#stream.writableLength > MOST_WAITING) throw this.#fail('too much of it is waiting to be read');
    await this.#write(fields);
  }

  async check(): Promise<void> {
    if (this.#failure === undefined) return;
    if (this.#stream.destroyed || this.#stream.errored || this.#stream.writableLength > 0) throw this.#failure;
    this.#failure = undefined;
    const notSent = this.#notSent.splice(0);
    await this.#write({ kind: 'recovered', notSent: notSent.length > 0 ? notSent : undefined });
    this.#warn('the record on standard output can be written again');
  }

  /** There is no file that could have been renamed. */
  async reopen(): Promise<void> {}

  async close(): Promise<void> {
    await this.append({ kind: 'stop' }).catch((error: unknown) => this.#warn(errorMessage(error)));
  }

  #write(fields: AuditFields): Promise<void> {
    const seq = this.#head.seq + 1;
    const line = writeLine(fields, { seq, prev: this.#head.prev }, new Date().toISOString(), this.#key);
    this.#head = { seq, prev: sha256(line) };
    return new Promise((resolve, reject) => {
      const fail = (reason: string): void => {
        if (fields.kind === 'intent' && fields.call !== undefined) this.#notSent.push(fields.call);
        reject(this.#fail(reason));
      };
      const timer = setTimeout(() => fail('nothing reads it'), TIMEOUT_MS);
      this.#stream.write(`${line}\n`, (error) => {
        clearTimeout(timer);
        if (error) fail(errorMessage(error));
        else resolve();
      });
    });
  }

  #fail(reason: string): AuditWriteError {
    const failure = new AuditWriteError(`the record on standard output cannot be written: ${reason}`);
    if (this.#failure === undefined) this.#warn(failure.message);
    this.#failure = failure;
    return failure;
  }
}
