import { isLoopback } from '../../platform/is-loopback.js';
import { Reply } from '../reply.js';

/** How long a result is reused, in milliseconds: frequent probes must not become as many requests to Clerk. */
const FRESH_MS = 5000;

export interface ProbesOptions {
  /** Of each instance: resolves with an error code if its upstream cannot be used; never rejects. */
  readonly upstreams: readonly (() => Promise<string | undefined>)[];
  /** Whether the store that processes share is away. Reads go on then, so that the process is ready, but less able. */
  readonly isStoreAway?: () => boolean;
  /** Whether the process is about to end. */
  readonly isStopping: () => boolean;
  /** Milliseconds from any fixed point. Default: the process's monotonic clock. */
  readonly now?: () => number;
}

/** Answers an orchestrator's probes, without credentials. The answers reveal nothing about what is served. */
export class Probes {
  readonly #options: ProbesOptions;
  readonly #now: () => number;
  #state: { readonly at: number; readonly faults: Promise<readonly (string | undefined)[]> } | undefined;

  constructor(options: ProbesOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** The answer to `/healthz` and `/readyz`, or `undefined` for any other path. */
  async respond(method: string, path: string): Promise<Reply | undefined> {
    if (path !== '/healthz' && path !== '/readyz') return undefined;
    const headers = { 'Cache-Control': 'no-store' };
    if (method !== 'GET' && method !== 'HEAD')
      return new Reply(null, { status: 405, headers: { ...headers, Allow: 'GET, HEAD' } });
    const body = path === '/readyz' ? await this.#readiness() : { status: 'ok' };
    const status = body.status === 'unavailable' ? 503 : 200;
    if (method === 'GET') return Reply.json(body, { status, headers });
    return new Reply(null, { status, headers });
  }

  /** One instance that is away leaves the process ready for the others, but less able. */
  async #readiness(): Promise<{ readonly status: 'ok' | 'degraded' | 'unavailable'; readonly reason?: string }> {
    if (this.#options.isStopping()) return { status: 'unavailable', reason: 'stopping' };
    const faults = await this.#faults();
    const [fault] = faults;
    if (fault !== undefined && !faults.includes(undefined)) return { status: 'unavailable', reason: fault };
    if (this.#options.isStoreAway?.() === true) return { status: 'degraded', reason: 'store_unavailable' };
    return faults.every((one) => one === undefined) ? { status: 'ok' } : { status: 'degraded', reason: 'instance_unavailable' };
  }

  #faults(): Promise<readonly (string | undefined)[]> {
    const now = this.#now();
    if (this.#state === undefined || now - this.#state.at >= FRESH_MS)
      this.#state = { at: now, faults: Promise.all(this.#options.upstreams.map((upstream) => upstream())) };
    return this.#state.faults;
  }
}

/** Headers that proxies add. A request with one of them comes from elsewhere, even over a local connection. */
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/** Whether a request was made on this machine, and not passed on by a proxy on it. */
export function isLocal(request: Pick<Request, 'headers' | 'url'>, remoteAddress: string | undefined): boolean {
  return (
    remoteAddress !== undefined &&
    isLoopback(remoteAddress) &&
    isLoopback(new URL(request.url).hostname) &&
    !FORWARDED.some((name) => request.headers.has(name))
  );
}
