import { Abort, type AbortLike } from '../platform/abort.js';

/** What stopped a call before its answer came. */
export type StopReason = 'timeout' | 'cancelled' | 'closed';

/** Combines a call's time limit, its caller's signal and the closing of the client. */
export class CallLimit {
  /** Aborts when the call is stopped. */
  readonly abort = new Abort();
  readonly #timer: NodeJS.Timeout;
  readonly #endsAt: number;
  readonly #outer: AbortLike | undefined;
  readonly #cancel = (): void => this.stop('cancelled');
  #stop: StopReason | undefined;

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
  get stopped(): StopReason | undefined {
    return this.#stop;
  }

  stop(why: StopReason): void {
    this.#stop ??= why;
    this.abort.abort();
  }

  /** Resolves with the work's value, or with undefined as soon as the call is stopped. */
  async unlessStopped<T>(work: Promise<T>): Promise<T | undefined> {
    const { abort } = this;
    const stopped = new Promise<undefined>((resolve) => {
      if (abort.aborted) resolve(undefined);
      else abort.addEventListener('abort', () => resolve(undefined));
    });
    return await Promise.race([stopped, work]);
  }

  /** Releases the timer and the caller's signal. */
  end(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#cancel);
  }
}
