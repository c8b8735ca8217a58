import type { IncomingMessage } from 'node:http';
import { classifyInboundRequest, isJSONRPCRequest, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import type { Metrics } from '../../call/metrics.js';
import type { Logger } from '../../platform/logger.js';
import { plain } from '../../platform/plain-text.js';
import { type TraceHeaders, tracer } from '../../telemetry/tracing.js';
import type { AuthenticatedCaller, Authenticator } from '../auth/authenticator.js';
import type { BearerChallenges } from '../auth/bearer.js';
import { isPlainCall } from '../quick-calls.js';
import { type Reply, refuse } from '../reply.js';
import type { ServerFactory } from '../server.js';
import { accepted } from './accept.js';
import { BodyError, type BodyLimits, readJsonBody } from './body.js';
import type { CallLimits } from './caller-limits.js';
import type { Connection } from './connection.js';
import { InFlightRequest } from './in-flight-request.js';
import type { Incoming, Route } from './incoming.js';
import type { RequestContext } from './listener.js';
import { isRequest, messagesOf } from './messages.js';
import { ModernEndpoint } from './modern.js';
import type { Sessions } from './sessions.js';
import type { SseEndpoint } from './sse.js';
import { StreamableEndpoint } from './streamable.js';

const KEEP_ALIVE_MS = 15_000;

const STOPPING = (): Reply => refuse(503, 'The server is stopping.', { headers: { Connection: 'close' }, retryAfterMs: 1000 });

export interface MountOptions {
  /** What the paths end in, after `/mcp`, `/sse` and `/messages`: empty, or like `/shop` for one of several instances. */
  readonly suffix: string;
  readonly createServer: ServerFactory;
  /** Who may call here. */
  readonly authenticator: Authenticator;
  readonly challenges: BearerChallenges;
  readonly sessions: Sessions<Connection | undefined>;
  readonly calls: CallLimits;
  /** Limits messages of every kind, while they are read. */
  readonly messages: CallLimits;
  readonly body: BodyLimits;
  readonly metrics: Pick<Metrics, 'limited' | 'denied'>;
  readonly logger: Pick<Logger, 'debug'>;
  /** The prefix of all paths: empty, or like `/api`. */
  readonly basePath: string;
  /** Whether HTTP+SSE is served. */
  readonly sse: boolean;
  /** Whether tool calls take the short way of `quick-path/`. */
  readonly quickPath: boolean;
}

type Answer = (request: Request, caller: AuthenticatedCaller, context: RequestContext) => Promise<Reply>;

/** What is served at one path, and by which methods. */
export interface Served {
  readonly methods: readonly string[];
  /** Whether it belongs to HTTP+SSE. */
  readonly sse: boolean;
  readonly answer: Answer;
}

/** MCP of one instance at its paths: limits, body, and then the endpoint that speaks the protocol of the request. */
export class Mount {
  readonly authenticator: Authenticator;
  readonly metrics: MountOptions['metrics'];
  /** What is served, by path. */
  readonly served: ReadonlyMap<string, Served>;
  readonly #options: MountOptions;
  readonly #modern: ModernEndpoint;
  readonly #streamable: StreamableEndpoint;
  readonly #sse: Promise<SseEndpoint> | undefined;
  #isStopping = false;

  constructor(options: MountOptions) {
    this.#options = options;
    const { createServer, sessions, metrics, logger, basePath, quickPath, suffix } = options;
    this.authenticator = options.authenticator;
    this.metrics = metrics;
    const endpoint = {
      createServer,
      sessions,
      keepAliveMs: KEEP_ALIVE_MS,
      quickPath,
      onFull: () => metrics.limited('sessions'),
      onError: (error: Error) => logger.debug({ reason: error.message }, 'http'),
    };
    this.#modern = new ModernEndpoint(endpoint);
    this.#streamable = new StreamableEndpoint(endpoint);
    const messages = `/messages${suffix}`;
    if (options.sse) this.#sse = import('./sse.js').then((sse) => new sse.SseEndpoint(endpoint, `${basePath}${messages}`));
    const mcp: Answer = (request, caller, context) => this.#mcp(request, caller, context);
    const served = new Map<string, Served>([[`/mcp${suffix}`, { methods: ['POST', 'GET', 'DELETE'], sse: false, answer: mcp }]]);
    if (options.sse) {
      served.set(`/sse${suffix}`, { methods: ['GET'], sse: true, answer: (request, caller) => this.#openSse(request, caller) });
      const post: Answer = (request, caller, context) => this.#postSse(request, caller, context);
      served.set(messages, { methods: ['POST'], sse: true, answer: post });
    }
    this.served = served;
  }

  /** Takes no new calls. Resolves when those in flight have ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#options.calls.idle();
  }

  /** Ends every session and every stream. */
  async close(): Promise<void> {
    await Promise.all([this.#options.sessions.close(), this.#modern.close()]);
  }

  async #mcp(request: Request, caller: AuthenticatedCaller, context: RequestContext): Promise<Reply> {
    if (request.method !== 'POST') {
      return this.#streamable.handle({ request, body: undefined, messages: [], inFlight: new InFlightRequest(caller, () => {}) });
    }
    return this.#post(request, caller, context, true, (incoming) => {
      if (this.#modern.knows(request, incoming.body)) return this.#modern.handle(incoming);
      if (isPlainCall(incoming.body) && isOldSession(request.headers)) return this.#streamable.handle(incoming);
      const route = classify(request, incoming.body);
      return route.kind === 'legacy' ? this.#streamable.handle(incoming) : this.#modern.handle({ ...incoming, route });
    });
  }

  async #openSse(request: Request, caller: AuthenticatedCaller): Promise<Reply> {
    const endpoint = await this.#sse;
    if (endpoint === undefined) throw new Error('HTTP+SSE is not served');
    return endpoint.open({ request, body: undefined, messages: [], inFlight: new InFlightRequest(caller, () => {}) });
  }

  /** On HTTP+SSE a missing scope is told in the call's result: clients read only results there. */
  async #postSse(request: Request, caller: AuthenticatedCaller, context: RequestContext): Promise<Reply> {
    const endpoint = await this.#sse;
    if (endpoint === undefined) throw new Error('HTTP+SSE is not served');
    return this.#post(request, caller, context, false, (incoming) => endpoint.post(incoming));
  }

  /** @param challenges whether a call without the needed scope is answered with 403 and the scopes to ask for */
  async #post(
    request: Request,
    caller: AuthenticatedCaller,
    { node }: RequestContext,
    challenges: boolean,
    answer: (incoming: Incoming) => Promise<Reply>,
  ): Promise<Reply> {
    const read = await this.#read(request, caller, node?.incoming);
    if (!read.ok) return read.refusal;
    const messages = messagesOf(read.body);
    const calls = messages.filter((message) => isRequest(message) && message.method === 'tools/call');
    if (this.#isStopping && calls.length > 0) return STOPPING();
    const entered = await this.#enter(caller, calls.length);
    if (!entered.ok) return entered.refusal;
    const takesStream = !challenges || accepted(request.headers).stream;
    const inFlight = new InFlightRequest(caller, entered.leave, takesStream, tracer() && traceHeaders(request.headers));
    try {
      const reply = await answer({ request, body: read.body, messages, inFlight, node });
      // Several calls have an answer each, which one refusal for all would hide.
      return challenges && messages.length === 1 && calls.length === 1 ? await this.#challenge(reply, inFlight) : reply;
    } catch (error) {
      inFlight.over();
      throw error;
    }
  }

  async #read(
    request: Request,
    { name }: AuthenticatedCaller,
    incoming: IncomingMessage | undefined,
  ): Promise<{ ok: true; body: unknown } | { ok: false; refusal: Reply }> {
    const { messages, body, metrics } = this.#options;
    const entry = await messages.enter(name);
    if (!entry.ok) {
      metrics.limited(entry.by);
      return entry;
    }
    try {
      return { ok: true, body: await readJsonBody(request, body, incoming) };
    } catch (error) {
      if (error instanceof BodyError) return { ok: false, refusal: error.refusal };
      throw error;
    } finally {
      entry.leave();
    }
  }

  /** The reply, or a challenge instead where the call lacked a scope. */
  async #challenge(reply: Reply, inFlight: InFlightRequest): Promise<Reply> {
    const begun = await reply.begun();
    const { caller, missingScope } = inFlight;
    if (missingScope === undefined) return begun;
    begun.discard();
    if (caller.mostScopes?.includes(missingScope) === false) return refuse(403, overCeiling(caller, missingScope));
    return this.#options.challenges.insufficientScope(caller.scopes, missingScope);
  }

  /** Takes a place for each call, or for none. */
  async #enter(
    { name }: AuthenticatedCaller,
    count: number,
  ): Promise<{ ok: true; leave: () => void } | { ok: false; refusal: Reply }> {
    const { calls, metrics } = this.#options;
    const entries: (() => void)[] = [];
    const leave = (): void => {
      for (const left of entries) left();
    };
    for (let i = 0; i < count; i++) {
      const entry = await calls.enter(name);
      if (entry.ok) entries.push(entry.leave);
      else {
        leave();
        metrics.limited(entry.by);
        return entry;
      }
    }
    return { ok: true, leave };
  }
}

