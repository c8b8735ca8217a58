import type { Pool } from 'undici';
import type { Catalog } from '../catalog/catalog.js';
import type { Operation } from '../catalog/operation.js';
import type { Arguments } from '../catalog/types.js';
import type { AbortLike } from '../platform/abort.js';
import { type Clock, systemClock } from '../platform/clock.js';
import { type ClerkAnswer, readAnswer } from './answer.js';
import { CallLimit } from './call-limit.js';
import { Circumstances } from './error-context.js';
import { ClerkError } from './errors.js';
import { busyError, failureError, mayHaveHappened, stopError } from './failure.js';
import { readImage } from './image.js';
import { encodeForm } from './multipart.js';
import { UpstreamBusyError } from './rate-budget.js';
import { buildRequest, type ImageForm } from './request.js';
import { planRetry, type RetryReason } from './retry.js';
import { Scrubber } from './scrub.js';
import { exchange, type Outcome, type WireRequest } from './send-once.js';

export interface ClerkClientOptions {
  /** `https://api.clerk.com/v1`. A path is kept before every operation's. */
  readonly baseUrl: string;
  readonly secretKey: string;
  readonly userAgent: string;
  /** Default: 5000. */
  readonly connectTimeoutMs?: number;
  /** The whole call with its retries and waits. Default: 30000. */
  readonly timeoutMs?: number;
  /** Requests per call at most. Default: 4. */
  readonly maxAttempts?: number;
  /** Whether a call may name an image on the local disk. Default: false. */
  readonly allowLocalFiles?: boolean;
  /** The largest answer that is read. Default: 10 MB. */
  readonly maxBodyBytes?: number;
  /** Connections kept open at once. Default: 64. */
  readonly connections?: number;
  /** Lets errors name the read that tells what happened. */
  readonly catalog?: Catalog;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Waited for before each request, so that all callers together stay below Clerk's limit. Default: nothing is. */
  readonly budget?: Budget;
  /** Told how each request was answered: the status and the headers by lower-case name, or `none`. */
  readonly onAnswer?: (status: number | 'none', headers?: ReadonlyMap<string, string>) => void;
}

export interface Budget {
  /**
   * Resolves when one request may be sent.
   * @throws UpstreamBusyError; the signal's reason when that aborts
   */
  acquire(caller: string, signal: AbortLike, deadline: number): Promise<void>;
}

export interface SendOptions {
  /** Aborting it ends the HTTP request at once. */
  readonly signal?: AbortLike;
  /** Instead of the client's own. */
  readonly timeoutMs?: number;
  /** On whose behalf; callers take turns where there is a budget. */
  readonly caller?: string | undefined;
  /** Called before each wait. `attempt` is the one that failed. */
  readonly onRetry?: (info: { readonly attempt: number; readonly waitMs: number; readonly reason: RetryReason }) => void;
}

/** What RFC 6750 lets a bearer token hold. */
const BEARER_TOKEN = /^[\w.~+/-]+=*$/;

/** When it makes sense to try again, where nothing better is known. */
const SOON_MS = 1000;

const TEN_MEGABYTES = 10 * 1024 * 1024;

/** Sends the catalog's operations to Clerk's Backend API. */
export class ClerkClient {
  readonly #options: Required<Omit<ClerkClientOptions, 'catalog' | 'secretKey' | 'baseUrl' | 'budget'>>;
  readonly #catalog: Catalog | undefined;
  readonly #budget: Budget | undefined;
  readonly #origin: string;
  readonly #prefix: string;
  readonly #authorization: string;
  readonly #scrubber: Scrubber;
  readonly #calls = new Set<CallLimit>();
  #pool: Promise<Pool> | undefined;
  #openPool: Pool | undefined;
  #closed = false;

