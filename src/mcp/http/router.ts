import type { IncomingMessage } from 'node:http';
import { classifyInboundRequest, isJSONRPCRequest, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import type { Metrics } from '../../call/metrics.js';
import type { Logger } from '../../platform/logger.js';
import { plain } from '../../platform/plain-text.js';
import { type TraceHeaders, tracer } from '../../telemetry/tracing.js';
import type { AuthenticatedCaller, Authenticator, Credentials } from '../auth/authenticator.js';
import type { BearerChallenges } from '../auth/bearer.js';
import type { MetricsToken } from '../auth/metrics-token.js';
import type { WellKnown } from '../auth/resource-metadata.js';
import { isPlainCall } from '../quick-calls.js';
import { Reply, refuse } from '../reply.js';
import type { ServerFactory } from '../server.js';
import { accepted } from './accept.js';
import type { ClientAddress } from './address.js';
import { BodyError, type BodyLimits, readJsonBody } from './body.js';
import type { CallLimits } from './caller-limits.js';
import type { Connection } from './connection.js';
import { corsHeaders, preflight } from './cors.js';
import type { Hosts } from './hosts.js';
import { InFlightRequest } from './in-flight-request.js';
import type { Incoming, Route } from './incoming.js';
import type { RequestContext } from './listener.js';
import { isRequest, messagesOf } from './messages.js';
import { ModernEndpoint } from './modern.js';
import { isLocal, type Probes } from './probes.js';
import { RefusedCallers } from './refused-callers.js';
import type { Sessions } from './sessions.js';
import type { SseEndpoint } from './sse.js';
import { StreamableEndpoint } from './streamable.js';

const KEEP_ALIVE_MS = 15_000;

const STOPPING = (): Reply => refuse(503, 'The server is stopping.', { headers: { Connection: 'close' }, retryAfterMs: 1000 });

export interface RouterOptions {
  readonly createServer: ServerFactory;
  readonly authenticator: Authenticator;
  readonly challenges: BearerChallenges;
  readonly wellKnown?: WellKnown | undefined;
  readonly hosts: Hosts;
  readonly address: ClientAddress;
  readonly sessions: Sessions<Connection | undefined>;
  readonly calls: CallLimits;
  /** Limits messages of every kind, while they are read. */
  readonly messages: CallLimits;
  readonly body: BodyLimits;
  readonly probes: Probes;
  readonly metrics: Metrics;
  /** What may be shown for `/metrics` besides the credentials of callers. */
  readonly metricsToken?: MetricsToken | undefined;
  readonly logger: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
  /** Answers requests under `/approvals`, where people sign in. `path` is the rest of the path. */
  readonly approvals?: ((request: Request, path: string) => Promise<Response>) | undefined;
  /** The prefix of all paths: empty, or like `/api`. */
  readonly basePath: string;
  /** Whether HTTP+SSE is served. */
  readonly sse: boolean;
  /** Whether tool calls take the short way of `quick-path/`. */
  readonly quickPath: boolean;
}

/** The way of every request: host, credentials, limits, body, and then the endpoint that speaks its protocol. */
export class Router {
  readonly #options: RouterOptions;
  readonly #modern: ModernEndpoint;
  readonly #streamable: StreamableEndpoint;
  readonly #sse: Promise<SseEndpoint> | undefined;
  readonly #refused: RefusedCallers;
  #isStopping = false;

  constructor(options: RouterOptions) {
    this.#options = options;
    const { createServer, sessions, metrics, logger, basePath, quickPath } = options;
    this.#refused = new RefusedCallers(logger);
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
    if (options.sse) this.#sse = import('./sse.js').then((sse) => new sse.SseEndpoint(endpoint, `${basePath}/messages`));
  }

  /** Answers every request; never rejects. */
  async handle(request: Request, context: RequestContext): Promise<Reply> {
    try {
      return await this.#answer(request, context);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'a request failed inside the server');
      return refuse(500, 'The server failed on this request.');
    }
  }

  /** Takes no new calls, and waits at most `graceMs` for those in flight. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([this.#options.calls.idle(), late]);
    clearTimeout(timer);
  }

  /** Ends every session and every stream. */
  async close(): Promise<void> {
    await Promise.all([this.#options.sessions.close(), this.#modern.close()]);
  }

  async #answer(request: Request, context: RequestContext): Promise<Reply> {
    const { hosts, probes, wellKnown } = this.#options;
    const url = new URL(request.url);
    const path = this.#path(url);
    const probed = path === undefined ? undefined : await probes.respond(request.method, path);
    if (probed !== undefined) return probed;
    const { approvals } = this.#options;
    if (approvals !== undefined && (path === '/approvals' || path?.startsWith('/approvals/'))) {
      // The approvals page takes requests only from its own pages, even where other origins may call MCP.
      const foreign = this.#foreign(hosts.checkHost(request, url), 'host', request, context);
      return foreign ?? Reply.from(await approvals(request, path.slice('/approvals'.length)));
    }
    const foreign =
      this.#foreign(hosts.checkHost(request, url), 'host', request, context) ??
      this.#foreign(hosts.checkOrigin(request), 'origin', request, context);
    if (foreign !== undefined) return foreign;
    const early = preflight(request) ?? wellKnown?.respond(request);
    const reply = early ?? (await this.#route(request, path, context));
    return reply.with(corsHeaders(request.headers.get('origin')));
  }

  /** The refusal as it is; that there was one is counted and told. */
  #foreign<R extends Reply | undefined>(refusal: R, why: 'host' | 'origin', { headers }: Request, context: RequestContext): R {
    if (refusal === undefined) return refusal;
    const { metrics, address } = this.#options;
    metrics.denied('host');
    const from = address.of(context.remoteAddress, headers);
    this.#refused.note({ why, address: from, host: headers.get('host'), origin: headers.get('origin') });
    return refusal;
  }

  #path({ pathname }: URL): string | undefined {
    const { basePath } = this.#options;
    if (!pathname.startsWith(`${basePath}/`)) return undefined;
    return pathname.slice(basePath.length).replace(/(?<=.)\/$/, '');
  }

  async #route(request: Request, path: string | undefined, context: RequestContext): Promise<Reply> {
    const { remoteAddress } = context;
    switch (path) {
      case '/mcp':
        return this.#only(request, ['POST', 'GET', 'DELETE'], { remoteAddress }, (caller) => this.#mcp(request, caller, context));
      case '/sse':
        if (this.#sse === undefined) break;
        return this.#only(request, ['GET'], { remoteAddress, sse: true }, (caller) => this.#openSse(request, caller));
      case '/messages':
        if (this.#sse === undefined) break;
        return this.#only(request, ['POST'], { remoteAddress, sse: true }, (caller) => this.#postSse(request, caller, context));
      case '/metrics':
        return this.#metrics(request, remoteAddress);
    }
    return refuse(404, 'Nothing is here. MCP is served at /mcp.');
  }

  /** The answer for a request of one of the methods by a caller who has shown who they are. */
  async #only(
    request: Request,
    methods: readonly string[],
    { remoteAddress, sse = false }: Pick<Credentials, 'remoteAddress' | 'sse'>,
    answer: (caller: AuthenticatedCaller) => Promise<Reply>,
  ): Promise<Reply> {
    if (!methods.includes(request.method)) {
      return refuse(405, 'This method is not served here.', { headers: { Allow: methods.join(', ') } });
    }
    const { authenticator, address, metrics } = this.#options;
    const { headers } = request;
    const from = address.of(remoteAddress, headers);
    const authentication = await authenticator.authenticate({ headers, remoteAddress: from, sse });
    if (authentication.ok) return answer(authentication.caller);
    const { why, reason } = authentication;
    metrics.denied(why);
    this.#refused.note({ why, address: from, reason });
    if (why === 'throttled') metrics.limited('authentication');
    return authentication.refusal;
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

  /** Open on this machine; to others for the token of the metrics, or any good credential. */
  async #metrics(request: Request, remoteAddress: string | undefined): Promise<Reply> {
    const render = async (): Promise<Reply> => {
      const { text, contentType } = await this.#options.metrics.render();
      return new Reply(text, { headers: { 'Content-Type': contentType, 'Cache-Control': 'no-store' } });
    };
    const mayRead = isLocal(request, remoteAddress) || this.#options.metricsToken?.isShown(request.headers) === true;
    if (request.method === 'GET' && mayRead) return render();
    return this.#only(request, ['GET'], { remoteAddress }, render);
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
