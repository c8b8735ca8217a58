/** How much may wait for a slow reader, in characters; further lines are dropped. */
const MOST_WAITING = 1024 * 1024;

/** The longest line, in characters. Only text made up by a caller makes one longer. */
const LONGEST_LINE = 16 * 1024;

/** How soon to try again when a reader takes nothing, in milliseconds. */
const RETRY_MS = 100;

export interface LossyLinesOptions {
  /** Writes what it can at once and says how many bytes that was. Never waits; throws `EAGAIN` instead. */
  readonly write: (bytes: Buffer) => number;
  /** Shortens a line that is too long; the result has a line break. */
  readonly cut: (line: string) => string;
  /** Called when the reader takes lines again, with the number dropped since the last time. */
  readonly onRecovered: (dropped: number) => void;
}

/**
 * Lines for a reader that may be slow, stuck or gone. Nothing here waits for it or fails: what it cannot take
 * is kept up to a limit, then dropped and counted.
 */
export class LossyLines {
  readonly #options: LossyLinesOptions;
  #waiting: string[] = [];
  #waitingLength = 0;
  /** The rest of the lines being written. */
  #rest: Buffer = Buffer.alloc(0);
  /** Whether some of `#rest` may have been written. */
  #isBegun = false;
  /** Whether the last thing written may be the first part of a line whose end was dropped. */
  #isTorn = false;
  #dropped = 0;
  #untold = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: LossyLinesOptions) {
    this.#options = options;
  }

  /** How many lines have been dropped so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** How much is waiting to be written, in characters. */
  get length(): number {
    return this.#waitingLength;
  }

  /** Queues a line, with its line break, until the next flush. */
  add(given: string): void {
    const line = given.length > LONGEST_LINE ? this.#options.cut(given) : given;
    if (this.#waitingLength + this.#rest.length + line.length > MOST_WAITING) {
      this.#drop(1);
      return;
    }
    this.#waiting.push(line);
    this.#waitingLength += line.length;
  }

  /** Writes as much as the reader takes now. */
  flush(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    try {
      while (this.#next()) {
        const written = this.#options.write(this.#rest);
        this.#rest = this.#rest.subarray(written);
        if (written === 0) continue;
        this.#isBegun = true;
        this.#isTorn = false;
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
        this.#retry = setTimeout(() => this.flush(), RETRY_MS).unref();
        return;
      }
      this.#giveUp();
      return;
    }
    if (this.#untold === 0) return;
    const dropped = this.#untold;
    this.#untold = 0;
    this.#options.onRecovered(dropped);
  }

  /** Whether something is left to write; it is then in `#rest`. */
  #next(): boolean {
    if (this.#rest.length > 0) return true;
    if (this.#waiting.length === 0) return false;
    this.#rest = Buffer.from((this.#isTorn ? '\n' : '') + this.#waiting.join(''));
    this.#isBegun = false;
    this.#waiting = [];
    this.#waitingLength = 0;
    return true;
  }

  #giveUp(): void {
    const begun = this.#rest
      .toString()
      .split('\n')
      .filter((line) => line !== '');
    const lines = begun.length + this.#waiting.length;
    this.#isTorn ||= this.#isBegun;
    this.#rest = Buffer.alloc(0);
    this.#waiting = [];
    this.#waitingLength = 0;
    this.#drop(lines);
  }

  #drop(lines: number): void {
    this.#dropped += lines;
    this.#untold += lines;
  }
}