  /** @throws TypeError for an address or a key that cannot be used; the message never holds the key. */
  constructor(options: ClerkClientOptions) {
    const { secretKey, baseUrl, catalog, budget, ...rest } = options;
    this.#options = {
      connectTimeoutMs: 5_000,
      timeoutMs: 30_000,
      maxAttempts: 4,
      allowLocalFiles: false,
      maxBodyBytes: TEN_MEGABYTES,
      connections: 64,
      clock: systemClock,
      onAnswer: () => {},
      ...rest,
    };
    if (!BEARER_TOKEN.test(secretKey)) throw new TypeError('The secret key is empty or has characters that no key has.');
    const url = parseBaseUrl(baseUrl);
    this.#origin = url.origin;
    this.#prefix = url.pathname.replace(/\/+$/, '');
    this.#authorization = `Bearer ${secretKey}`;
    this.#scrubber = new Scrubber(secretKey);
    this.#catalog = catalog;
    this.#budget = budget;
  }

  /** Loads what the first call needs, so that it need not wait. Connects to nothing. */
  async warm(): Promise<void> {
    await this.#getPool();
  }

  /**
   * Carries out one call and answers within its time limit. A POST or PATCH that may have reached Clerk is
   * never sent a second time.
   *
   * @throws ClerkError of the kind that fits.
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

  #getPool(): Promise<Pool> {
    this.#pool ??= import('./pool.js').then(({ Pool }) => {
      const { connections, connectTimeoutMs } = this.#options;
      this.#openPool = new Pool(this.#origin, {
        connections,
        // One request per connection at a time: undici then has none that it could send again by itself.
        pipelining: 1,
        connect: { timeout: connectTimeoutMs },
        // The call's own limit stands over both.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      return this.#openPool;
    });
    return this.#pool;
  }

  #toWire(operation: Operation, args: Arguments, limit: CallLimit): WireRequest | Promise<WireRequest> {
    const { method, path, headers, authorized, body, form } = buildRequest(operation, args);
    const wire: WireRequest = {
      method,
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
    const { allowLocalFiles } = this.#options;
    const encoding = readImage(operation.name, args, { allowLocalFiles }).then((image) => encodeForm(form, image));
    const encoded = await limit.unlessStopped(encoding);
    if (encoded === undefined) throw stopError(limit.stopped, this.#circumstances(operation, 0, false));
    return { ...wire, headers: { ...wire.headers, 'content-type': encoded.contentType }, body: encoded.bytes };
  }

  async #attempt(
    operation: Operation,
    request: WireRequest,
    limit: CallLimit,
    { caller, onRetry }: SendOptions,
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
      const outcome = await exchange(pool, request, { signal: limit.abort, maxBodyBytes });
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
      if (retry === undefined) return settle(outcome, about, limit);
      uncertain ||= mayHaveHappened(outcome, operation);
      onRetry?.({ attempt, ...retry });
      await clock.sleep(retry.waitMs, limit.abort.signal);
    }
  }

  async #awaitTurn(budget: Budget, caller: string | undefined, limit: CallLimit, about: Circumstances): Promise<void> {
    try {
      await budget.acquire(caller ?? '', limit.abort, performance.now() + limit.remainingMs);
    } catch (error) {
      if (error instanceof UpstreamBusyError) throw busyError(error.retryAfterMs, about);
      // The call's time ran out while it waited for its turn: nobody need wonder whether it was sent.
      if (limit.stopped === 'timeout') throw busyError(SOON_MS, about);
      if (limit.stopped !== undefined) throw stopError(limit.stopped, about);
      throw error;
    }
  }

  #circumstances(operation: Operation, attempts: number, uncertain: boolean): Circumstances {
    const facts = { operation, attempts, uncertain, now: this.#options.clock.now(), scrubber: this.#scrubber };
    return new Circumstances(facts, this.#catalog);
  }
}

function parseBaseUrl(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new TypeError("The address of Clerk's API must be an http or https URL.");
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new TypeError("The address of Clerk's API must have no user, password, query or fragment.");
  }
  return url;
}

function settle(outcome: Outcome, about: Circumstances, limit: CallLimit): ClerkAnswer {
  if (outcome.kind !== 'answered') throw failureError(outcome, about, limit.stopped);
  const read = readAnswer(outcome, about);
  if (read instanceof ClerkError) throw read;
  return read;
}
