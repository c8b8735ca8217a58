import type { CounterStore } from '../../limits/counter-store.js';
import { type Reply, refuse } from '../reply.js';

export interface CallLimitsOptions {
  /** The noun for what is limited, in keys and refusals. Default: calls. */
  readonly what?: string;
  /** Counts calls per minute across all processes. It must go on working while the shared store is away. */
  readonly counter: CounterStore;
  /** Calls of one caller that are answered at the same time, in this process. Default: 16. */
  readonly maxInFlightPerCaller?: number;
  /** Calls of all callers that are answered at the same time, in this process. Default: 256. */
  readonly maxInFlight?: number;
  /** Calls of one caller in any minute, in all processes. Default: 600. */
  readonly maxPerMinute?: number;
}

/** Admission of one call, or the reason for refusing it. */
export type Entry =
  | { readonly ok: true; leave(): void }
  | { readonly ok: false; readonly by: 'in_flight' | 'rate'; readonly refusal: Reply };

/** When to try again, in milliseconds: calls end at any moment. */
const SOON = 1000;
const MINUTE = 60_000;

/** Limits how many calls are in progress. A call that finds no place is refused at once; there is no queue. */
export class CallLimits {
  readonly #options: Required<CallLimitsOptions>;
  readonly #byCaller = new Map<string, number>();
  readonly #onceIdle: (() => void)[] = [];
  #inFlight = 0;

  constructor(options: CallLimitsOptions) {
    this.#options = { what: 'calls', maxInFlightPerCaller: 16, maxInFlight: 256, maxPerMinute: 600, ...options };
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Resolves when no call is in progress. */
  async idle(): Promise<void> {
    if (this.#inFlight > 0) await new Promise<void>((resolve) => this.#onceIdle.push(resolve));
  }

  /** `leave` must be called once the call has been answered; a second time does nothing. */
  async enter(caller: string): Promise<Entry> {
    const { counter, what, maxInFlight, maxInFlightPerCaller, maxPerMinute } = this.#options;
    const own = this.#byCaller.get(caller) ?? 0;
    if (own >= maxInFlightPerCaller)
      return busy('in_flight', 429, `You have ${own} ${what} in flight, which is the limit.`, SOON);
    if (this.#inFlight >= maxInFlight)
      return busy('in_flight', 503, `The server has as many ${what} in flight as it allows.`, SOON);
    const leave = this.#occupy(caller);
    try {
      const reserved = await counter.reserve([{ key: `${what}:${caller}`, weight: 1, max: maxPerMinute, windowMs: MINUTE }]);
      if (reserved.ok) return { ok: true, leave };
      leave();
      return busy(
        'rate',
        429,
        `You have made ${maxPerMinute} ${what} within a minute, which is the limit.`,
        reserved.retryAfterMs ?? MINUTE,
      );
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Takes the place before awaiting anything, or several calls could find the last one free. */
  #occupy(caller: string): () => void {
    this.#inFlight++;
    this.#byCaller.set(caller, (this.#byCaller.get(caller) ?? 0) + 1);
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#inFlight--;
      const left = (this.#byCaller.get(caller) ?? 1) - 1;
      if (left === 0) this.#byCaller.delete(caller);
      else this.#byCaller.set(caller, left);
      if (this.#inFlight === 0) for (const resolve of this.#onceIdle.splice(0)) resolve();
    };
  }
}

const busy = (by: 'in_flight' | 'rate', status: number, message: string, retryAfterMs: number): Entry => ({
  ok: false,
  by,
  refusal: refuse(status, message, { retryAfterMs }),
});
