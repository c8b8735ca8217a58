import { isIPv6 } from 'node:net';
import type { Authentication, Authenticator, Credentials } from './authenticator.js';
import { BearerChallenges } from './bearer.js';
import { sha256 } from './token-file.js';

export interface ThrottleOptions {
  /** Bad credentials that one address may show within the window. Default: 20. */
  readonly maxFailures?: number;
  /** Milliseconds. Default: 60,000. */
  readonly windowMs?: number;
  /** Addresses, and good credentials, that are remembered; the oldest are forgotten first. Default: 10,000. */
  readonly maxRemembered?: number;
  /** Milliseconds from any fixed point. Default: the process's monotonic clock. */
  readonly now?: () => number;
}

/**
 * Slows down an address that shows many bad credentials: it is answered 429 and its credentials are no longer looked
 * at. Only those that were good before pass, so that one bad client behind a shared address shuts nobody else out.
 */
export class ThrottledAuthentication implements Authenticator {
  readonly #inner: Authenticator;
  readonly #challenges = new BearerChallenges();
  readonly #maxFailures: number;
  readonly #windowMs: number;
  readonly #maxRemembered: number;
  readonly #now: () => number;
  /** Times of failures by address, the latest `maxFailures` of them. Addresses are in the order of their last failure. */
  readonly #failures = new Map<string, number[]>();
  /** Hashes of credentials that were good, the last used at the end. */
  readonly #good = new Set<string>();

  constructor(inner: Authenticator, options: ThrottleOptions = {}) {
    this.#inner = inner;
    this.#maxFailures = options.maxFailures ?? 20;
    this.#windowMs = options.windowMs ?? 60_000;
    this.#maxRemembered = options.maxRemembered ?? 10_000;
    this.#now = options.now ?? (() => performance.now());
  }

  async authenticate(credentials: Credentials): Promise<Authentication> {
    const address = credentials.remoteAddress === undefined ? undefined : network(credentials.remoteAddress);
    const shown = credentials.headers.get('authorization');
    const hash = shown === null ? undefined : sha256(shown).toString('base64');
    const waitMs = address === undefined ? 0 : this.#waitMs(address);
    if (waitMs > 0 && hash !== undefined && !this.#good.has(hash)) return this.#challenges.throttled(waitMs);
    const authentication = await this.#inner.authenticate(credentials);
    if (authentication.ok && hash !== undefined) this.#remember(this.#good, hash);
    if (!authentication.ok && authentication.why === 'invalid') {
      if (hash !== undefined) this.#good.delete(hash);
      if (address !== undefined) this.#failed(address);
    }
    return authentication;
  }

  async reload(): Promise<void> {
    await this.#inner.reload?.();
  }

  close(): void {
    this.#inner.close();
  }

  /** How long this address has to wait; 0 when it has not. */
  #waitMs(address: string): number {
    const times = this.#failures.get(address);
    const first = times?.[times.length - this.#maxFailures];
    return first === undefined ? 0 : Math.max(0, first + this.#windowMs - this.#now());
  }

  #failed(address: string): void {
    const times = [...(this.#failures.get(address) ?? []), this.#now()].slice(-this.#maxFailures);
    this.#failures.delete(address);
    this.#failures.set(address, times);
    forgetOldest(this.#failures, this.#maxRemembered);
  }

  #remember(hashes: Set<string>, hash: string): void {
    hashes.delete(hash);
    hashes.add(hash);
    forgetOldest(hashes, this.#maxRemembered);
  }
}

function forgetOldest(kept: Map<string, unknown> | Set<string>, max: number): void {
  if (kept.size <= max) return;
  const oldest = kept.keys().next();
  if (oldest.done !== true) kept.delete(oldest.value);
}

/** The address, or for IPv6 its /64: whoever has one address there has them all. */
export function network(address: string): string {
  const bare = address.replace(/%.*$/, '');
  if (!isIPv6(bare)) return bare;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const rest = tail === undefined ? [] : tail.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - groups.length - rest.length }, () => '0');
  return `${[...groups, ...zeros, ...rest].slice(0, 4).join(':')}::/64`;
}
