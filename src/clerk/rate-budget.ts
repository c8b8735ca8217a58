import type { CounterStore } from '../limits/counter-store.js';
import type { AbortLike } from '../platform/abort.js';

export interface UpstreamBudgetOptions {
  /** Counts what was sent, in a sliding window; shared by all processes that use one Clerk instance. */
  readonly counter: Pick<CounterStore, 'reserve'>;
  /** Identifies the instance, so that two instances in one store do not share a budget. */
  readonly instance: string;
  /** The most requests in any window. Should be below Clerk's own limit: {@link upstreamAllowance}. */
  readonly max: number;
  /** Milliseconds. Default: 10,000, the window that Clerk uses. */
  readonly windowMs?: number;
  /** How many requests of one caller may wait. Default: 50. */
  readonly maxWaitingPerCaller?: number;
  /** How many requests of all callers may wait. Default: 1000. */
  readonly maxWaiting?: number;
}

/** Clerk's limits per 10 seconds, from its documentation of system limits. */
const CLERK_LIMITS = { test: 100, live: 1000 } as const;

/**
 * How much of Clerk's limit to use: nine tenths, since requests can arrive closer together than they were sent.
 * @param limit this instance's limit, if it is not the usual one
 */
export const upstreamAllowance = (kind: keyof typeof CLERK_LIMITS, limit: number = CLERK_LIMITS[kind]): number =>
  Math.floor(limit * 0.9);

/** The request was not sent: too many others were waiting, or its time ran out before its turn. */
export class UpstreamBusyError extends Error {
  override readonly name = 'UpstreamBusyError';
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

interface Waiter {
  readonly caller: string;
  go(): void;
}

/** The shortest wait to suggest before another try, in milliseconds. */
const SOON = 1000;

/** Node fires a timer at once if its delay is longer than this. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Keeps the requests of all callers below Clerk's limit. At the limit callers take turns, however often each one asks. */
export class UpstreamBudget {
  readonly #options: Required<UpstreamBudgetOptions>;
  /** The waiting requests by caller, with the callers in the order of their turns. */
  readonly #queues = new Map<string, Set<Waiter>>();
  #waiting = 0;
  #serving = false;
  #roomAt = 0;

  constructor(options: UpstreamBudgetOptions) {
    this.#options = { windowMs: 10_000, maxWaitingPerCaller: 50, maxWaiting: 1000, ...options };
  }

  /** How many requests are waiting for their turn. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Resolves when one request may be sent.
   * @param deadline when it is too late to send, on the clock of `performance.now()`
   * @throws UpstreamBusyError, or the signal's reason when it aborts
   */
  acquire(caller: string, signal: AbortLike, deadline: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const { maxWaiting, maxWaitingPerCaller } = this.#options;
      if (this.#waiting >= maxWaiting || (this.#queues.get(caller)?.size ?? 0) >= maxWaitingPerCaller) {
        return reject(new UpstreamBusyError('Too many requests to Clerk are waiting.', this.#retryAfterMs()));
      }
      const leave = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
        this.#remove(waiter);
      };
      const cancel = (): void => {
        leave();
        reject(signal.reason);
      };
      const late = (): void => {
        leave();
        reject(new UpstreamBusyError("No request fitted within Clerk's limit in time.", this.#retryAfterMs()));
      };
      const waiter: Waiter = {
        caller,
        go: () => {
          leave();
          resolve();
        },
      };
      const timer = setTimeout(late, Math.min(LONGEST_TIMER, Math.max(0, deadline - performance.now())));
      signal.addEventListener('abort', cancel);
      this.#add(waiter);
      if (!this.#serving) void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    this.#serving = true;
    while (this.#waiting > 0) {
      const waitMs = await this.#serveOne();
      if (waitMs === 0) continue;
      this.#roomAt = performance.now() + waitMs;
      await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
    }
    this.#serving = false;
  }

  /** Lets the next request go. Resolves with the milliseconds until there is room, or 0 if there was. */
  async #serveOne(): Promise<number> {
    const { counter, instance, max, windowMs } = this.#options;
    const reserved = await counter.reserve([{ key: `upstream:${instance}`, weight: 1, max, windowMs }]).catch(() => undefined);
    if (reserved?.ok === false) return Math.max(1, reserved.retryAfterMs ?? windowMs);
    const next = this.#next();
    // Every waiting request may have left meanwhile. If the counter fails, requests still go: Clerk enforces its own limit.
    if (next === undefined) await reserved?.release().catch(() => {});
    else next.go();
    return 0;
  }

  #next(): Waiter | undefined {
    const first = this.#queues.entries().next();
    if (first.done === true) return undefined;
    const [caller, queue] = first.value;
    this.#queues.delete(caller);
    this.#queues.set(caller, queue);
    return queue.values().next().value;
  }

  #add(waiter: Waiter): void {
    const queue = this.#queues.get(waiter.caller) ?? new Set();
    this.#queues.set(waiter.caller, queue.add(waiter));
    this.#waiting++;
  }

  #remove(waiter: Waiter): void {
    const queue = this.#queues.get(waiter.caller);
    if (queue?.delete(waiter) !== true) return;
    this.#waiting--;
    if (queue.size === 0) this.#queues.delete(waiter.caller);
  }

  #retryAfterMs(): number {
    return Math.max(SOON, Math.ceil(this.#roomAt - performance.now()));
  }
}
