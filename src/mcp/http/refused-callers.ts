import type { Logger } from '../../platform/logger.js';

/** At most one line in this time for each `why`, in milliseconds. */
const EVERY_MS = 1000;

/** The longest text from a caller that goes into the log. */
const LONGEST = 100;

export interface RefusedCaller {
  readonly why: 'missing' | 'invalid' | 'unavailable' | 'throttled' | 'ungranted' | 'host' | 'origin';
  /** Where the request came from, past trusted proxies. */
  readonly address: string | undefined;
  /** What was wrong with the credential, without quoting it. */
  readonly reason?: string | undefined;
  readonly host?: string | null;
  readonly origin?: string | null;
}

/**
 * Logs who is turned away. A refused caller can ask again at once, so each `why` gets one line a second, and the next one
 * says how many were left out.
 */
export class RefusedCallers {
  readonly #logger: Pick<Logger, 'info' | 'warn'>;
  /** By `why`, while no further line may be written: how many were left out, and the last of them. */
  readonly #held = new Map<RefusedCaller['why'], { readonly count: number; readonly last: RefusedCaller }>();

  constructor(logger: Pick<Logger, 'info' | 'warn'>) {
    this.#logger = logger;
  }

  note(caller: RefusedCaller): void {
    const held = this.#held.get(caller.why);
    if (held === undefined) this.#tell(caller, 0);
    else this.#held.set(caller.why, { count: held.count + 1, last: caller });
  }

  #tell({ host, origin, ...caller }: RefusedCaller, leftOut: number): void {
    const line = { ...caller, ...cut({ host, origin }), ...(leftOut > 0 && { leftOut }) };
    // A client that signs in with OAuth begins without a token.
    this.#logger[caller.why === 'missing' ? 'info' : 'warn'](line, 'a caller was refused');
    this.#held.set(caller.why, { count: 0, last: caller });
    setTimeout(() => this.#release(caller.why), EVERY_MS).unref();
  }

  #release(why: RefusedCaller['why']): void {
    const held = this.#held.get(why);
    this.#held.delete(why);
    if (held !== undefined && held.count > 0) this.#tell(held.last, held.count - 1);
  }
}

const cut = (texts: Readonly<Record<string, string | null | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(texts).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text.slice(0, LONGEST)]] : [])),
  );
