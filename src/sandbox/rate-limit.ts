import type { DeclaredOperation as Operation } from '../catalog/declaration.js';
import type { Middleware } from './middleware.js';
import { tooManyRequests } from './sandbox-error.js';

interface Limit {
  readonly most: number;
  readonly windowMs: number;
  /** The path parameter that each have a limit of their own. Default: one limit for the endpoint. */
  readonly per?: string;
}

const TEN_SECONDS = 10_000;
const HOUR = 60 * 60 * 1000;

/** Every endpoint of a development instance, each counted by itself. */
const GENERAL: Limit = { most: 100, windowMs: TEN_SECONDS };
const PER_USER: Limit = { most: 10, windowMs: TEN_SECONDS, per: 'user_id' };

/** The endpoints that have a tighter limit besides. */
const TIGHTER: Readonly<Record<string, Limit>> = {
  'POST /invitations': { most: 100, windowMs: HOUR },
  'POST /invitations/bulk': { most: 25, windowMs: HOUR },
  'POST /organizations/{organization_id}/invitations': { most: 250, windowMs: HOUR },
  'POST /organizations/{organization_id}/invitations/bulk': { most: 50, windowMs: HOUR },
  'PATCH /users/{user_id}': PER_USER,
  'PATCH /users/{user_id}/metadata': PER_USER,
  'PUT /users/{user_id}/metadata': PER_USER,
};

/** Requests that are not limited. */
const UNLIMITED = new Set(['GET /jwks', 'GET /public/interstitial']);

const limitsOf = ({ spec: { request } }: Operation): readonly Limit[] => {
  if (UNLIMITED.has(request)) return [];
  const tighter = TIGHTER[request];
  return tighter === undefined ? [GENERAL] : [GENERAL, tighter];
};

const MOST_KEYS = 10_000;

/** Counts requests in windows that slide. */
export class RateLimit {
  readonly #now: () => number;
  /** When each request that counts was made, oldest first. */
  readonly #made = new Map<string, { readonly windowMs: number; times: number[] }>();

  /** @param now Milliseconds that go on even where the sandbox's own clock stands still. */
  constructor(now: () => number) {
    this.#now = now;
  }

  readonly middleware: Middleware = async (routed, next) => {
    const { operation, params } = routed;
    if (operation === undefined) return next(routed);
    const now = this.#now();
    const counted = limitsOf(operation).map((limit, nth) => {
      const key = `${operation.name} ${nth} ${limit.per === undefined ? '' : params[limit.per]}`;
      return { limit, times: this.#timesWithin(key, limit, now) };
    });
    for (const { limit, times } of counted) {
      const freeAt = (times[0] ?? now) + limit.windowMs;
      if (times.length >= limit.most) throw tooManyRequests(Math.max(1, Math.ceil((freeAt - now) / 1000)));
    }
    for (const { times } of counted) times.push(now);
    return next(routed);
  };

  clear(): void {
    this.#made.clear();
  }

  #timesWithin(key: string, { windowMs }: Limit, now: number): number[] {
    if (this.#made.size > MOST_KEYS) this.#forgetIdle(now);
    const held = this.#made.get(key) ?? { windowMs, times: [] };
    held.times = held.times.filter((time) => time > now - windowMs);
    this.#made.set(key, held);
    return held.times;
  }

  #forgetIdle(now: number): void {
    for (const [key, { windowMs, times }] of this.#made) {
      if ((times.at(-1) ?? Number.NEGATIVE_INFINITY) <= now - windowMs) this.#made.delete(key);
    }
  }
}
