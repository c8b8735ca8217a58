import { isLoopback } from '../../platform/is-loopback.js';
import { Reply } from '../reply.js';

/** How long a result is reused, in milliseconds: frequent probes must not become as many requests to Clerk. */
const FRESH_MS = 5000;

export interface ProbesOptions {
  /** Resolves with an error code if the upstream cannot be used; never rejects. */
  readonly upstream: () => Promise<string | undefined>;
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
  #state: { readonly at: number; readonly fault: Promise<string | undefined> } | undefined;

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
    const fault = path === '/readyz' ? await this.#fault() : undefined;
    const body = fault !== undefined ? { status: 'unavailable', reason: fault } : this.#goodness(path);
    const status = fault === undefined ? 200 : 503;
    if (method === 'GET') return Reply.json(body, { status, headers });
    return new Reply(null, { status, headers });
  }

  #goodness(path: string): { readonly status: string; readonly reason?: string } {
    const isLessAble = path === '/readyz' && this.#options.isStoreAway?.() === true;
    return isLessAble ? { status: 'degraded', reason: 'store_unavailable' } : { status: 'ok' };
  }

  async #fault(): Promise<string | undefined> {
    if (this.#options.isStopping()) return 'stopping';
    const now = this.#now();
    if (this.#state === undefined || now - this.#state.at >= FRESH_MS) this.#state = { at: now, fault: this.#options.upstream() };
    return this.#state.fault;
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
