import type { Dispatcher } from 'undici';
import type { Catalog } from '../catalog/catalog.js';
import type { ClerkAnswer } from '../catalog/clerk-answer.js';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/operation-types.js';
import type { AbortLike } from '../platform/abort.js';
import { type Clock, systemClock } from '../platform/clock.js';
import { Scrubber } from '../platform/scrub.js';
import { trimEnd } from '../platform/trim-end.js';
import { tracer } from '../telemetry/tracing.js';
import { type Passing, readAnswer } from './answer.js';
import { CallLimit } from './call-limit.js';
import { ErrorContext } from './error-context.js';
import { ClerkError } from './errors.js';
import { busyError, failureError, mayHaveHappened, stopError } from './failure.js';
import { readImage } from './image.js';
import { encodeForm } from './multipart.js';
import { UpstreamBusyError } from './rate-budget.js';
import { buildRequest, type ImageForm } from './request.js';
import { planRetry, type RetryReason } from './retry.js';
import { type Outcome, sendOnce, type WireRequest } from './send-once.js';
import { tracedPause, tracedRequest } from './traced.js';

export interface ClerkClientOptions {
  /** `https://api.clerk.com/v1`. Its path is put before every operation's path. */
  readonly baseUrl: string;
  readonly secretKey: string;
  readonly userAgent: string;
  /** Default: 5000. */
  readonly connectTimeoutMs?: number;
  /** Limit of the whole call, retries and waits included. Default: 30000. */
  readonly timeoutMs?: number;
  /** The most requests per call. Default: 4. */
  readonly maxAttempts?: number;
  /** Whether a call may name an image on the local disk. Default: false. */
  readonly allowLocalFiles?: boolean;
  /** The folder below which such an image must be. Default: anywhere. */
  readonly filesDir?: string | undefined;
  /** The largest answer to read. Default: 10 MB. */
  readonly maxBodyBytes?: number;
  /** Connections kept open at once. Default: 64. */
  readonly connections?: number;
  /** The proxy to go through, `http://name:password@proxy.example:3128`. Default: none. */
  readonly proxy?: URL | undefined;
  /** Lets errors name the read that shows what happened. */
  readonly catalog?: Catalog;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Awaited before each request, so that all callers together stay below Clerk's limit. Default: no budget. */
  readonly budget?: Budget;
  /** Called after each request with the status and the headers by lower-case name, or with `none`. */
  readonly onAnswer?: (status: number | 'none', headers?: ReadonlyMap<string, string>) => void;
}

export interface Budget {
  /**
   * Resolves when one request may be sent.
   * @throws UpstreamBusyError, or the signal's reason when it aborts
   */
  acquire(caller: string, signal: AbortLike, deadline: number): Promise<void>;
}

export interface SendOptions {
  /** Aborting it ends the HTTP request immediately. */
  readonly signal?: AbortLike;
  /** Overrides the client's own limit. */
  readonly timeoutMs?: number;
  /** Who the call is for; with a budget, callers take turns. */
  readonly caller?: string | undefined;
  /** Makes the caller's text of an answer in JSON, so that it need not be parsed. */
  readonly passing?: Passing | undefined;
  /** Called before each wait; `attempt` is the one that failed. */
  readonly onRetry?: (info: { readonly attempt: number; readonly waitMs: number; readonly reason: RetryReason }) => void;
}

/** The form of a bearer token in RFC 6750. */
const BEARER_TOKEN = /^[\w.~+/-]+=*$/;

/** When to suggest trying again if nothing better is known. */
const SOON_MS = 1000;

const TEN_MEGABYTES = 10 * 1024 * 1024;

/** Sends the catalog's operations to Clerk's Backend API. */
export class ClerkClient {
  readonly #options: Required<Omit<ClerkClientOptions, 'catalog' | 'secretKey' | 'baseUrl' | 'budget' | 'proxy'>>;
  readonly #catalog: Catalog | undefined;
  readonly #budget: Budget | undefined;
  readonly #origin: string;
  readonly #proxy: URL | undefined;
  readonly #prefix: string;
  readonly #authorization: string;
  readonly #scrubber: Scrubber;
  readonly #calls = new Set<CallLimit>();
  #pool: Promise<Dispatcher> | undefined;
  #openPool: Dispatcher | undefined;
  #closed = false;

