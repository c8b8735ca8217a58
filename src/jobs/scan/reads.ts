import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOutcome } from '../../call/call-types.js';
import type { Operation } from '../../catalog/operation.js';
import type { Arguments } from '../../catalog/operation-types.js';
import { isRecord } from '../../platform/is-record.js';
import type { JobContext } from '../job-tool.js';

/** A read that was refused or failed for good. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
  readonly outcome: CallOutcome;
  /** What the caller of this one call would have been told. */
  readonly model: Readonly<Record<string, unknown>>;

  constructor(outcome: CallOutcome) {
    super('read failed');
    this.outcome = outcome;
    this.model = outcome.kind === 'failed' || outcome.kind === 'refused' ? modelOf(outcome.text) : {};
  }

  get code(): string {
    return String(this.model.error ?? 'failed');
  }
}

/** The job's time has run out. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';
}

/** Errors that waiting may cure. Clerk's API client has already tried several times by then. */
const PASSING: ReadonlySet<string> = new Set(['busy', 'timeout', 'not_connected', 'answer_lost', 'answer_malformed_http']);
const MOST_TRIES = 4;
const FIRST_WAIT_MS = 1_000;
/** Time reserved for putting the answer together. */
const MARGIN_MS = 500;

/** The reads of one scan, none of which outlasts the scan's time. */
export class Reads {
  readonly #context: JobContext;
  readonly #endsAt: number;
  #requests = 0;

  constructor(context: JobContext) {
    this.#context = context;
    this.#endsAt = performance.now() + Math.max(1, context.limits.timeoutMs - MARGIN_MS);
  }

  get requests(): number {
    return this.#requests;
  }

  /**
   * Clerk's answer to a read.
   * @throws ReadError, OutOfTimeError
   */
  async read(operation: Operation, args: Arguments): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      this.#requests++;
      const outcome = await this.#inTime(this.#context.make(operation.name, args));
      if (outcome.kind === 'done') return outcome.answer?.value;
      const error = new ReadError(outcome);
      const waitMs = waitFor(error, tries);
      this.checkTime();
      if (waitMs === undefined) throw error;
      await this.#inTime(sleep(waitMs, undefined, { signal: this.#context.signal }).catch(() => undefined));
    }
  }

  /** @throws OutOfTimeError */
  checkTime(): void {
    if (this.#context.signal.aborted || performance.now() >= this.#endsAt) throw new OutOfTimeError();
  }

  /** A read that takes too long is abandoned: it changes nothing. */
  async #inTime<T>(work: Promise<T>): Promise<T> {
    this.checkTime();
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new OutOfTimeError()), this.#endsAt - performance.now());
    });
    try {
      return await Promise.race([work, over]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** How long to wait before another try, in milliseconds; `undefined` if none would help. */
function waitFor({ model, code }: ReadError, tries: number): number | undefined {
  const { status, retry_after_seconds: seconds } = model;
  const isPassing = PASSING.has(code) || status === 429 || (typeof status === 'number' && status >= 500);
  if (!isPassing || tries >= MOST_TRIES) return undefined;
  return typeof seconds === 'number' ? seconds * 1_000 : FIRST_WAIT_MS * 2 ** (tries - 1);
}

function modelOf(text: string): Readonly<Record<string, unknown>> {
  const model: unknown = JSON.parse(text);
  return isRecord(model) ? model : {};
}