/** The trace context that came by HTTP. */
function traceHeaders(headers: Headers): TraceHeaders | undefined {
  const traceparent = headers.get('traceparent');
  return traceparent === null ? undefined : { traceparent, tracestate: headers.get('tracestate') ?? undefined };
}

/** Another sign-in would not help, so that no scope is asked for. */
const overCeiling = ({ name }: AuthenticatedCaller, scope: string): string =>
  `This call needs the scope ${scope}, which this server does not grant to ${plain(name)}. Its operator can add it to their entry in the grants file. Nothing was sent.`;

/** Whether the headers are those of a session before 2026-07-28: the SDK's rules need not be asked about a plain call in it. */
const isOldSession = (headers: Headers): boolean =>
  headers.has('mcp-session-id') &&
  !headers.has('mcp-method') &&
  !headers.has('mcp-name') &&
  SUPPORTED_PROTOCOL_VERSIONS.includes(headers.get('mcp-protocol-version') ?? '');

/** By the SDK's own rules, applied once. A header with a revision means nothing before one has been agreed on. */
function classify({ method, headers }: Request, body: unknown): Route {
  const isHandshake = isJSONRPCRequest(body) && body.method === 'initialize';
  return classifyInboundRequest({
    httpMethod: method,
    body,
    ...header('protocolVersionHeader', isHandshake ? null : headers.get('mcp-protocol-version')),
    ...header('mcpMethodHeader', headers.get('mcp-method')),
    ...header('mcpNameHeader', headers.get('mcp-name')),
  });
}

const header = <K extends string>(name: K, value: string | null): { [key in K]?: string } =>
  (value === null ? {} : { [name]: value }) as { [key in K]?: string };
