import { isIPv6 } from 'node:net';
import type { Authentication, Authenticator, Credentials } from './authenticator.js';
import { BearerChallenges } from './bearer.js';
import { sha256 } from './token-file.js';

export interface ThrottleOptions {
  /** Bad credentials that one address may show within the window. Default: 20. */
  readonly maxFailures?: number;
  /** Milliseconds. Default: 60,000. */
  readonly windowMs?: number;
  /** Credentials checked per second once an address has shown too many bad ones. Default: 10. */
  readonly maxLooksPerSecond?: number;
  /** Addresses, good credentials and subjects that are remembered; the oldest are forgotten first. Default: 10,000. */
  readonly maxRemembered?: number;
  /** Milliseconds from any fixed point. Default: the process's monotonic clock. */
  readonly now?: () => number;
}

/** At most `count` within a window. */
interface Limit {
  readonly count: number;
  /** Milliseconds. */
  readonly windowMs: number;
}

/**
 * Slows down an address that shows many bad credentials: of its unknown credentials, only a few are checked per second,
 * and bad ones get 429. Many clients can share an address, so good credentials pass: known ones at once, others in their
 * turn. Credentials of a known subject have a turn of their own, since tokens that live for minutes are always new.
 */
export class ThrottledAuthentication implements Authenticator {
  readonly #inner: Authenticator;
  readonly #challenges = new BearerChallenges();
  readonly #maxFailures: number;
  readonly #windowMs: number;
  readonly #maxRemembered: number;
  readonly #maxLooks: number;
  readonly #now: () => number;
  /** Times of failures by address, the latest `maxFailures` of them. Addresses are in the order of their last failure. */
  readonly #failures = new Map<string, number[]>();
  /** Hashes of credentials that were good, the last used at the end. */
  readonly #good = new Set<string>();
  /** Subjects of credentials that were good, likewise. */
  readonly #subjects = new Set<string>();
  /** When credentials were last checked, by whose turn it was: the latest `maxLooks` times. */
  readonly #looks = new Map<string, number[]>();

  constructor(inner: Authenticator, options: ThrottleOptions = {}) {
    this.#inner = inner;
    this.#maxFailures = options.maxFailures ?? 20;
    this.#windowMs = options.windowMs ?? 60_000;
    this.#maxRemembered = options.maxRemembered ?? 10_000;
    this.#maxLooks = options.maxLooksPerSecond ?? 10;
    this.#now = options.now ?? (() => performance.now());
  }

  async authenticate(credentials: Credentials): Promise<Authentication> {
    const address = credentials.remoteAddress === undefined ? undefined : network(credentials.remoteAddress);
    const shown = credentials.headers.get('authorization');
    const hash = shown === null ? undefined : sha256(shown).toString('base64');
    const waitMs =
      address === undefined || hash === undefined ? 0 : this.#waitMs(this.#failures.get(address), this.#failureLimit);
    const isKnown = hash !== undefined && this.#good.has(hash);
    const subject = isKnown ? undefined : this.#inner.subject?.(credentials);
    if (waitMs > 0 && !isKnown) {
      const turn = subject !== undefined && this.#subjects.has(subject) ? `${address} ${subject}` : `${address}`;
      const busyMs = this.#waitMs(this.#looks.get(turn), this.#lookLimit);
      if (busyMs > 0) return this.#challenges.throttled(busyMs);
      this.#note(this.#looks, turn, this.#maxLooks);
    }
    const authentication = await this.#inner.authenticate(credentials);
    if (authentication.ok) {
      if (hash !== undefined) this.#remember(this.#good, hash);
      if (subject !== undefined) this.#remember(this.#subjects, subject);
      return authentication;
    }
    if (authentication.why !== 'invalid') return authentication;
    if (hash !== undefined) this.#good.delete(hash);
    if (address !== undefined) this.#note(this.#failures, address, this.#maxFailures);
    return waitMs > 0 ? this.#challenges.throttled(waitMs) : authentication;
  }

  async reload(): Promise<void> {
    await this.#inner.reload?.();
  }

  close(): void {
    this.#inner.close();
  }

  get #failureLimit(): Limit {
    return { count: this.#maxFailures, windowMs: this.#windowMs };
  }

  get #lookLimit(): Limit {
    return { count: this.#maxLooks, windowMs: 1000 };
  }

  /** How long the limit will stay reached, in milliseconds; 0 where it is not reached. */
  #waitMs(times: readonly number[] | undefined, { count, windowMs }: Limit): number {
    const first = times?.[times.length - count];
    return first === undefined ? 0 : Math.max(0, first + windowMs - this.#now());
  }

  #note(noted: Map<string, number[]>, key: string, count: number): void {
    const times = [...(noted.get(key) ?? []), this.#now()].slice(-count);
    noted.delete(key);
    noted.set(key, times);
    forgetOldest(noted, this.#maxRemembered);
  }

  #remember(kept: Set<string>, what: string): void {
    kept.delete(what);
    kept.add(what);
    forgetOldest(kept, this.#maxRemembered);
  }
}

function forgetOldest(kept: Map<string, unknown> | Set<string>, max: number): void {
  if (kept.size <= max) return;
  const oldest = kept.keys().next();
  if (oldest.done !== true) kept.delete(oldest.value);
}

/** The address, or its /64 for IPv6: a client that has one address there has them all. */
export function network(address: string): string {
  const [bare = ''] = address.split('%', 1);
  if (!isIPv6(bare)) return bare;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const rest = tail === undefined ? [] : tail.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - groups.length - rest.length }, () => '0');
  return `${[...groups, ...zeros, ...rest].slice(0, 4).join(':')}::/64`;
}
