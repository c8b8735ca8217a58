import { reasonOf } from './store-reason.js';

export type OnState = (state: 'up' | 'down', reason?: string) => void;

/** How often a store that is up is asked to write something, in milliseconds. */
const UP_MS = 2_000;
/** How often one that is away is. */
const DOWN_MS = 250;

/** Whether the store takes what is written to it, as far as is known now: each failure says no, and only a trial write says yes. */
export class StoreHealth {
  readonly #write: () => Promise<unknown>;
  readonly #onState: OnState | undefined;
  #state: 'up' | 'down' | undefined;
  #timer: NodeJS.Timeout | undefined;
  #trying: Promise<void> | undefined;
  #isClosed = false;

  constructor(write: () => Promise<unknown>, onState: OnState | undefined) {
    this.#write = write;
    this.#onState = onState;
  }

  failed(error: unknown): void {
    this.#turn('down', reasonOf(error));
    if (this.#trying === undefined) this.#again(DOWN_MS);
  }

  /** Tries at once, and from then on again and again. */
  tryNow(): Promise<void> {
    this.#trying ??= this.#try().finally(() => {
      this.#trying = undefined;
      this.#again(this.#state === 'up' ? UP_MS : DOWN_MS);
    });
    return this.#trying;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #try(): Promise<void> {
    try {
      await this.#write();
      this.#turn('up');
    } catch (error) {
      this.#turn('down', reasonOf(error));
    }
  }

  #again(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.tryNow(), ms);
    this.#timer.unref();
  }

  #turn(to: 'up' | 'down', reason?: string): void {
    if (this.#isClosed || this.#state === to) return;
    this.#state = to;
    this.#onState?.(to, reason);
  }
}
