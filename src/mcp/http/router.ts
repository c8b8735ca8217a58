import type { Metrics } from '../../call/metrics.js';
import type { Logger } from '../../platform/logger.js';
import type { AuthenticatedCaller, Authenticator } from '../auth/authenticator.js';
import type { MetricsToken } from '../auth/metrics-token.js';
import type { WellKnown } from '../auth/resource-metadata.js';
import { failedInside, Reply, refuse } from '../reply.js';
import type { ClientAddress } from './address.js';
import { corsHeaders, preflight } from './cors.js';
import type { Hosts } from './hosts.js';
import type { RequestContext } from './listener.js';
import type { Mount, Served } from './mount.js';
import { isLocal, type Probes } from './probes.js';
import { RefusedCallers } from './refused-callers.js';

/** Where several instances are served: what stands at the path that is none of theirs. */
export interface Front {
  /** Who may read which paths there are. */
  readonly authenticator: Authenticator;
  /** The names of the instances that the caller may reach. */
  readonly reach: (caller: AuthenticatedCaller) => readonly string[];
  /** Whether the caller may read what concerns all instances. */
  readonly mayReadAll: (caller: AuthenticatedCaller) => boolean;
}

export interface RouterOptions {
  /** One for each instance. */
  readonly mounts: readonly [Mount, ...Mount[]];
  /** Default: the only mount is at the plain paths. */
  readonly front?: Front | undefined;
  readonly wellKnown?: WellKnown | undefined;
  readonly hosts: Hosts;
  readonly address: ClientAddress;
  readonly probes: Probes;
  readonly metrics: Metrics;
  /** What may be shown for `/metrics` besides the credentials of callers. */
  readonly metricsToken?: MetricsToken | undefined;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Answers requests under `/approvals`, where people sign in. `path` is the rest of the path. */
  readonly approvals?: ((request: Request, path: string) => Promise<Response>) | undefined;
  /** The prefix of all paths: empty, or like `/api`. */
  readonly basePath: string;
}

/** The way of every request: host, credentials, and then the mount of the instance that its path names. */
export class Router {
  readonly #options: RouterOptions;
  readonly #refused: RefusedCallers;
  /** What is served, by path. */
  readonly #served: ReadonlyMap<string, Served & Pick<Mount, 'authenticator' | 'metrics'>>;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#refused = new RefusedCallers(options.logger);
    this.#served = new Map(
      options.mounts.flatMap(({ served, authenticator, metrics }) =>
        [...served].map(([path, one]) => [path, { ...one, authenticator, metrics }] as const),
      ),
    );
  }

  /** Answers every request; never rejects. */
  async handle(request: Request, context: RequestContext): Promise<Reply> {
    try {
      return await this.#answer(request, context);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'a request failed inside the server');
      return failedInside();
    }
  }

  /** Takes no new calls, and waits at most `graceMs` for those in flight. */
  async stop(graceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([Promise.all(this.#options.mounts.map((mount) => mount.stop())), late]);
    clearTimeout(timer);
  }

  /** Ends every session and every stream. */
  async close(): Promise<void> {
    await Promise.all(this.#options.mounts.map((mount) => mount.close()));
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
    const served = path === undefined ? undefined : this.#served.get(path);
    if (served !== undefined) return this.#only(request, served, context, (caller) => served.answer(request, caller, context));
    const { front, metrics } = this.#options;
    if (path === '/metrics') return this.#metrics(request, context);
    if (front === undefined) return refuse(404, 'Nothing is here. MCP is served at /mcp.');
    const [, at] = /^(\/mcp|\/sse)(?:\/|$)/.exec(path ?? '') ?? [];
    if (at === undefined) return refuse(404, 'Nothing is here. MCP is served at /mcp/NAME, by the name of the instance.');
    // Whoever shows no credential is not told which instances there are, nor that there is none of a name.
    const asked = { methods: ['POST', 'GET', 'DELETE'], sse: at === '/sse', authenticator: front.authenticator, metrics };
    return this.#only(request, asked, context, async (caller) => refuse(404, this.#whereElse(at, front.reach(caller))));
  }

  /** No instance is taken by default. */
  #whereElse(path: string, names: readonly string[]): string {
    const paths = names.map((name) => `${this.#options.basePath}${path}/${name}`);
    const yours =
      names.length === 0 ? 'None is open to you: ask the operator of this server.' : `Open to you: ${paths.join(', ')}.`;
    return `Several instances are served here, each at a path of its own. ${yours}`;
  }

  /** The answer for a request of one of the methods by a caller who has shown who they are. */
  async #only(
    request: Request,
    { methods, sse, authenticator, metrics }: Pick<Served, 'methods' | 'sse'> & Pick<Mount, 'authenticator' | 'metrics'>,
    { remoteAddress }: RequestContext,
    answer: (caller: AuthenticatedCaller) => Promise<Reply>,
  ): Promise<Reply> {
    if (!methods.includes(request.method)) {
      return refuse(405, 'This method is not served here.', { headers: { Allow: methods.join(', ') } });
    }
    const { headers } = request;
    const from = this.#options.address.of(remoteAddress, headers);
    const authentication = await authenticator.authenticate({ headers, remoteAddress: from, sse });
    if (authentication.ok) return answer(authentication.caller);
    const { why, reason } = authentication;
    metrics.denied(why);
    this.#refused.note({ why, address: from, reason });
    if (why === 'throttled') metrics.limited('authentication');
    return authentication.refusal;
  }

  /** Open on this machine; to others for the token of the metrics, or any good credential for all that is served. */
  async #metrics(request: Request, context: RequestContext): Promise<Reply> {
    const { metrics, metricsToken, front, mounts } = this.#options;
    const render = async (): Promise<Reply> => {
      const { text, contentType } = await metrics.render();
      return new Reply(text, { headers: { 'Content-Type': contentType, 'Cache-Control': 'no-store' } });
    };
    const mayRead = isLocal(request, context.remoteAddress) || metricsToken?.isShown(request.headers) === true;
    if (request.method === 'GET' && mayRead) return render();
    const authenticator = front?.authenticator ?? mounts[0].authenticator;
    return this.#only(request, { methods: ['GET'], sse: false, authenticator, metrics }, context, async (caller) =>
      front === undefined || front.mayReadAll(caller)
        ? render()
        : refuse(
            403,
            'The metrics cover all instances: they need the token of --metrics-token-file, or a caller who may reach all of them.',
          ),
    );
  }
}
