import { Abort, type AbortLike } from '../platform/abort.js';

/** What ended a call before its answer. */
export type Stop = 'timeout' | 'cancelled' | 'closed';

/** The time limit of one call, its caller's signal and the client's closing, as one. */
export class CallLimit {
  /** Aborts when the call is stopped. */
  readonly abort = new Abort();
  readonly #timer: NodeJS.Timeout;
  readonly #endsAt: number;
  readonly #outer: AbortLike | undefined;
  readonly #cancel = (): void => this.stop('cancelled');
  #stop: Stop | undefined;

  constructor(timeoutMs: number, outer?: AbortLike) {
    this.#endsAt = performance.now() + timeoutMs;
    this.#timer = setTimeout(() => this.stop('timeout'), timeoutMs);
    this.#outer = outer;
    if (outer?.aborted) this.#cancel();
    else outer?.addEventListener('abort', this.#cancel);
  }

  get remainingMs(): number {
    return Math.max(0, this.#endsAt - performance.now());
  }

  /** Why the call was stopped. */
  get stopped(): Stop | undefined {
    return this.#stop;
  }

  stop(why: Stop): void {
    this.#stop ??= why;
    this.abort.abort();
  }

  /** The work's value, or undefined as soon as the call is stopped. */
  async unlessStopped<T>(work: Promise<T>): Promise<T | undefined> {
    const { abort } = this;
    const stopped = new Promise<undefined>((resolve) => {
      if (abort.aborted) resolve(undefined);
      else abort.addEventListener('abort', () => resolve(undefined));
    });
    return await Promise.race([stopped, work]);
  }

  /** Lets go of the timer and the caller's signal. */
  end(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#cancel);
  }
}
