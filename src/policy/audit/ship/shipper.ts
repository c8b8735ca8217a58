import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage } from '../../../platform/error-message.js';
import type { Cursor, CursorFile } from './cursor.js';
import type { Health } from './health.js';
import { type LoggedLine, LogReader } from './log-reader.js';
import { DeliveryError, type LogIdentity, type Transport } from './transport.js';

export interface ShipperOptions {
  readonly log: string;
  readonly identity: LogIdentity;
  readonly transport: Transport;
  readonly cursor: CursorFile;
  readonly health: Health;
  readonly warn: (message: string) => void;
  /** The first wait after a failure, in milliseconds; it doubles with each further one. Default: 1 s. */
  readonly firstWaitMs?: number | undefined;
  /** Whether to end as soon as there is nothing more to deliver. */
  readonly drains?: boolean | undefined;
}

/** What is read at once, and held until it has arrived: the only lines in memory. */
const MOST_BYTES = 256 * 1024;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** How often to look for lines that nobody told of, in milliseconds. */
const LOOK_MS = 5_000;
/** How many refused lines in a row are left aside to see whether a later one is taken. */
const MOST_ASIDE = 10;
/** How often a line is refused before it is given up though no later one was taken. */
const MOST_REFUSALS = 10;

/**
 * Delivers one log to one target, line after line from where the cursor is. Lines are read from the file when it is their turn;
 * nothing waits for it. It never gives up a receiver, but a line that is too large for one must not hold back those after it: it
 * is given up once a later one was taken and it is refused again, which shows that the line is at fault and not the receiver.
 */
export class Shipper {
  readonly #options: ShipperOptions;
  #reader: LogReader;
  readonly #stop = new AbortController();
  /** Ends whatever is waited for between deliveries. */
  #wake = new AbortController();
  #isClosing = false;
  #seq: number;
  #cursor: Cursor | undefined;
  #failing = 0;
  #waitingSince: number | undefined;
  #canNote = true;
  /** How many refused lines the reader has passed and the cursor has not. */
  #aside = 0;
  /** The first of them, and how often it was refused. */
  #refused: { readonly seq: number; readonly times: number } | undefined;
  /** The last of the lines that were taken after it, as one delivery. They are delivered again, and as the same one. */
  #takenThrough: number | undefined;
  readonly #ended: Promise<void>;

  private constructor(options: ShipperOptions, cursor: Cursor | undefined) {
    this.#options = options;
    this.#cursor = cursor;
    this.#seq = cursor?.seq ?? 0;
    this.#reader = new LogReader(options.log, cursor, options.warn);
    this.#ended = this.#run();
  }

  /** Begins to deliver. */
  static async start(options: ShipperOptions): Promise<Shipper> {
    return new Shipper(options, await options.cursor.read());
  }

  /** Number of the last line that arrived, or that never will. */
  get seq(): number {
    return this.#seq;
  }

  /** When the oldest line that has not arrived was first tried, in Unix milliseconds. */
  get waitingSince(): number | undefined {
    return this.#waitingSince;
  }

  /** Resolves when it has ended: closed, or drained. Never rejects. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** There may be new lines. */
  poke(): void {
    if (this.#failing === 0) this.#wake.abort();
  }

  /** Delivers what there is unless that takes longer than `graceMs` or the target is away, and ends. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    this.#wake.abort();
    if (this.#failing > 0) this.#stop.abort();
    const timer = setTimeout(() => this.#stop.abort(), graceMs);
    await this.#ended;
    clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { transport, drains } = this.#options;
    try {
      while (!this.#stop.signal.aborted) {
        const lines = await this.#peek();
        if (lines.length > 0) {
          this.#waitingSince ??= Date.now();
          await this.#deliver(lines);
          continue;
        }
        if (this.#aside > 0) {
          await this.#waitForTaker();
          continue;
        }
        this.#waitingSince = undefined;
        if (this.#isClosing || drains === true) return;
        await this.#idle(LOOK_MS);
        if (transport.pauseMs > 0 && !this.#isClosing) await this.#pause(transport.pauseMs);
      }
    } finally {
      transport.close();
      await this.#reader.close().catch(() => {});
    }
  }

  async #peek(): Promise<readonly LoggedLine[]> {
    const { log, warn, transport } = this.#options;
    try {
      return await this.#reader.peek({
        lines: transport.most,
        bytes: MOST_BYTES,
        through: transport.isRepeatedWhole ? this.#cursor?.through : undefined,
      });
    } catch (error) {
      warn(`${log} cannot be read for delivery: ${errorMessage(error)}`);
      await this.#pause(LONGEST_WAIT_MS);
      return [];
    }
  }

  /** One delivery, with the lines after it noted, or a wait after its failure. */
  async #deliver(lines: readonly LoggedLine[]): Promise<void> {
    const { transport, health, identity } = this.#options;
    const last = lines.at(-1);
    if (last === undefined) return;
    if (transport.isRepeatedWhole) await this.#noteBegun(last);
    let lost: number;
    try {
      lost = await this.#attempt((signal) => transport.send(lines, identity, signal));
    } catch (error) {
      if (!(error instanceof DeliveryError && error.isTooLarge)) return this.#failed(error);
      if (lines.length > 1) return this.#deliver(lines.slice(0, Math.ceil(lines.length / 2)));
      return this.#setAside(last);
    }
    this.#failing = 0;
    if (this.#aside > 0) {
      // Those before it get another chance: the receiver may take more by now.
      this.#takenThrough = last.line.seq;
      return this.#rewind();
    }
    this.#takenThrough = undefined;
    health.succeeded(lines.length - lost);
    await this.#moveOn(this.#reader.pass(last), lost);
  }