  /** @throws TypeError for an unusable address or key; the message never contains the key. */
  constructor(options: ClerkClientOptions) {
    const { secretKey, baseUrl, catalog, budget, proxy, ...rest } = options;
    this.#options = {
      connectTimeoutMs: 5_000,
      timeoutMs: 30_000,
      maxAttempts: 4,
      allowLocalFiles: false,
      filesDir: undefined,
      maxBodyBytes: TEN_MEGABYTES,
      connections: 64,
      clock: systemClock,
      onAnswer: () => {},
      ...rest,
    };
    if (!BEARER_TOKEN.test(secretKey)) throw new TypeError('The secret key is empty or has characters that keys never have.');
    const url = parseBaseUrl(baseUrl);
    this.#origin = url.origin;
    this.#proxy = proxy;
    this.#prefix = trimEnd(url.pathname, '/');
    this.#authorization = `Bearer ${secretKey}`;
    this.#scrubber = new Scrubber(secretKey);
    this.#catalog = catalog;
    this.#budget = budget;
  }

  /** Loads what the first call needs ahead of time. Opens no connection. */
  async warm(): Promise<void> {
    await this.#getPool();
  }

  /**
   * Makes one call and settles within its time limit. A POST or PATCH that may have reached Clerk is never sent
   * a second time.
   *
   * @throws ClerkError, as one of its subclasses.
   */
  async send(operation: Operation, args: Arguments, options: SendOptions = {}): Promise<ClerkAnswer> {
    const limit = new CallLimit(options.timeoutMs ?? this.#options.timeoutMs, options.signal);
    if (this.#closed) limit.stop('closed');
    this.#calls.add(limit);
    try {
      const request = await this.#toWire(operation, args, limit);
      return await this.#attempt(operation, request, limit, options);
    } finally {
      limit.end();
      this.#calls.delete(limit);
    }
  }

  /** Ends every call in flight with a {@link ClerkAbortedError}, and every connection. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const call of this.#calls) call.stop('closed');
    const pool = await this.#pool;
    await pool?.destroy();
  }

  #getPool(): Promise<Dispatcher> {
    this.#pool ??= import('./pool.js').then(({ openPool }) => {
      const { connections, connectTimeoutMs } = this.#options;
      this.#openPool = openPool({ origin: this.#origin, connections, connectTimeoutMs, proxy: this.#proxy });
      return this.#openPool;
    });
    return this.#pool;
  }

  #toWire(operation: Operation, args: Arguments, limit: CallLimit): WireRequest | Promise<WireRequest> {
    const { method, path, headers, authorized, body, form } = buildRequest(operation, args);
    const wire: WireRequest = {
      method,
      origin: this.#origin,
      path: this.#prefix + path,
      headers: {
        ...headers,
        ...(authorized ? { authorization: this.#authorization } : {}),
        'user-agent': this.#options.userAgent,
      },
      body: body ?? null,
    };
    return form === undefined ? wire : this.#withImage(operation, args, wire, form, limit);
  }

  async #withImage(
    operation: Operation,
    args: Arguments,
    wire: WireRequest,
    form: ImageForm,
    limit: CallLimit,
  ): Promise<WireRequest> {
    const { allowLocalFiles, filesDir } = this.#options;
    const encoding = readImage(operation.name, args, { allowLocalFiles, filesDir }).then((image) => encodeForm(form, image));
    const encoded = await limit.unlessStopped(encoding);
    if (encoded === undefined) throw stopError(limit.stopped, this.#circumstances(operation, 0, false));
    return { ...wire, headers: { ...wire.headers, 'content-type': encoded.contentType }, body: encoded.bytes };
  }

  async #attempt(
    operation: Operation,
    request: WireRequest,
    limit: CallLimit,
    { caller, passing, onRetry }: SendOptions,
  ): Promise<ClerkAnswer> {
    const { clock, maxAttempts, maxBodyBytes, onAnswer } = this.#options;
    let uncertain = false;
    for (let attempt = 1; ; attempt++) {
      if (limit.stopped !== undefined) throw stopError(limit.stopped, this.#circumstances(operation, attempt - 1, uncertain));
      const pool = this.#openPool ?? (await this.#getPool());
      if (this.#budget !== undefined) {
        const about = this.#circumstances(operation, attempt - 1, uncertain);
        await this.#awaitTurn(this.#budget, caller, limit, about);
      }
      const sent = { operation, origin: this.#origin, prefix: this.#prefix, attempt };
      const outcome = await tracedRequest(sent, () => sendOnce(pool, request, { signal: limit.abort, maxBodyBytes }));
      if (outcome.kind === 'answered') onAnswer(outcome.status, outcome.headers);
      else onAnswer('none');
      const about = this.#circumstances(operation, attempt, uncertain);
      const retry = planRetry(outcome, {
        operation,
        attempt,
        maxAttempts,
        remainingMs: limit.remainingMs,
        now: clock.now(),
        random: clock.random(),
      });
      if (retry === undefined) return settle(outcome, about, limit, passing);
      uncertain ||= mayHaveHappened(outcome, operation);
      onRetry?.({ attempt, ...retry });
      await tracedPause(retry.reason, () => clock.sleep(retry.waitMs, limit.abort.signal));
    }
  }

  async #awaitTurn(budget: Budget, caller: string | undefined, limit: CallLimit, about: ErrorContext): Promise<void> {
    const since = performance.now();
    try {
      await budget.acquire(caller ?? '', limit.abort, performance.now() + limit.remainingMs);
    } catch (error) {
      if (error instanceof UpstreamBusyError) throw busyError(error.retryAfterMs, about);
      // The time ran out while the call waited for its turn, so it is certain that nothing was sent.
      if (limit.stopped === 'timeout') throw busyError(SOON_MS, about);
      if (limit.stopped !== undefined) throw stopError(limit.stopped, about);
      throw error;
    } finally {
      tracer()?.waited('turn', since);
    }
  }

  #circumstances(operation: Operation, attempts: number, uncertain: boolean): ErrorContext {
    const facts = {
      operation,
      attempts,
      uncertain,
      now: this.#options.clock.now(),
      scrubber: this.#scrubber,
      proxy: this.#proxy,
    };
    return new ErrorContext(facts, this.#catalog);
  }
}

function parseBaseUrl(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new TypeError("The address of Clerk's API must be an http or https URL.");
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new TypeError("The address of Clerk's API must not have a user, password, query or fragment.");
  }
  return url;
}

function settle(outcome: Outcome, about: ErrorContext, limit: CallLimit, passing: Passing | undefined): ClerkAnswer {
  if (outcome.kind !== 'answered') throw failureError(outcome, about, limit.stopped);
  const read = readAnswer(outcome, about, passing);
  if (read instanceof ClerkError) throw read;
  return read;
}
