import type { AuthenticatedCaller } from '../auth/authenticator.js';
import { type Reply, refuse } from '../reply.js';

/** Why a session ended. `replaced`: its place was needed. */
export type SessionEnd = 'closed' | 'idle' | 'expired' | 'withdrawn' | 'shutdown' | 'replaced';

export interface SessionsOptions {
  /** Sessions of one caller. Default: 32. */
  readonly maxPerCaller?: number;
  /** Sessions of all callers. Default: 1000. */
  readonly max?: number;
  /** How long a session lasts without a request, in milliseconds. Default: 30 minutes. */
  readonly idleMs?: number;
  /** How often to check for sessions that are over, in milliseconds. Default: 5000. */
  readonly sweepMs?: number;
  /** Told when a session could not be closed cleanly. */
  readonly onError?: (error: unknown) => void;
  /** The clock for idle times, in milliseconds. Default: a monotonic clock. */
  readonly now?: () => number;
  /** The clock for the expiry of credentials, in Unix milliseconds. Default: `Date.now`. */
  readonly wallClock?: () => number;
}

/** A session as its owner sees it. */
export interface Session<T> {
  readonly id: string;
  readonly value: T;
  /** A request has come. The session counts as in use until the returned function is called. */
  use(): () => void;
  /** Never rejects. */
  end(reason: SessionEnd): Promise<void>;
}

/** A place for a session that is being opened. It must be filled or given back. */
export interface Place<T> {
  readonly ok: true;
  /**
   * @param close called once, when the session ends for any reason
   * @param widened called whenever the caller's credential gains scopes while the session lasts
   */
  fill(id: string, value: T, close: (reason: SessionEnd) => Promise<void> | void, widened?: () => void): Session<T>;
  giveBack(): void;
}

interface Kept<T> extends Session<T> {
  readonly owner: string;
  /** When the credential shown last expires. */
  expiresAt: number | undefined;
  readonly lastUsed: number;
  readonly inUse: number;
}

/** Called during a session and at its end. */
interface SessionHooks {
  readonly close: (reason: SessionEnd) => Promise<void> | void;
  readonly widened: () => void;
  readonly giveBack: () => void;
}

/** The sessions of one process. Each belongs to the caller who opened it; for all others it does not exist. */
export class Sessions<T> {
  readonly #options: Required<SessionsOptions>;
  readonly #sessions = new Map<string, Kept<T>>();
  readonly #places = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #taken = 0;
  #isClosed = false;

  constructor(options: SessionsOptions = {}) {
    this.#options = {
      maxPerCaller: 32,
      max: 1000,
      idleMs: 30 * 60_000,
      sweepMs: 5000,
      now: () => performance.now(),
      wallClock: Date.now,
      onError: () => {},
      ...options,
    };
    this.#timer = setInterval(() => void this.sweep(), this.#options.sweepMs).unref();
  }

  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Takes a place before the session is made, so that many at once cannot exceed the limit. Most clients go without
   * ending their session, so if there is no place, the caller's own session that has been idle longest makes room.
   */
  reserve(caller: AuthenticatedCaller): Place<T> | { readonly ok: false; readonly refusal: Reply } {
    const { max, maxPerCaller } = this.#options;
    if (!this.#isClosed && (this.#taken >= max || this.#ownPlaces(caller) >= maxPerCaller)) this.#makeRoom(caller);
    const own = this.#ownPlaces(caller);
    const full = (status: number, message: string, retryAfterMs?: number) => ({
      ok: false as const,
      refusal: refuse(status, message, { retryAfterMs }),
    });
    if (this.#isClosed) return full(503, 'The server is stopping.', 1000);
    if (own >= maxPerCaller) {
      return full(429, `You have ${own} sessions in use, which is the limit. End one (DELETE), or close its stream, first.`);
    }
    if (this.#taken >= max) return full(503, 'The server has reached its limit of sessions.', this.#nextEndMs());
    this.#taken++;
    this.#places.set(caller.name, own + 1);
    let isHeld = true;
    const giveBack = (): void => {
      if (!isHeld) return;
      isHeld = false;
      this.#taken--;
      const left = (this.#places.get(caller.name) ?? 1) - 1;
      if (left === 0) this.#places.delete(caller.name);
      else this.#places.set(caller.name, left);
    };
    return {
      ok: true,
      giveBack,
      fill: (id, value, close, widened = () => {}) => this.#open(id, value, caller, { close, widened, giveBack }),
    };
  }

  /** The caller's own session. Another caller's is not found, as if it did not exist. */
  find(id: string, caller: AuthenticatedCaller): Session<T> | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined || session.owner !== caller.name) return undefined;
    session.expiresAt = caller.expiresAt;
    return session;
  }

  #ownPlaces({ name }: AuthenticatedCaller): number {
    return this.#places.get(name) ?? 0;
  }

  /** Ends the caller's session that has been idle longest. A session with a request or a stream is in use. */
  #makeRoom({ name }: AuthenticatedCaller): void {
    const idle = [...this.#sessions.values()].filter(({ owner, inUse }) => owner === name && inUse === 0);
    const [longest] = idle.sort((one, other) => one.lastUsed - other.lastUsed);
    void longest?.end('replaced');
  }

  /** When the next idle session would end if left alone, in milliseconds; `undefined` where none is idle. */
  #nextEndMs(): number | undefined {
    const { now, idleMs, sweepMs } = this.#options;
    const last = [...this.#sessions.values()].filter(({ inUse }) => inUse === 0).map(({ lastUsed }) => lastUsed);
    return last.length === 0 ? undefined : Math.max(0, Math.min(...last) + idleMs - now()) + sweepMs;
  }

  /** Ends sessions that have been idle too long or whose credential has expired. */
  async sweep(): Promise<void> {
    const now = this.#options.now();
    const time = this.#options.wallClock();
    const ends: Promise<void>[] = [];
    for (const session of this.#sessions.values()) {
      if (session.expiresAt !== undefined && session.expiresAt <= time) ends.push(session.end('expired'));
      else if (session.inUse === 0 && session.lastUsed + this.#options.idleMs <= now) ends.push(session.end('idle'));
    }
    await Promise.all(ends);
  }

  /** Ends all sessions, and accepts no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await Promise.all([...this.#sessions.values()].map((session) => session.end('shutdown')));
  }

  #open(id: string, value: T, caller: AuthenticatedCaller, { close, widened, giveBack }: SessionHooks): Session<T> {
    const { now } = this.#options;
    const { withdrawn } = caller;
    let lastUsed = now();
    let inUse = 0;
    let ended: Promise<void> | undefined;
    const withdraw = (): void => void session.end('withdrawn');
    const hearNoMore = caller.onWidened?.(widened);
    const session: Kept<T> = {
      id,
      value,
      owner: caller.name,
      expiresAt: caller.expiresAt,
      get lastUsed() {
        return lastUsed;
      },
      get inUse() {
        return inUse;
      },
      use: () => {
        inUse++;
        let isOver = false;
        return () => {
          if (isOver) return;
          isOver = true;
          inUse--;
          lastUsed = now();
        };
      },
      end: (reason) => {
        ended ??= (async () => {
          this.#sessions.delete(id);
          withdrawn?.removeEventListener('abort', withdraw);
          hearNoMore?.();
          giveBack();
          try {
            await close(reason);
          } catch (error) {
            this.#options.onError(error);
          }
        })();
        return ended;
      },
    };
    this.#sessions.set(id, session);
    withdrawn?.addEventListener('abort', withdraw, { once: true });
    if (withdrawn?.aborted) withdraw();
    else if (this.#isClosed) void session.end('shutdown');
    return session;
  }
}