  /** A line was refused by itself. Goes on with the next one, for good or to see whether that is taken. */
  async #setAside(refused: LoggedLine): Promise<void> {
    const { seq } = refused.line;
    const cursor = this.#reader.pass(refused);
    if (this.#aside === 0) {
      const times = (this.#refused?.seq === seq ? this.#refused.times : 0) + 1;
      this.#refused = { seq, times };
      if (this.#takenThrough !== undefined || times >= MOST_REFUSALS) {
        const { warn, log, health } = this.#options;
        warn(`line ${seq} of ${log} is too large for ${health.name}, and is not delivered there. It stays in the file.`);
        return this.#moveOn(cursor, 1);
      }
    }
    this.#aside++;
    if (this.#aside >= MOST_ASIDE) await this.#waitForTaker();
  }

  /** None of the lines that there are was taken. */
  async #waitForTaker(): Promise<void> {
    await this.#failed(new DeliveryError(`line ${this.#refused?.seq} is too large for it, alone too`));
  }

  /** @param lost how many of the lines that are left behind the receiver will never have */
  async #moveOn(cursor: Cursor, lost: number): Promise<void> {
    const before = this.#cursor?.lost ?? 0;
    this.#options.health.lost(lost);
    this.#waitingSince = undefined;
    this.#seq = cursor.seq;
    this.#cursor = {
      ...cursor,
      ...(before + lost > 0 && { lost: before + lost }),
      ...(this.#takenThrough !== undefined && { through: this.#takenThrough }),
    };
    await this.#note(this.#cursor);
  }

  /** Reads on after the last line that was dealt with. */
  async #rewind(): Promise<void> {
    if (this.#aside === 0) return;
    this.#aside = 0;
    await this.#reader.close().catch(() => {});
    this.#reader = new LogReader(this.#options.log, this.#cursor, this.#options.warn);
  }

  async #failed(error: unknown): Promise<void> {
    if (this.#stop.signal.aborted) return;
    await this.#rewind();
    const { health, firstWaitMs = FIRST_WAIT_MS } = this.#options;
    health.failed(errorMessage(error));
    const most = Math.min(LONGEST_WAIT_MS, firstWaitMs * 2 ** this.#failing++);
    // Half of it is left to chance, so that many servers do not come back at once.
    const waitMs = Math.max(most * (0.5 + Math.random() / 2), (error instanceof DeliveryError && error.retryAfterMs) || 0);
    if (this.#isClosing) this.#stop.abort();
    else await this.#pause(waitMs);
  }

  /** Runs with a signal of its own, so that nothing is left behind on one that lives as long as the process. */
  async #attempt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const own = new AbortController();
    const abort = (): void => own.abort();
    this.#stop.signal.addEventListener('abort', abort, { once: true });
    try {
      return await work(own.signal);
    } finally {
      this.#stop.signal.removeEventListener('abort', abort);
    }
  }

  /** Where a delivery ends is known before it begins: after a crash the same one is made again. */
  async #noteBegun({ line: { seq } }: LoggedLine): Promise<void> {
    if (this.#cursor?.through === seq) return;
    this.#cursor = { ...(this.#cursor ?? { seq: 0, sha256: '', at: 0, length: 0 }), through: seq };
    await this.#note(this.#cursor);
  }

  /** Deliveries go on where it cannot be written: lines can then arrive twice, but none is missed. */
  async #note(cursor: Cursor): Promise<void> {
    const { cursor: file, warn } = this.#options;
    try {
      await file.write(cursor);
      if (!this.#canNote) warn(`${file.path} can be written again`);
      this.#canNote = true;
    } catch (error) {
      if (this.#canNote)
        warn(`${file.path} cannot be written: ${errorMessage(error)}. After a restart, lines may be delivered again.`);
      this.#canNote = false;
    }
  }

  /** Until there may be new lines, or it is time to look. */
  async #idle(ms: number): Promise<void> {
    const wake = this.#wake;
    // The process need not live for it.
    if (!wake.signal.aborted) await delay(ms, undefined, { signal: wake.signal, ref: false }).catch(() => {});
    if (this.#wake === wake) this.#wake = new AbortController();
  }

  /** Until the time is over, or it is to close. */
  async #pause(ms: number): Promise<void> {
    const until = performance.now() + ms;
    while (!this.#isClosing) {
      const left = until - performance.now();
      if (left <= 0) return;
      await this.#idle(left);
    }
  }
}
