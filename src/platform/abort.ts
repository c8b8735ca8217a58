/** What of an `AbortSignal` is listened to on the road of a call. */
export interface AbortLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * Controller and signal of what may be ended early, in one. Does what of an `AbortController` a call needs, for a small
 * part of what making one and listening to it costs: nearly every call has some, and nearly none is ever aborted.
 */
export class Abort implements AbortLike {
  #listeners: (() => void)[] = [];
  #controller: AbortController | undefined;
  #aborted = false;

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.signal.reason;
  }

  /** For those who need a real one. Made when first asked for. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#controller?.abort();
    for (const listener of this.#listeners.splice(0)) listener();
  }

  /** As of an `AbortSignal`: not called for what has happened before. */
  addEventListener(_: 'abort', listener: () => void): void {
    if (!this.#aborted) this.#listeners.push(listener);
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    const at = this.#listeners.indexOf(listener);
    if (at !== -1) this.#listeners.splice(at, 1);
  }
}
