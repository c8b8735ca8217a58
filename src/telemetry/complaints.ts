import type { Logger } from '../platform/logger.js';
import type { Signal } from './otlp-endpoint.js';

/** How often at most something is said. */
const EVERY_MS = 60_000;

/** Says that telemetry does not get through: at once, and then once a minute at most as long as that lasts. */
export class Complaints {
  readonly #logger: Pick<Logger, 'warn'>;
  readonly #now: () => number;
  readonly #lost = new Map<Signal, { readonly reason: string; readonly exports: number }>();
  #saidAt = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds from any fixed point. Default: the process's monotonic clock */
  constructor(logger: Pick<Logger, 'warn'>, now: () => number = () => performance.now()) {
    this.#logger = logger;
    this.#now = now;
  }

  /** An export has ended, with the reason if it failed. */
  note(signal: Signal, failure: string | undefined): void {
    if (failure === undefined) return;
    this.#lost.set(signal, { reason: failure, exports: (this.#lost.get(signal)?.exports ?? 0) + 1 });
    const now = this.#now();
    if (now - this.#saidAt < EVERY_MS) return;
    this.#saidAt = now;
    const lost = Object.fromEntries(this.#lost);
    this.#lost.clear();
    this.#logger.warn(
      { lost },
      'telemetry does not get through and is lost; calls are not affected. clerk-mcp doctor checks the endpoint',
    );
  }
}
