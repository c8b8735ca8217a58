import type { IncomingMessage } from 'node:http';
import { classifyInboundRequest } from '@modelcontextprotocol/server';
import type { Metrics } from '../../call/metrics.js';
import type { Logger } from '../../platform/logger.js';
import type { AuthenticatedCaller, Authenticator } from '../auth/authenticator.js';
import type { BearerChallenges } from '../auth/bearer.js';
import type { ResourceMetadata } from '../auth/resource-metadata.js';
import type { Scope } from '../auth/scopes.js';
import { type Refusal, refusalResponse, refuse } from '../refusal.js';
import type { ServerFactory } from '../server.js';
import type { ClientAddress } from './address.js';
import { BodyError, type BodyLimits, readJsonBody } from './body.js';
import type { CallLimits } from './caller-limits.js';
import type { Connection } from './connection.js';
import { corsHeaders, preflight, withCors } from './cors.js';
import type { Hosts } from './hosts.js';
import { Exchange } from './in-flight-request.js';
import type { Incoming, Route } from './incoming.js';
import type { RequestContext } from './listener.js';
import { isRequest, type Message, messagesOf } from './messages.js';
import { ModernEndpoint } from './modern.js';
import { isLocal, type Probes } from './probes.js';
import { Reply } from './reply.js';
import type { Sessions } from './sessions.js';
import type { SseEndpoint } from './sse.js';
import { StreamableEndpoint } from './streamable.js';

const KEEP_ALIVE_MS = 15_000;

export interface RouterOptions {
  readonly createServer: ServerFactory;
  /** The scope that the caller lacks for a call, if any. */
  readonly missingScope: (caller: AuthenticatedCaller, tool: string, args: unknown) => Promise<Scope | undefined>;
  readonly authenticator: Authenticator;
  readonly challenges: BearerChallenges;
  readonly resourceMetadata?: ResourceMetadata | undefined;
  readonly hosts: Hosts;
  readonly address: ClientAddress;
  readonly sessions: Sessions<Connection | undefined>;
  readonly calls: CallLimits;
  /** Messages of every kind, while they are read. */
  readonly messages: CallLimits;
  readonly body: BodyLimits;
  readonly probes: Probes;
  readonly metrics: Metrics;
  readonly logger: Pick<Logger, 'debug' | 'error'>;
  /** What paths begin with: empty, or like `/api`. */
  readonly basePath: string;
  /** Whether HTTP+SSE is served. */
  readonly sse: boolean;
}

/** Every request's way: host, credentials, limits, body, scopes, and then the endpoint that speaks its protocol. */
export class Router {
  readonly #options: RouterOptions;
  readonly #modern: ModernEndpoint;
  readonly #streamable: StreamableEndpoint;
  readonly #sse: Promise<SseEndpoint> | undefined;
  #isStopping = false;

  constructor(options: RouterOptions) {
    this.#options = options;
    const { createServer, sessions, metrics, logger, basePath } = options;
    const endpoint = {
      createServer,
      sessions,
      keepAliveMs: KEEP_ALIVE_MS,
      onFull: () => metrics.limited('sessions'),
      onError: (error: Error) => logger.debug({ reason: error.message }, 'http'),
    };
    this.#modern = new ModernEndpoint(endpoint);
    this.#streamable = new StreamableEndpoint(endpoint);
    if (options.sse) this.#sse = import('./sse.js').then((sse) => new sse.SseEndpoint(endpoint, `${basePath}/messages`));
  }

  /** Answers every request; never rejects. */
  async handle(request: Request, context: RequestContext): Promise<Response> {
    try {
      const reply = await this.#answer(request, context);
      if (!(reply instanceof Reply)) return reply;
      return context.node === undefined ? reply.toResponse() : reply.write(context.node.outgoing);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'a request failed inside the server');
      return refusalResponse(refuse(500, 'The server failed on this request.'));
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

  async #answer(request: Request, context: RequestContext): Promise<Reply | Response> {
    const { hosts, probes, metrics, resourceMetadata } = this.#options;
    const url = new URL(request.url);
    const path = this.#path(url);
    const probed = path === undefined ? undefined : await probes.respond(request.method, path);
    if (probed !== undefined) return probed;
    const foreign = hosts.check(request, url);
    if (foreign !== undefined) {
      metrics.denied('host');
      return refusalResponse(foreign);
    }
    const early = preflight(request) ?? resourceMetadata?.respond(request);
    const response = early ?? (await this.#route(request, path, context));
    const origin = request.headers.get('origin');
    if (!(response instanceof Reply)) return withCors(response, origin);
    Object.assign(response.headers, corsHeaders(origin));
    return response;
  }

  #path({ pathname }: URL): string | undefined {
    const { basePath } = this.#options;
    return pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : undefined;
  }

  async #route(request: Request, path: string | undefined, context: RequestContext): Promise<Reply | Response> {
    const { remoteAddress } = context;
    switch (path) {
      case '/mcp':
        return this.#only(request, ['POST', 'GET', 'DELETE'], remoteAddress, (caller) => this.#mcp(request, caller, context));
      case '/sse':
        if (this.#sse === undefined) break;
        return this.#only(request, ['GET'], remoteAddress, (caller) => this.#openSse(request, caller));
      case '/messages':
        if (this.#sse === undefined) break;
        return this.#only(request, ['POST'], remoteAddress, (caller) => this.#postSse(request, caller, context));
      case '/metrics':
        return this.#metrics(request, remoteAddress);
    }
    return refusalResponse(refuse(404, 'Nothing is here. MCP is served at /mcp.'));
  }

  /** The answer for a request of one of the methods by a caller who has shown who they are. */
  async #only(
    request: Request,
    methods: readonly string[],
    remoteAddress: string | undefined,
    answer: (caller: AuthenticatedCaller) => Promise<Reply | Response>,
  ): Promise<Reply | Response> {
    if (!methods.includes(request.method)) {
      return refusalResponse(refuse(405, 'This method is not served here.', { headers: { Allow: methods.join(', ') } }));
    }
    const { authenticator, address, metrics } = this.#options;
    const { headers } = request;
    const authentication = await authenticator.authenticate({ headers, remoteAddress: address.of(remoteAddress, headers) });
    if (authentication.ok) return answer(authentication.caller);
    metrics.denied(authentication.why);
    if (authentication.why === 'throttled') metrics.limited('authentication');
    return refusalResponse(authentication.refusal);
  }

  async #mcp(request: Request, caller: AuthenticatedCaller, context: RequestContext): Promise<Reply | Response> {
    if (request.method !== 'POST') {
      return this.#streamable.handle({ request, body: undefined, messages: [], exchange: new Exchange(caller, () => {}) });
    }
    return this.#post(request, caller, context, true, (incoming) => {
      const route = classify(request, incoming.body);
      return route.kind === 'legacy' ? this.#streamable.handle(incoming) : this.#modern.handle({ ...incoming, route });
    });
  }

  async #openSse(request: Request, caller: AuthenticatedCaller): Promise<Response> {
    const endpoint = await this.#sse;
    if (endpoint === undefined) throw new Error('HTTP+SSE is not served');
    return endpoint.open({ request, body: undefined, messages: [], exchange: new Exchange(caller, () => {}) });
  }

  /** On HTTP+SSE a refusal for want of a scope is the result of the call, since clients read only results there. */
  async #postSse(request: Request, caller: AuthenticatedCaller, context: RequestContext): Promise<Reply | Response> {
    const endpoint = await this.#sse;
    if (endpoint === undefined) throw new Error('HTTP+SSE is not served');
    return this.#post(request, caller, context, false, (incoming) => endpoint.post(incoming));
  }

  /** @param asksScopes whether a call beyond the caller's scopes is answered here, with 403 */
  async #post(
    request: Request,
    caller: AuthenticatedCaller,
    { node }: RequestContext,
    asksScopes: boolean,
    answer: (incoming: Incoming) => Promise<Reply | Response>,
  ): Promise<Reply | Response> {
    const read = await this.#read(request, caller, node?.incoming);
    if (!read.ok) return refusalResponse(read.refusal);
    const messages = messagesOf(read.body);
    const calls = messages.filter((message) => isRequest(message) && message.method === 'tools/call');
    const refusal = (asksScopes ? await this.#outOfScope(caller, calls) : undefined) ?? this.#stopped(calls);
    if (refusal !== undefined) return refusalResponse(refusal);
    const entered = await this.#enter(caller, calls.length);
    if (!entered.ok) return refusalResponse(entered.refusal);
    const exchange = new Exchange(caller, entered.leave);
    try {
      return await answer({ request, body: read.body, messages, exchange, node });
    } catch (error) {
      exchange.over();
      throw error;
    }
  }

  async #read(
    request: Request,
    { name }: AuthenticatedCaller,
    incoming: IncomingMessage | undefined,
  ): Promise<{ ok: true; body: unknown } | { ok: false; refusal: Refusal }> {
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

  async #outOfScope(caller: AuthenticatedCaller, calls: readonly Message[]): Promise<Refusal | undefined> {
    const { missingScope, challenges, metrics } = this.#options;
    for (const { params } of calls) {
      if (typeof params.name !== 'string') continue;
      const scope = await missingScope(caller, params.name, params.arguments);
      if (scope === undefined) continue;
      metrics.denied('scope');
      return challenges.insufficientScope(caller.scopes, scope);
    }
    return undefined;
  }

  #stopped(calls: readonly Message[]): Refusal | undefined {
    if (!this.#isStopping || calls.length === 0) return undefined;
    return refuse(503, 'The server is stopping.', { headers: { Connection: 'close' }, retryAfterMs: 1000 });
  }

  /** A place for every call, or for none. */
  async #enter(
    { name }: AuthenticatedCaller,
    count: number,
  ): Promise<{ ok: true; leave: () => void } | { ok: false; refusal: Refusal }> {
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

  /** Open on this machine; to others for any good credential. */
  async #metrics(request: Request, remoteAddress: string | undefined): Promise<Reply | Response> {
    const render = (): Promise<Response> => this.#options.metrics.render();
    if (request.method === 'GET' && isLocal(request, remoteAddress)) return render();
    return this.#only(request, ['GET'], remoteAddress, render);
  }
}

/** By the SDK's own rules, found out once. */
function classify({ method, headers }: Request, body: unknown): Route {
  return classifyInboundRequest({
    httpMethod: method,
    body,
    ...header('protocolVersionHeader', headers.get('mcp-protocol-version')),
    ...header('mcpMethodHeader', headers.get('mcp-method')),
    ...header('mcpNameHeader', headers.get('mcp-name')),
  });
}

const header = <K extends string>(name: K, value: string | null): { [key in K]?: string } =>
  (value === null ? {} : { [name]: value }) as { [key in K]?: string };
